#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

// Swift cannot call a variadic C function. Must be called before SQLite is first used: from then on
// it counts no allocations, and takes no lock around each to do so.
static inline int csqlite_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

#endif
