#include "backends.h"
#include "gstreamer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Whatever the pipeline makes becomes grey or RGB bytes; the sink never waits for a clock and never holds the pipeline up.
#define TAIL " ! videoconvert ! video/x-raw,format=(string){GRAY8,RGB} ! appsink name=lineside sync=false async=false " \
             "max-buffers=4 drop=true enable-last-sample=false"

typedef struct {
    const ls_gstreamer *gst;
    ls_tray *tray;
    GstElement *pipeline;
    GstAppSink *sink;
    uint64_t counted;  // our own numbers, for streams that have none
} source;

typedef struct {
    GstSample *sample;
    GstVideoFrame video;
} lent_sample;

static void explain(char *reason, size_t bytes, const char *message) {
    const char *package = ls_gstreamer_package_for(message);
    snprintf(reason, bytes, package ? "%s; install the Debian package %s" : "%s", message, package);
}

/// On whatever thread posts the message. We keep no loop that could pick it up later.
static GstBusSyncReply on_message(GstBus *bus, GstMessage *message, gpointer data) {
    (void)bus;
    source *self = data;
    const ls_gstreamer *gst = self->gst;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) ls_tray_lose(self->tray, "the stream has ended");
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError *error = NULL;
        gchar *debug = NULL;
        gst->gst_message_parse_error(message, &error, &debug);
        // The first line of `debug` is a place in GStreamer's source; what the system said comes behind it.
        const char *detail = debug ? strchr(debug, '\n') : NULL;
        char whole[LS_CAMERA_REASON], reason[LS_CAMERA_REASON];
        snprintf(whole, sizeof whole, "%s: %.160s%s%.100s%s", GST_MESSAGE_SRC_NAME(message),
                 error ? error->message : "unknown error", detail ? " (" : "", detail ? detail + 1 : "", detail ? ")" : "");
        for (char *c = whole; *c; c++) if (*c == '\n') *c = ' ';
        explain(reason, sizeof reason, whole);
        ls_tray_lose(self->tray, "%s", reason);
        gst->g_clear_error(&error);
        gst->g_free(debug);
    }
    // > If the handler returned GST_BUS_DROP, it should unref the message. <GStreamer, GstBusSyncHandler>
    gst->gst_mini_object_unref(GST_MINI_OBJECT_CAST(message));
    return GST_BUS_DROP;
}

static void let_go(source *self, lent_sample *lent) {
    self->gst->gst_video_frame_unmap(&lent->video);
    self->gst->gst_mini_object_unref((GstMiniObject *)lent->sample);
    free(lent);
}

static void release(void *source_, void *lent) { let_go(source_, lent); }

/// The picture lies inside the mapped memory, with the stride that it claims.
static bool is_sound(const GstVideoFrame *video, uint32_t format, const uint8_t *pixels) {
    int stride = GST_VIDEO_FRAME_PLANE_STRIDE(video, 0), width = GST_VIDEO_FRAME_WIDTH(video), height = GST_VIDEO_FRAME_HEIGHT(video);
    if (width <= 0 || height <= 0 || stride < 0 || (uint64_t)stride < (uint64_t)width * format) return false;
    uint64_t needed = (uint64_t)stride * (uint64_t)(height - 1) + (uint64_t)width * format;
    const uint8_t *start = video->map[0].data;
    return pixels >= start && needed <= video->map[0].size - (uint64_t)(pixels - start);
}

static void lay(source *self, lent_sample *lent, GstBuffer *buffer, uint64_t id, bool numbered) {
    const GstVideoFrame *video = &lent->video;
    uint32_t format = GST_VIDEO_FRAME_FORMAT(video) == GST_VIDEO_FORMAT_GRAY8 ? LS_GREY8 : LS_RGB8;
    const uint8_t *pixels = GST_VIDEO_FRAME_PLANE_DATA(video, 0);
    bool has_time = GST_BUFFER_PTS_IS_VALID(buffer);
    ls_camera_frame frame = {.pixels = pixels, .width = (uint32_t)GST_VIDEO_FRAME_WIDTH(video), .height = (uint32_t)GST_VIDEO_FRAME_HEIGHT(video),
                             .stride = (uint32_t)GST_VIDEO_FRAME_PLANE_STRIDE(video, 0), .format = format, .id = id,
                             .device_ns = has_time ? GST_BUFFER_PTS(buffer) : 0, .arrived_ns = ls_tray_now(),
                             .clock = has_time ? LS_CLOCK_STREAM : LS_CLOCK_NONE, .lent = lent};
    if (is_sound(video, format, pixels)) return ls_tray_put(self->tray, &frame, numbered);
    ls_tray_damage(self->tray, id, numbered, "frame %llu does not fit its description", (unsigned long long)id);
    let_go(self, lent);
}

