#include <sqlite3.h>

/// SQLITE_TRANSIENT is a cast, which Swift cannot import: SQLite copies what it is given.
static inline sqlite3_destructor_type ls_sqlite_transient(void) { return SQLITE_TRANSIENT; }
