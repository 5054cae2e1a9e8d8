#include "aravis.h"
#include "backends.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Between what waits and what is lent: frames that the library is filling.
enum { BUFFERS_IN_FLIGHT = 4, SOCKET_BUFFER_BYTES = 8 << 20, SOCKET_BUFFER_FRAMES = 4 };

typedef struct {
    const ls_aravis *aravis;
    ls_tray *tray;
    ArvCamera *camera;
    ArvStream *stream;
    char *reason;  // where `open` explains itself
    size_t reason_bytes;
    GError *error;
    bool has_software_trigger;
} source;

/// False, and the library's error in the reason behind `doing`, when the last call failed.
static bool went_well(source *self, const char *doing) {
    if (!self->error) return true;
    snprintf(self->reason, self->reason_bytes, "%s: %s", doing, self->error->message);
    self->aravis->g_clear_error(&self->error);
    return false;
}

static bool refuse(source *self, const char *format, ...) {
    va_list words;
    va_start(words, format);
    vsnprintf(self->reason, self->reason_bytes, format, words);
    va_end(words);
    return false;
}

static uint32_t bytes_of(ArvPixelFormat format) {
    return format == ARV_PIXEL_FORMAT_MONO_8 ? LS_GREY8 : format == ARV_PIXEL_FORMAT_RGB_8_PACKED ? LS_RGB8 : 0;
}

/// Aravis knows cameras by id and address, people by the serial number on the label.
static ArvCamera *find_by_serial(source *self, const char *serial) {
    const ls_aravis *aravis = self->aravis;
    aravis->arv_update_device_list();
    for (unsigned n = 0; n < aravis->arv_get_n_devices(); n++) {
        const char *found = aravis->arv_get_device_serial_nbr(n);
        if (!found || strcmp(found, serial) != 0) continue;
        aravis->g_clear_error(&self->error);
        return aravis->arv_camera_new(aravis->arv_get_device_id(n), &self->error);
    }
    return NULL;
}

static bool connect(source *self, const char *place) {
    const ls_aravis *aravis = self->aravis;
    self->camera = aravis->arv_camera_new(place[0] ? place : NULL, &self->error);
    if (!self->camera && place[0]) self->camera = find_by_serial(self, place);
    if (!self->camera) {
        const char *why = self->error ? self->error->message : "none answers";
        if (place[0]) refuse(self, "no GigE Vision camera answers to \"%s\" (%s); arv-tool-0.8 lists those that do", place, why);
        else refuse(self, "no GigE Vision camera is found (%s); check power, cable, and that its address is in this network", why);
        aravis->g_clear_error(&self->error);
        return false;
    }
    if (!aravis->arv_camera_is_gv_device(self->camera)) return refuse(self, "camera \"%s\" is not a GigE Vision camera", place);
    if (!aravis->arv_gv_device_is_controller((ArvGvDevice *)aravis->arv_camera_get_device(self->camera)))
        return refuse(self, "the camera is controlled by another program; end that, or wait until its heartbeat has run out");
    const char *vendor = aravis->arv_camera_get_vendor_name(self->camera, NULL);
    const char *model = aravis->arv_camera_get_model_name(self->camera, NULL);
    const char *serial = aravis->arv_camera_get_device_serial_number(self->camera, NULL);
    snprintf(self->tray->name, sizeof self->tray->name, "%s %s %s", vendor ? vendor : "", model ? model : "", serial ? serial : "");
    return true;
}

static bool set_pixel_format(source *self, const ls_camera_order *order) {
    const ls_aravis *aravis = self->aravis;
    if (order->pixel_format) aravis->arv_camera_set_pixel_format_from_string(self->camera, order->pixel_format, &self->error);
    if (!went_well(self, "setting the pixel format")) return false;
    ArvPixelFormat format = aravis->arv_camera_get_pixel_format(self->camera, &self->error);
    if (!went_well(self, "asking for the pixel format")) return false;
    if (bytes_of(format)) return true;
    const char *name = aravis->arv_camera_get_pixel_format_as_string(self->camera, NULL);
    return refuse(self, "the camera sends %s, which is neither Mono8 nor RGB8; set format=Mono8 on its address, or convert with gst:aravissrc",
                  name ? name : "an unknown pixel format");
}

static bool set_region(source *self, const ls_camera_order *order) {
    const ls_aravis *aravis = self->aravis;
    // From the corner first: a size that fits may not fit from where the last user left the corner.
    aravis->arv_camera_set_region(self->camera, 0, 0, (gint)order->width, (gint)order->height, &self->error);
    if (!self->error && (order->left || order->top))
        aravis->arv_camera_set_region(self->camera, (gint)order->left, (gint)order->top, (gint)order->width, (gint)order->height, &self->error);
    if (!went_well(self, "setting the region")) return false;
    gint x, y, width = 0, height = 0;
    aravis->arv_camera_get_region(self->camera, &x, &y, &width, &height, &self->error);
    if (!went_well(self, "asking for the region")) return false;
    if (width == (gint)order->width && height == (gint)order->height) return true;
    return refuse(self, "the camera makes %d x %d of the region %u x %u", width, height, order->width, order->height);
}

