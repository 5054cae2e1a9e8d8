#include "aravis.h"
#include <pthread.h>

static ls_aravis table;
static bool is_filled;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define LS_SHELF_TABLE ls_aravis
static const ls_shelf_place places[] = {LS_ARAVIS_FUNCTIONS(LS_SHELF_PLACE)};
static const char *const libraries[] = {"libaravis-0.8.so.0", "libgobject-2.0.so.0", "libglib-2.0.so.0", "libgio-2.0.so.0", NULL};

const ls_aravis *ls_aravis_library(char *reason, size_t reason_bytes) {
    pthread_mutex_lock(&lock);
    if (!is_filled) {
        is_filled = ls_shelf_fill("Aravis (GigE Vision)", "libaravis-0.8-0", libraries, places, sizeof places / sizeof *places, &table,
                                  reason, reason_bytes);
        // GigE Vision alone: the first camera found must not be one on USB, nor Aravis's own make-believe.
        if (is_filled) {
            table.arv_disable_interface("USB3Vision");
            table.arv_disable_interface("Fake");
        }
    }
    pthread_mutex_unlock(&lock);
    return is_filled ? &table : NULL;
}
