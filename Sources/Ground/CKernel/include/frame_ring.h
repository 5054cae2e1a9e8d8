// The shared memory between a camera process and its station: a page of news and a few cells, each for one frame. The writer
// never waits: it overwrites the oldest cell, and a reader finds out afterwards whether what it read was whole.
#pragma once
#include "kernel.h"

#pragma clang assume_nonnull begin

enum {
    LS_RING_MAGIC = 0x4c534652, LS_RING_VERSION = 1, LS_RING_CELLS_MAX = 16, LS_RING_HEADER_BYTES = 8192,
    LS_RING_ERROR_BYTES = 320, LS_RING_NAME_BYTES = 96, LS_RING_ADDRESS_BYTES = 2048,
};
enum { LS_RING_STARTING = 0, LS_RING_CONNECTED = 1, LS_RING_LOST = 2 };

/// What a cell holds. Times are nanoseconds; `arrived_ns` and `published_ns` are CLOCK_MONOTONIC, `device_ns` is the camera's own.
typedef struct {
    uint64_t number;  // of this ring, from 1, without gaps
    uint64_t id;      // of the camera
    uint64_t device_ns, arrived_ns, published_ns;
    uint32_t width, height, stride, format, clock, reserved;
} ls_ring_frame;

/// `turn` is even and twice the frame's number when the cell is whole, odd while it is written.
typedef struct {
    uint64_t turn;
    ls_ring_frame frame;
    char apart[56];
} ls_ring_cell;

/// All since the ring was made, over every opening of the camera.
typedef struct {
    uint64_t dropped;    // overtaken by newer frames before the camera process took them
    uint64_t damaged;    // arrived with holes
    uint64_t missing;    // gaps in the camera's own numbers
    uint64_t oversized;  // larger than a cell
    uint64_t losses;     // the camera was lost
    uint64_t openings;   // and opened
} ls_ring_counts;

typedef struct {
    uint32_t magic, version, cells, reserved;
    uint64_t cell_bytes;
    char apart_a[40];
    uint32_t news;  // futex: counts frames and changes; readers sleep here
    uint32_t sleepers;
    uint32_t changes;  // counts everything told that is not a frame
    char apart_b[52];
    uint64_t newest;  // the number of the newest whole frame, 0 before the first
    uint64_t due_ns;  // the writer will have shown itself again by then, or hangs
    uint32_t state;
    uint32_t error_turn;  // odd while `error` and `name` are written
    ls_ring_counts counts;
    char error[LS_RING_ERROR_BYTES];
    char name[LS_RING_NAME_BYTES];
    char address[LS_RING_ADDRESS_BYTES];  // of the camera; may hold a password, so it is in no argument and no environment
    uint32_t pulls;  // futex: counts the pictures that the reader asked for; the writer's trigger thread sleeps here
    char apart_c[84];
    ls_ring_cell cell[LS_RING_CELLS_MAX];
} ls_ring;

_Static_assert(sizeof(ls_ring) <= LS_RING_HEADER_BYTES, "the cells' pixels begin behind the header");

static inline uint64_t ls_load_long(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void ls_store_long(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }

static inline ls_ring_cell *ls_ring_cell_of(ls_ring *ring, uint64_t number, uint32_t cells) { return &ring->cell[number % cells]; }
static inline char *ls_ring_error(ls_ring *ring) { return ring->error; }
static inline char *ls_ring_name(ls_ring *ring) { return ring->name; }
static inline char *ls_ring_address(ls_ring *ring) { return ring->address; }

/// From here to `ls_ring_publish` the cell belongs to the writer, and readers can tell.
static inline void ls_ring_begin(ls_ring_cell *cell, uint64_t number) {
    __atomic_store_n(&cell->turn, number * 2 - 1, __ATOMIC_RELAXED);
    // The odd turn must be seen before any of what follows.
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
static inline void ls_ring_publish(ls_ring *ring, ls_ring_cell *cell, uint64_t number) {
    ls_store_long(&cell->turn, number * 2);
    ls_store_long(&ring->newest, number);
}
/// Before reading: the cell holds this frame. After reading: it still does, so what was read is whole.
static inline bool ls_ring_holds(const ls_ring_cell *cell, uint64_t number) { return ls_load_long(&cell->turn) == number * 2; }
static inline bool ls_ring_still_holds(const ls_ring_cell *cell, uint64_t number) {
    // What was read before must not be read after this look.
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&cell->turn, __ATOMIC_RELAXED) == number * 2;
}
#pragma clang assume_nonnull end