static bool set_exposure(source *self, double microseconds) {
    const ls_aravis *aravis = self->aravis;
    if (aravis->arv_camera_is_exposure_auto_available(self->camera, NULL))
        aravis->arv_camera_set_exposure_time_auto(self->camera, ARV_AUTO_OFF, &self->error);
    if (!self->error) aravis->arv_camera_set_exposure_time(self->camera, microseconds, &self->error);
    return went_well(self, "setting the exposure time");
}

static bool set_gain(source *self, double decibels) {
    const ls_aravis *aravis = self->aravis;
    if (aravis->arv_camera_is_gain_auto_available(self->camera, NULL)) aravis->arv_camera_set_gain_auto(self->camera, ARV_AUTO_OFF, &self->error);
    if (!self->error) aravis->arv_camera_set_gain(self->camera, decibels, &self->error);
    return went_well(self, "setting the gain");
}

static bool set_up(source *self, const ls_camera_order *order) {
    const ls_aravis *aravis = self->aravis;
    aravis->arv_camera_set_acquisition_mode(self->camera, ARV_ACQUISITION_MODE_CONTINUOUS, &self->error);
    if (!went_well(self, "setting continuous acquisition") || !set_pixel_format(self, order)) return false;
    if (order->width && !set_region(self, order)) return false;
    if (order->exposure_us > 0 && !set_exposure(self, order->exposure_us)) return false;
    if (order->has_gain && !set_gain(self, order->gain_db)) return false;
    // The rate first: setting it switches the trigger off.
    if (order->frame_rate > 0) aravis->arv_camera_set_frame_rate(self->camera, order->frame_rate, &self->error);
    if (!went_well(self, "setting the frame rate")) return false;
    if (order->trigger) aravis->arv_camera_set_trigger(self->camera, order->trigger, &self->error);
    if (!went_well(self, "setting the trigger")) return false;
    self->has_software_trigger = order->trigger && strcmp(order->trigger, "Software") == 0;
    if (order->packet_bytes) aravis->arv_camera_gv_set_packet_size(self->camera, (gint)order->packet_bytes, &self->error);
    return went_well(self, "setting the packet size");
}

static bool is_on_loopback(source *self) {
    const ls_aravis *aravis = self->aravis;
    GSocketAddress *address = aravis->arv_gv_device_get_device_address((ArvGvDevice *)aravis->arv_camera_get_device(self->camera));
    return address && aravis->g_inet_address_get_is_loopback(aravis->g_inet_socket_address_get_address((GInetSocketAddress *)address));
}

/// Reads what a whole buffer holds; false, and the tray told, when it cannot be used.
static bool read_buffer(source *self, ArvBuffer *buffer, ls_camera_frame *frame) {
    const ls_aravis *aravis = self->aravis;
    uint64_t id = aravis->arv_buffer_get_frame_id(buffer);
    ArvBufferStatus status = aravis->arv_buffer_get_status(buffer);
    if (status != ARV_BUFFER_STATUS_SUCCESS) {
        const char *why = status == ARV_BUFFER_STATUS_SIZE_MISMATCH ? "its size is not what the camera announced" : "packets are missing";
        ls_tray_damage(self->tray, id, true, "frame %llu is incomplete: %s", (unsigned long long)id, why);
        return false;
    }
    if (aravis->arv_buffer_get_n_parts(buffer) == 0) {
        ls_tray_damage(self->tray, id, true, "frame %llu holds no image", (unsigned long long)id);
        return false;
    }
    gint x, y, width = 0, height = 0, across = 0, below = 0;
    size_t size = 0;
    aravis->arv_buffer_get_part_region(buffer, 0, &x, &y, &width, &height);
    aravis->arv_buffer_get_part_padding(buffer, 0, &across, &below);
    const void *pixels = aravis->arv_buffer_get_part_data(buffer, 0, &size);
    uint32_t format = bytes_of(aravis->arv_buffer_get_part_pixel_format(buffer, 0));
    uint64_t stride = (uint64_t)width * format + (uint64_t)across;
    if (!pixels || !format || width <= 0 || height <= 0 || across < 0 || stride > UINT32_MAX || stride * (uint64_t)height > size) {
        ls_tray_damage(self->tray, id, true, "frame %llu does not fit its description: %d x %d in %zu bytes", (unsigned long long)id, width,
                       height, size);
        return false;
    }
    *frame = (ls_camera_frame){.pixels = pixels, .width = (uint32_t)width, .height = (uint32_t)height, .stride = (uint32_t)stride,
                               .format = format, .id = id, .device_ns = aravis->arv_buffer_get_timestamp(buffer),
                               .arrived_ns = ls_tray_now(), .clock = LS_CLOCK_CAMERA, .lent = buffer};
    return true;
}

