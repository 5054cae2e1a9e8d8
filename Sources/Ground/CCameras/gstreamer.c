#include "gstreamer.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static ls_gstreamer table;
static bool is_ready;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define LS_SHELF_TABLE ls_gstreamer
static const ls_shelf_place places[] = {LS_GSTREAMER_FUNCTIONS(LS_SHELF_PLACE)};
static const char *const libraries[] = {"libgstreamer-1.0.so.0", "libgstapp-1.0.so.0", "libgstvideo-1.0.so.0",
                                        "libgobject-2.0.so.0", "libglib-2.0.so.0", NULL};

static bool start(char *reason, size_t reason_bytes) {
    GError *error = NULL;
    if (table.gst_init_check(NULL, NULL, &error)) return true;
    snprintf(reason, reason_bytes, "GStreamer does not start: %s", error ? error->message : "no reason given");
    table.g_clear_error(&error);
    return false;
}

const ls_gstreamer *ls_gstreamer_library(char *reason, size_t reason_bytes) {
    pthread_mutex_lock(&lock);
    if (!is_ready)
        is_ready = ls_shelf_fill("GStreamer", "gstreamer1.0-plugins-base", libraries, places, sizeof places / sizeof *places, &table, reason,
                                 reason_bytes) &&
                   start(reason, reason_bytes);
    pthread_mutex_unlock(&lock);
    return is_ready ? &table : NULL;
}

static const struct { const char *element, *package; } homes[] = {
    {"\"videoconvert\"", "gstreamer1.0-plugins-base"}, {"\"decodebin\"", "gstreamer1.0-plugins-base"},
    {"\"videotestsrc\"", "gstreamer1.0-plugins-base"}, {"\"appsink\"", "gstreamer1.0-plugins-base"},
    {"\"v4l2src\"", "gstreamer1.0-plugins-good"},      {"\"rtspsrc\"", "gstreamer1.0-plugins-good"},
    {"\"jpegdec\"", "gstreamer1.0-plugins-good"},      {"\"rtp", "gstreamer1.0-plugins-good"},
    {"\"avdec_", "gstreamer1.0-libav"},                {"\"h264parse\"", "gstreamer1.0-plugins-bad"},
    {"\"h265parse\"", "gstreamer1.0-plugins-bad"},     {"\"bayer2rgb\"", "gstreamer1.0-plugins-bad"},
    {"\"aravissrc\"", "gstreamer1.0-plugins-aravis"},  {"missing a plug-in", "gstreamer1.0-libav"},
};

const char *ls_gstreamer_package_for(const char *message) {
    if (!strstr(message, "no element") && !strstr(message, "missing a plug-in")) return NULL;
    for (size_t n = 0; n < sizeof homes / sizeof *homes; n++)
        if (strstr(message, homes[n].element)) return homes[n].package;
    return NULL;
}
