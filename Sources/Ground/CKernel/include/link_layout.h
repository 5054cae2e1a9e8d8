// The shared memory between a caller and one engine process: what lies where. Both sides map the same memfd.
// Everything here is plain data and bounded lock-free queues, so a side that dies leaves nothing held.
#pragma once
#include "kernel.h"

#pragma clang assume_nonnull begin

enum {
    LS_LINK_MAGIC = 0x4c53454e, LS_LINK_VERSION = 1,
    LS_SLOTS_MAX = 256, LS_BELLS_MAX = 16, LS_TENSORS_MAX = 32, LS_RANK_MAX = 8, LS_MESSAGE_BYTES = 1024,
    LS_DESCRIPTION_BYTES = 1 << 20,
};
enum { LS_FREE = 0, LS_QUEUED = 1, LS_RUNNING = 2, LS_DONE = 3 };

/// One tensor inside a slot: which of the model's inputs or outputs, its type and shape, and where its bytes lie.
typedef struct {
    uint32_t port, type, rank, reserved;
    int64_t dims[LS_RANK_MAX];
    uint64_t offset, bytes;
} ls_tensor;

/// One request and its answer. Times are CLOCK_MONOTONIC nanoseconds.
typedef struct {
    uint32_t state;
    uint32_t cancelled, bell, outcome;
    uint32_t batch;  // requests that ran together, told by the first of them; 0 in the others
    uint32_t input_count, output_count;
    uint64_t wanted;  // bit n: the caller wants output n
    uint64_t deadline_ns, submitted_ns, started_ns, finished_ns;
    uint64_t used_bytes;
    char message[LS_MESSAGE_BYTES];
    ls_tensor inputs[LS_TENSORS_MAX], outputs[LS_TENSORS_MAX];
} ls_slot;

/// A bounded queue of slot numbers for several producers and consumers; each cell's turn says whose move it is.
/// (Cache lines are kept apart by padding: Swift cannot import types that ask for more than 16-byte alignment.)
typedef struct { uint32_t turn, value; } ls_cell;
typedef struct {
    uint32_t head;
    char apart_a[60];
    uint32_t tail;
    char apart_b[60];
    ls_cell cells[LS_SLOTS_MAX];
} ls_queue;

typedef struct {
    uint32_t magic, version, slots, bells;
    uint64_t slot_bytes;
    char apart_a[40];
    uint32_t work;  // futex: engine threads sleep here
    char apart_b[60];
    uint32_t sleepers;
    char apart_c[60];
    ls_queue submitted;
    ls_queue finished[LS_BELLS_MAX];
    unsigned char description[LS_DESCRIPTION_BYTES];
    ls_slot slot[LS_SLOTS_MAX];
} ls_link;

/// Shared by all engines of one caller: bell n is rung (its eventfd written) only when its owner is asleep.
typedef struct { uint32_t asleep; char apart[60]; } ls_bell;
typedef struct { ls_bell bell[LS_BELLS_MAX]; } ls_bells;

static inline void ls_queue_init(ls_queue *queue) {
    queue->head = queue->tail = 0;
    for (uint32_t i = 0; i < LS_SLOTS_MAX; i++) queue->cells[i].turn = i;
}
static inline bool ls_queue_push(ls_queue *queue, uint32_t value) {
    uint32_t at = __atomic_load_n(&queue->tail, __ATOMIC_RELAXED);
    for (;;) {
        uint32_t *turn = &queue->cells[at % LS_SLOTS_MAX].turn;
        int32_t lag = (int32_t)(ls_load(turn) - at);
        if (lag == 0) {
            if (__atomic_compare_exchange_n(&queue->tail, &at, at + 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
                queue->cells[at % LS_SLOTS_MAX].value = value;
                ls_store(turn, at + 1);
                return true;
            }
        } else if (lag < 0) return false;
        else at = __atomic_load_n(&queue->tail, __ATOMIC_RELAXED);
    }
}
static inline bool ls_queue_pop(ls_queue *queue, uint32_t *value) {
    uint32_t at = __atomic_load_n(&queue->head, __ATOMIC_RELAXED);
    for (;;) {
        uint32_t *turn = &queue->cells[at % LS_SLOTS_MAX].turn;
        int32_t lag = (int32_t)(ls_load(turn) - (at + 1));
        if (lag == 0) {
            if (__atomic_compare_exchange_n(&queue->head, &at, at + 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
                *value = queue->cells[at % LS_SLOTS_MAX].value;
                ls_store(turn, at + LS_SLOTS_MAX);
                return true;
            }
        } else if (lag < 0) return false;
        else at = __atomic_load_n(&queue->head, __ATOMIC_RELAXED);
    }
}
static inline bool ls_queue_empty(const ls_queue *queue) {
    uint32_t at = __atomic_load_n(&queue->head, __ATOMIC_ACQUIRE);
    return (int32_t)(ls_load(&queue->cells[at % LS_SLOTS_MAX].turn) - (at + 1)) < 0;
}
// Tuples and flexible places are awkward from Swift; these name them.
static inline ls_slot *ls_link_slot(ls_link *link, uint32_t index) { return &link->slot[index]; }
static inline ls_queue *ls_link_finished(ls_link *link, uint32_t bell) { return &link->finished[bell]; }
static inline unsigned char *ls_link_description(ls_link *link) { return link->description; }
static inline uint64_t ls_link_bytes(void) { return (sizeof(ls_link) + 4095) / 4096 * 4096; }
static inline ls_tensor *ls_slot_input(ls_slot *slot, uint32_t n) { return &slot->inputs[n]; }
static inline ls_tensor *ls_slot_output(ls_slot *slot, uint32_t n) { return &slot->outputs[n]; }
static inline char *ls_slot_message(ls_slot *slot) { return slot->message; }
static inline int64_t *ls_tensor_dims(ls_tensor *tensor) { return tensor->dims; }
static inline uint32_t *ls_bell_asleep(ls_bells *bells, uint32_t n) { return &bells->bell[n].asleep; }
#pragma clang assume_nonnull end
