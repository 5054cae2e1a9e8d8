#define _GNU_SOURCE
#include "shelf.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

enum { LIBRARIES_MAX = 8 };

bool ls_shelf_fill(const char *product, const char *package, const char *const *libraries, const ls_shelf_place *places,
                   size_t place_count, void *table, char *reason, size_t reason_bytes) {
    void *opened[LIBRARIES_MAX];
    size_t count = 0;
    for (; count < LIBRARIES_MAX && libraries[count]; count++) {
        opened[count] = dlopen(libraries[count], RTLD_NOW | RTLD_LOCAL);
        if (opened[count]) continue;
        snprintf(reason, reason_bytes, "%s cannot be used: %s; install the Debian package %s", product, dlerror(), package);
        return false;
    }
    for (size_t place = 0; place < place_count; place++) {
        void *found = NULL;
        for (size_t library = 0; library < count && !found; library++) found = dlsym(opened[library], places[place].symbol);
        if (!found) {
            snprintf(reason, reason_bytes, "%s cannot be used: %s has no %s; install the Debian package %s of this release", product,
                     libraries[0], places[place].symbol, package);
            return false;
        }
        memcpy((char *)table + places[place].offset, &found, sizeof found);
    }
    return true;
}
