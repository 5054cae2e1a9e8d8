// The shared memory between one station and one PLC process: what lies where. Either side may die, be stopped or be replaced
// at any instant; what it leaves behind is whole letters or none, and every letter carries a check word of its own.
#pragma once
#include "kernel.h"
#include <string.h>

#pragma clang assume_nonnull begin

enum { LS_MAILBOX_MAGIC = 0x4c534d42, LS_MAILBOX_VERSION = 1, LS_LETTERS = 64, LS_LETTER_WORDS = 8 };

/// One letter: seven words of content and a check over them, their kind and their number.
typedef struct { uint64_t word[LS_LETTER_WORDS]; } ls_letter;

/// A bounded ring for one producer and one consumer. Nobody waits: a full ring refuses, an empty one gives nothing.
typedef struct {
    uint64_t written;  // letters ever written; the producer's
    char apart_a[56];
    uint64_t read;  // letters ever read; the consumer's
    char apart_b[56];
    ls_letter letter[LS_LETTERS];
} ls_chute;

typedef struct {
    uint32_t magic, version;
    char apart_a[56];
    uint64_t station_beat_ns;  // the station's last sign of life
    uint32_t station_life;     // a new number for each station process
    uint32_t release;          // model code of the active release in the low half, station state in the high half
    char apart_b[48];
    uint64_t io_beat_ns;
    uint32_t io_life;
    uint32_t bell;  // futex: rung when something lies in triggers or outcomes
    uint64_t plc;   // what the PLC process last saw: heartbeat, connection, line mode
    char apart_c[40];
    ls_chute triggers;  // PLC process -> station
    ls_chute outcomes;  // PLC process -> station
    ls_chute verdicts;  // station -> PLC process
} ls_mailbox;

static inline uint64_t ls_letter_check(const ls_letter *letter, uint64_t number) {
    uint64_t hash = 0x9e3779b97f4a7c15u ^ number;
    for (int i = 0; i < LS_LETTER_WORDS - 1; i++) {
        hash = (hash ^ letter->word[i]) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    return hash;
}
static inline uint64_t ls_load64(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void ls_store64(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
static inline bool ls_chute_push(ls_chute *ring, const ls_letter *letter) {
    uint64_t number = __atomic_load_n(&ring->written, __ATOMIC_RELAXED);
    uint64_t read = ls_load64(&ring->read);
    if (number - read >= LS_LETTERS) return false;
    ls_letter *cell = &ring->letter[number % LS_LETTERS];
    *cell = *letter;
    cell->word[LS_LETTER_WORDS - 1] = ls_letter_check(letter, number);
    ls_store64(&ring->written, number + 1);
    return true;
}
/// 1: a sound letter; 0: none; -1: there was one and it was not sound (it is gone).
static inline int ls_chute_pop(ls_chute *ring, ls_letter *out) {
    uint64_t number = __atomic_load_n(&ring->read, __ATOMIC_RELAXED);
    uint64_t written = ls_load64(&ring->written);
    if (written == number) return 0;
    if (written - number > LS_LETTERS) {  // the counters make no sense: begin again where the producer is
        ls_store64(&ring->read, written);
        return -1;
    }
    *out = ring->letter[number % LS_LETTERS];
    ls_store64(&ring->read, number + 1);
    return out->word[LS_LETTER_WORDS - 1] == ls_letter_check(out, number) ? 1 : -1;
}
static inline void ls_chute_skip_all(ls_chute *ring) { ls_store64(&ring->read, ls_load64(&ring->written)); }
static inline uint64_t ls_chute_waiting(const ls_chute *ring) { return ls_load64(&ring->written) - ls_load64(&ring->read); }
#pragma clang assume_nonnull end
