// GStreamer's functions that we use, found when the first pipeline is opened.
#pragma once
#include "shelf.h"
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#define LS_GSTREAMER_FUNCTIONS(X)                                                                                         \
    X(gst_init_check) X(gst_parse_launch_full) X(gst_bin_get_by_name) X(gst_element_set_state) X(gst_element_get_bus)     \
    X(gst_bus_set_sync_handler) X(gst_message_parse_error) X(gst_object_unref) X(gst_mini_object_unref)                   \
    X(gst_app_sink_set_callbacks) X(gst_app_sink_try_pull_sample) X(gst_sample_get_buffer) X(gst_sample_get_caps)         \
    X(gst_video_info_from_caps) X(gst_video_frame_map) X(gst_video_frame_unmap)                       \
    X(g_clear_error) X(g_free)

typedef struct { LS_GSTREAMER_FUNCTIONS(LS_SHELF_MEMBER) } ls_gstreamer;

/// Null, with the reason, when a library is not there or will not start.
const ls_gstreamer *ls_gstreamer_library(char *reason, size_t reason_bytes);
/// The Debian package that holds the element which `message` says is missing; null when it says nothing of the kind.
const char *ls_gstreamer_package_for(const char *message);
