// Cameras behind one small door: GigE Vision by Aravis, everything else (V4L2, RTSP, a pipeline of one's own) by GStreamer.
// Both libraries are opened when the first camera of their kind is, never linked: no other process pays for them.
#pragma once
#include <stddef.h>
#include <stdint.h>
#pragma clang assume_nonnull begin

enum { LS_CAMERA_ARAVIS = 1, LS_CAMERA_GSTREAMER = 2 };
enum { LS_GREY8 = 1, LS_RGB8 = 3 };  // bytes a pixel
/// Whose clock wrote a frame's `device_ns`: nobody's, the camera's own (from its power-up), or the stream's (from its start).
enum { LS_CLOCK_NONE = 0, LS_CLOCK_CAMERA = 1, LS_CLOCK_STREAM = 2 };
enum { LS_CAMERA_LOST = -1, LS_CAMERA_SILENCE = 0, LS_CAMERA_FRAME = 1, LS_CAMERA_DAMAGED = 2 };
enum { LS_CAMERA_QUEUE_MAX = 16, LS_CAMERA_REASON = 320, LS_CAMERA_NAME = 96 };

/// What camera, and how it is to be set. Zero and null leave a setting as the camera has it.
typedef struct {
    int backend;
    const char *_Nullable place;  // Aravis: id, serial number or IP address, empty for the first found; GStreamer: the pipeline up to the appsink
    const char *_Nullable trigger;       // the trigger's source, such as "Line1" or "Software"
    const char *_Nullable pixel_format;  // in the camera's words, such as "Mono8"
    double exposure_us, gain_db, frame_rate;
    uint32_t has_gain;
    uint32_t width, height, left, top;  // the part of the sensor that is read
    uint32_t packet_bytes;
    uint32_t retention_ms;   // how long an incomplete frame may wait for its missing packets
    uint32_t queue;          // frames that may wait for us; the newest are kept
    uint64_t connect_ns;     // until the first frame of a pipeline
    uint64_t silence_ns;     // no frame for so long is a lost camera; 0: silence is no news
} ls_camera_order;

/// One whole image, lent until it is released. It carries its own size: a camera may change that between two frames.
typedef struct {
    const uint8_t *_Nullable pixels;
    uint32_t width, height, stride, format;
    uint64_t id;          // the camera's own number for it, or its place in the stream
    uint64_t device_ns;   // the camera's own time
    uint64_t arrived_ns;  // CLOCK_MONOTONIC when its last byte was here
    uint32_t clock;
    uint32_t reserved;
    void *_Nullable lent;
} ls_camera_frame;

/// Since the camera was opened. Every frame that the camera numbered is in exactly one of them.
typedef struct {
    uint64_t taken;    // handed out
    uint64_t dropped;  // whole, but overtaken by newer ones before anyone took them
    uint64_t damaged;  // arrived with holes, or in a form that cannot be read
    uint64_t missing;  // never arrived: a gap in the camera's numbers
} ls_camera_counts;

typedef struct ls_camera ls_camera;

/// Null on failure, with the reason and, after a semicolon, what can be done.
ls_camera *_Nullable ls_camera_open(const ls_camera_order *order, char *reason, size_t reason_bytes);
/// Waits for the next frame, at most `timeout_ns`. A damaged one is only told, once each; a lost camera stays lost.
int ls_camera_next(ls_camera *camera, ls_camera_frame *out, uint64_t timeout_ns);
void ls_camera_release(ls_camera *camera, const ls_camera_frame *frame);
/// Takes one picture, if the trigger is "Software". Any thread.
int ls_camera_trigger(ls_camera *camera, char *reason, size_t reason_bytes);
void ls_camera_count(ls_camera *camera, ls_camera_counts *out);
/// Why it is lost, or why the last frame was damaged.
void ls_camera_reason(ls_camera *camera, char *reason, size_t reason_bytes);
/// What the camera calls itself; empty for a pipeline.
void ls_camera_name(ls_camera *camera, char *name, size_t name_bytes);
/// After every frame has been released. May take seconds when the camera does not answer.
void ls_camera_close(ls_camera *camera);
#pragma clang assume_nonnull end
