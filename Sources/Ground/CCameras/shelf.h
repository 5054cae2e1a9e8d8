// Opens shared libraries by name and fills a table of functions from them. A table's members are named in a list of `X(name)`.
#pragma once
#include <stdbool.h>
#include <stddef.h>

/// A place in a table, and the function that belongs there.
typedef struct { const char *symbol; size_t offset; } ls_shelf_place;

#define LS_SHELF_MEMBER(name) __typeof__(&name) name;
#define LS_SHELF_PLACE(name) {#name, offsetof(LS_SHELF_TABLE, name)},

/// Opens `libraries` (up to a null), the first of which gives the name in the reason, and finds every function in one of them.
bool ls_shelf_fill(const char *product, const char *package, const char *const *libraries, const ls_shelf_place *places,
                   size_t place_count, void *table, char *reason, size_t reason_bytes);
