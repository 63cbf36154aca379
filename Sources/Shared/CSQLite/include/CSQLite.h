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

#endif
