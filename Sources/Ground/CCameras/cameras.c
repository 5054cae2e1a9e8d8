#include "backends.h"
#include "tray.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ls_camera *ls_camera_open(const ls_camera_order *order, char *reason, size_t reason_bytes) {
    snprintf(reason, reason_bytes, "no memory for a camera");
    ls_camera *camera = malloc(sizeof *camera);
    if (!camera) return NULL;
    ls_tray_init(&camera->tray, order);
    bool opened = order->backend == LS_CAMERA_ARAVIS ? ls_aravis_open(&camera->tray, order, reason, reason_bytes)
                                                     : ls_gstreamer_open(&camera->tray, order, reason, reason_bytes);
    if (opened) return camera;
    ls_tray_destroy(&camera->tray);
    free(camera);
    return NULL;
}

int ls_camera_next(ls_camera *camera, ls_camera_frame *out, uint64_t timeout_ns) { return ls_tray_take(&camera->tray, out, timeout_ns); }

void ls_camera_release(ls_camera *camera, const ls_camera_frame *frame) {
    camera->tray.kind->release(camera->tray.source, frame->lent);
}

int ls_camera_trigger(ls_camera *camera, char *reason, size_t reason_bytes) {
    return camera->tray.kind->trigger(camera->tray.source, reason, reason_bytes);
}

void ls_camera_count(ls_camera *camera, ls_camera_counts *out) {
    pthread_mutex_lock(&camera->tray.lock);
    *out = camera->tray.counts;
    pthread_mutex_unlock(&camera->tray.lock);
}

void ls_camera_reason(ls_camera *camera, char *reason, size_t reason_bytes) {
    pthread_mutex_lock(&camera->tray.lock);
    snprintf(reason, reason_bytes, "%s", camera->tray.reason);
    pthread_mutex_unlock(&camera->tray.lock);
}

void ls_camera_name(ls_camera *camera, char *name, size_t name_bytes) { snprintf(name, name_bytes, "%s", camera->tray.name); }

void ls_camera_close(ls_camera *camera) {
    ls_tray *tray = &camera->tray;
    ls_tray_lose(tray, "closed");
    while (tray->count > 0) {
        tray->count--;
        tray->kind->release(tray->source, tray->waiting[(tray->first + tray->count) % LS_CAMERA_QUEUE_MAX].lent);
    }
    tray->kind->close(tray->source);
    ls_tray_destroy(tray);
    free(camera);
}
