#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

// Swift cannot call a variadic C function, hence this shim. Call it before SQLite is first used: then
// SQLite does not count allocations, and takes no lock around each of them.
static inline int csqlite_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// The same, for the journal of a statement that writes many rows: it stays in memory. Else SQLite writes
// one of more than 64 KiB to a temporary file, page by page.
static inline int csqlite_keep_statement_journals(void) {
    return sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
}

// Whether foreign keys and triggers hold on one connection from now on. All that was prepared on it is
// prepared anew. Unlike the pragma, it works within a transaction.
static inline int csqlite_guard_rows(sqlite3 *db, int guards) {
    int code = sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, guards, (int *)0);
    return code != SQLITE_OK ? code : sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, guards, (int *)0);
}

#endif