/// On the stream's own thread, once for every buffer that is done.
static void on_new_buffer(ArvStream *stream, source *self) {
    ArvBuffer *buffer = self->aravis->arv_stream_try_pop_buffer(stream);
    if (!buffer) return;
    ls_camera_frame frame;
    if (read_buffer(self, buffer, &frame)) ls_tray_put(self->tray, &frame, true);
    else self->aravis->arv_stream_push_buffer(stream, buffer);
}

static void on_control_lost(ArvDevice *device, source *self) {
    (void)device;
    ls_tray_lose(self->tray, "the camera no longer answers its control channel");
}

static bool make_stream(source *self, const ls_camera_order *order) {
    const ls_aravis *aravis = self->aravis;
    // A packet socket on the loopback device sees no frame at all.
    if (is_on_loopback(self)) aravis->arv_camera_gv_set_stream_options(self->camera, ARV_GV_STREAM_OPTION_PACKET_SOCKET_DISABLED);
    guint payload = aravis->arv_camera_get_payload(self->camera, &self->error);
    if (!went_well(self, "asking for the size of a frame")) return false;
    self->stream = aravis->arv_camera_create_stream(self->camera, NULL, NULL, &self->error);
    if (!went_well(self, "opening the stream") || !self->stream) return false;
    uint64_t socket = (uint64_t)payload * SOCKET_BUFFER_FRAMES;
    if (socket < SOCKET_BUFFER_BYTES) socket = SOCKET_BUFFER_BYTES;
    if (socket > INT32_MAX) socket = INT32_MAX;
    aravis->g_object_set(self->stream, "socket-buffer", ARV_GV_STREAM_SOCKET_BUFFER_FIXED, "socket-buffer-size", (gint)socket, NULL);
    if (order->retention_ms) aravis->g_object_set(self->stream, "frame-retention", order->retention_ms * 1000u, NULL);
    uint32_t buffers = self->tray->places + 1 + BUFFERS_IN_FLIGHT;
    for (uint32_t n = 0; n < buffers; n++) aravis->arv_stream_push_buffer(self->stream, aravis->arv_buffer_new_allocate(payload));
    return true;
}

static bool start(source *self) {
    const ls_aravis *aravis = self->aravis;
    aravis->g_signal_connect_data(self->stream, "new-buffer", (GCallback)on_new_buffer, self, NULL, (GConnectFlags)0);
    aravis->g_signal_connect_data(aravis->arv_camera_get_device(self->camera), "control-lost", (GCallback)on_control_lost, self, NULL,
                                  (GConnectFlags)0);
    aravis->arv_stream_set_emit_signals(self->stream, TRUE);
    aravis->arv_camera_start_acquisition(self->camera, &self->error);
    return went_well(self, "starting the acquisition");
}

static void release(void *source_, void *lent) {
    source *self = source_;
    self->aravis->arv_stream_push_buffer(self->stream, lent);
}

static int trigger(void *source_, char *reason, size_t bytes) {
    source *self = source_;
    if (!self->has_software_trigger) {
        snprintf(reason, bytes, "the camera's trigger is not Software; set trigger=Software on its address");
        return -1;
    }
    GError *error = NULL;
    self->aravis->arv_camera_software_trigger(self->camera, &error);
    if (!error) return 0;
    snprintf(reason, bytes, "triggering the camera: %s", error->message);
    self->aravis->g_clear_error(&error);
    return -1;
}

static void shut(void *source_) {
    source *self = source_;
    const ls_aravis *aravis = self->aravis;
    if (self->stream) {
        aravis->arv_camera_stop_acquisition(self->camera, NULL);
        aravis->arv_stream_set_emit_signals(self->stream, FALSE);
    }
    if (self->camera)
        aravis->g_signal_handlers_disconnect_matched(aravis->arv_camera_get_device(self->camera), G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self);
    // The stream's thread ends with the stream; nothing calls us after that.
    if (self->stream) aravis->g_object_unref(self->stream);
    if (self->camera) aravis->g_object_unref(self->camera);
    free(self);
}

static const ls_camera_kind kind = {release, trigger, shut};

bool ls_aravis_open(ls_tray *tray, const ls_camera_order *order, char *reason, size_t reason_bytes) {
    const ls_aravis *aravis = ls_aravis_library(reason, reason_bytes);
    if (!aravis) return false;
    source *self = calloc(1, sizeof *self);
    if (!self) return false;
    *self = (source){.aravis = aravis, .tray = tray, .reason = reason, .reason_bytes = reason_bytes};
    tray->kind = &kind;
    tray->source = self;
    if (connect(self, order->place) && set_up(self, order) && make_stream(self, order) && start(self)) {
        tray->heard_ns = ls_tray_now();
        self->reason = NULL;
        return true;
    }
    shut(self);
    return false;
}
