#define _GNU_SOURCE
#include "tray.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t ls_tray_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void ls_tray_init(ls_tray *tray, const ls_camera_order *order) {
    memset(tray, 0, sizeof *tray);
    pthread_mutex_init(&tray->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&tray->news, &attributes);
    pthread_condattr_destroy(&attributes);
    tray->places = order->queue < 1 ? 1 : order->queue > LS_CAMERA_QUEUE_MAX ? LS_CAMERA_QUEUE_MAX : order->queue;
    tray->silence_ns = order->silence_ns;
    tray->heard_ns = ls_tray_now();
}

void ls_tray_destroy(ls_tray *tray) {
    pthread_cond_destroy(&tray->news);
    pthread_mutex_destroy(&tray->lock);
}

static ls_camera_frame pop_oldest(ls_tray *tray) {
    ls_camera_frame oldest = tray->waiting[tray->first];
    tray->first = (tray->first + 1) % LS_CAMERA_QUEUE_MAX;
    tray->count--;
    return oldest;
}

// A longer jump is no loss but another count.
enum { GAP_MAX = 1 << 16 };

/// Counts the numbers that were skipped. GigE Vision's older numbers have 16 bits and go round, some cameras over 0 and some past it;
/// a number that goes back otherwise is a stream that began anew.
static void follow(ls_tray *tray, uint64_t id, bool numbered) {
    if (numbered && tray->has_id) {
        uint64_t last = tray->last_id;
        if (id > last) tray->counts.missing += id - last <= GAP_MAX ? id - last - 1 : 0;
        else if (last <= 0xffff && last >= 0xf000 && id < 0x1000) tray->counts.missing += 0xffff - last + (id > 0 ? id - 1 : 0);
    }
    tray->has_id = numbered;
    tray->last_id = id;
}

void ls_tray_put(ls_tray *tray, const ls_camera_frame *frame, bool numbered) {
    void *refused = NULL;
    pthread_mutex_lock(&tray->lock);
    tray->heard_ns = frame->arrived_ns;
    follow(tray, frame->id, numbered);
    if (tray->is_lost) refused = frame->lent;
    else {
        if (tray->count == tray->places) {
            refused = pop_oldest(tray).lent;
            tray->counts.dropped++;
        }
        tray->waiting[(tray->first + tray->count++) % LS_CAMERA_QUEUE_MAX] = *frame;
        pthread_cond_signal(&tray->news);
    }
    pthread_mutex_unlock(&tray->lock);
    if (refused) tray->kind->release(tray->source, refused);
}

void ls_tray_damage(ls_tray *tray, uint64_t id, bool numbered, const char *format, ...) {
    va_list words;
    va_start(words, format);
    pthread_mutex_lock(&tray->lock);
    tray->heard_ns = ls_tray_now();
    follow(tray, id, numbered);
    tray->counts.damaged++;
    if (!tray->is_lost) vsnprintf(tray->reason, sizeof tray->reason, format, words);
    pthread_cond_signal(&tray->news);
    pthread_mutex_unlock(&tray->lock);
    va_end(words);
}

void ls_tray_lose(ls_tray *tray, const char *format, ...) {
    va_list words;
    va_start(words, format);
    pthread_mutex_lock(&tray->lock);
    if (!tray->is_lost) {
        tray->is_lost = true;
        vsnprintf(tray->reason, sizeof tray->reason, format, words);
    }
    pthread_cond_signal(&tray->news);
    pthread_mutex_unlock(&tray->lock);
    va_end(words);
}

static bool wait_until(ls_tray *tray, uint64_t until_ns) {
    struct timespec until = {(time_t)(until_ns / 1000000000u), (long)(until_ns % 1000000000u)};
    return pthread_cond_timedwait(&tray->news, &tray->lock, &until) != ETIMEDOUT;
}

/// Called with the lock held. Silence is judged here, by the one who waits.
static int look(ls_tray *tray, ls_camera_frame *out, uint64_t now) {
    if (tray->count > 0) {
        *out = pop_oldest(tray);
        tray->counts.taken++;
        return LS_CAMERA_FRAME;
    }
    if (!tray->is_lost && tray->silence_ns > 0 && now >= tray->heard_ns + tray->silence_ns) {
        tray->is_lost = true;
        snprintf(tray->reason, sizeof tray->reason, "no frame for %llu ms", (unsigned long long)(tray->silence_ns / 1000000u));
    }
    if (tray->is_lost) return LS_CAMERA_LOST;
    if (tray->damaged_told < tray->counts.damaged) {
        tray->damaged_told++;
        return LS_CAMERA_DAMAGED;
    }
    return LS_CAMERA_SILENCE;
}

int ls_tray_take(ls_tray *tray, ls_camera_frame *out, uint64_t timeout_ns) {
    pthread_mutex_lock(&tray->lock);
    uint64_t now = ls_tray_now(), until = now + timeout_ns;
    int news = look(tray, out, now);
    while (news == LS_CAMERA_SILENCE && now < until) {
        uint64_t silent = tray->heard_ns + tray->silence_ns;
        wait_until(tray, tray->silence_ns > 0 && silent < until ? silent : until);
        now = ls_tray_now();
        news = look(tray, out, now);
    }
    pthread_mutex_unlock(&tray->lock);
    return news;
}

bool ls_tray_await(ls_tray *tray, uint64_t until_ns) {
    pthread_mutex_lock(&tray->lock);
    while (tray->count == 0 && tray->counts.damaged == 0 && !tray->is_lost && ls_tray_now() < until_ns) wait_until(tray, until_ns);
    bool arrived = tray->count > 0 || tray->counts.damaged > 0 || tray->is_lost;
    pthread_mutex_unlock(&tray->lock);
    return arrived;
}
