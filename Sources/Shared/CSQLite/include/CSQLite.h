#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

// Swift cannot call a variadic C function, hence this shim. Call it before SQLite is first used: then
// SQLite does not count allocations, and takes no lock around each of them.
static inline int csqlite_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

#endif
