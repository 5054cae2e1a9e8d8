// Where the libraries' threads lay frames and ours takes them: a short queue that keeps the newest, and the ledger of losses.
#pragma once
#include "include/cameras.h"
#include <pthread.h>
#include <stdbool.h>

/// What a kind of camera can do. `source` is its own.
typedef struct {
    void (*release)(void *source, void *lent);
    int (*trigger)(void *source, char *reason, size_t bytes);
    void (*close)(void *source);
} ls_camera_kind;

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t news;
    const ls_camera_kind *kind;
    void *source;
    ls_camera_frame waiting[LS_CAMERA_QUEUE_MAX];
    uint32_t first, count, places;
    ls_camera_counts counts;
    uint64_t damaged_told;
    uint64_t heard_ns, silence_ns;
    uint64_t last_id;
    bool has_id, is_lost;
    char reason[LS_CAMERA_REASON];
    char name[LS_CAMERA_NAME];  // written once, before the camera is open
} ls_tray;

struct ls_camera { ls_tray tray; };

uint64_t ls_tray_now(void);
void ls_tray_init(ls_tray *tray, const ls_camera_order *order);
void ls_tray_destroy(ls_tray *tray);

// From the library's threads.
/// A whole frame; `numbered` when its id counts up by one from frame to frame.
void ls_tray_put(ls_tray *tray, const ls_camera_frame *frame, bool numbered);
/// A frame that arrived but is of no use.
void ls_tray_damage(ls_tray *tray, uint64_t id, bool numbered, const char *format, ...) __attribute__((format(printf, 4, 5)));
/// The end: no frame will come any more. The first reason stays.
void ls_tray_lose(ls_tray *tray, const char *format, ...) __attribute__((format(printf, 2, 3)));

// From ours.
int ls_tray_take(ls_tray *tray, ls_camera_frame *out, uint64_t timeout_ns);
/// Waits until something has arrived or the camera is lost; false when nothing did by then.
bool ls_tray_await(ls_tray *tray, uint64_t until_ns);