/// On the pipeline's own thread, once for every frame.
static GstFlowReturn on_sample(GstAppSink *sink, gpointer data) {
    source *self = data;
    const ls_gstreamer *gst = self->gst;
    GstSample *sample = gst->gst_app_sink_try_pull_sample(sink, 0);
    if (!sample) return GST_FLOW_OK;
    GstBuffer *buffer = gst->gst_sample_get_buffer(sample);
    GstCaps *caps = gst->gst_sample_get_caps(sample);
    bool numbered = buffer && GST_BUFFER_OFFSET_IS_VALID(buffer);
    uint64_t id = numbered ? GST_BUFFER_OFFSET(buffer) : self->counted;
    self->counted++;
    GstVideoInfo info;
    lent_sample *lent = malloc(sizeof *lent);
    if (lent && buffer && caps && !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED) && gst->gst_video_info_from_caps(&info, caps) &&
        gst->gst_video_frame_map(&lent->video, &info, buffer, GST_MAP_READ)) {
        lent->sample = sample;
        lay(self, lent, buffer, id, numbered);
        return GST_FLOW_OK;
    }
    ls_tray_damage(self->tray, id, numbered, "frame %llu is damaged", (unsigned long long)id);
    free(lent);
    gst->gst_mini_object_unref((GstMiniObject *)sample);
    return GST_FLOW_OK;
}

static int trigger(void *source_, char *reason, size_t bytes) {
    (void)source_;
    snprintf(reason, bytes, "a pipeline has no software trigger; only gige:// cameras have");
    return -1;
}

static void shut(void *source_) {
    source *self = source_;
    const ls_gstreamer *gst = self->gst;
    if (self->pipeline) gst->gst_element_set_state(self->pipeline, GST_STATE_NULL);
    if (self->sink) gst->gst_object_unref(self->sink);
    if (self->pipeline) gst->gst_object_unref(self->pipeline);
    free(self);
}

static const ls_camera_kind kind = {release, trigger, shut};

static bool build(source *self, const char *pipeline, char *reason, size_t reason_bytes) {
    const ls_gstreamer *gst = self->gst;
    size_t bytes = strlen(pipeline) + sizeof TAIL;
    char *text = malloc(bytes);
    if (!text) return false;
    snprintf(text, bytes, "%s" TAIL, pipeline);
    GError *error = NULL;
    self->pipeline = gst->gst_parse_launch_full(text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
    free(text);
    if (error || !self->pipeline) {
        explain(reason, reason_bytes, error ? error->message : "the pipeline cannot be built");
        gst->g_clear_error(&error);
        return false;
    }
    self->sink = (GstAppSink *)gst->gst_bin_get_by_name((GstBin *)self->pipeline, "lineside");
    if (self->sink) return true;
    snprintf(reason, reason_bytes, "the pipeline has no end to take frames from");
    return false;
}

static bool start(source *self, uint64_t connect_ns, char *reason, size_t reason_bytes) {
    const ls_gstreamer *gst = self->gst;
    ls_tray *tray = self->tray;
    GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
    gst->gst_app_sink_set_callbacks(self->sink, &callbacks, self, NULL);
    GstBus *bus = gst->gst_element_get_bus(self->pipeline);
    gst->gst_bus_set_sync_handler(bus, on_message, self, NULL);
    gst->gst_object_unref(bus);
    if (gst->gst_element_set_state(self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
        ls_tray_lose(tray, "the pipeline does not start");
    else if (!ls_tray_await(tray, ls_tray_now() + connect_ns))
        ls_tray_lose(tray, "no frame within %llu ms of connecting", (unsigned long long)(connect_ns / 1000000u));
    pthread_mutex_lock(&tray->lock);
    // A short stream may have ended already; its frames are still there to be taken.
    bool runs = !tray->is_lost || tray->count > 0;
    if (!runs) snprintf(reason, reason_bytes, "%s", tray->reason);
    pthread_mutex_unlock(&tray->lock);
    return runs;
}

bool ls_gstreamer_open(ls_tray *tray, const ls_camera_order *order, char *reason, size_t reason_bytes) {
    const ls_gstreamer *gst = ls_gstreamer_library(reason, reason_bytes);
    if (!gst) return false;
    source *self = calloc(1, sizeof *self);
    if (!self) return false;
    *self = (source){.gst = gst, .tray = tray};
    tray->kind = &kind;
    tray->source = self;
    if (build(self, order->place, reason, reason_bytes) && start(self, order->connect_ns, reason, reason_bytes)) return true;
    // What has arrived meanwhile goes back before the pipeline goes.
    while (tray->count > 0) {
        tray->count--;
        release(self, tray->waiting[(tray->first + tray->count) % LS_CAMERA_QUEUE_MAX].lent);
    }
    shut(self);
    return false;
}
