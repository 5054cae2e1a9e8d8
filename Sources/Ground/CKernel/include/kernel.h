// Kernel facilities that Swift cannot spell: epoll (missing from Glibc's module), futexes, memfds, atomics on shared memory.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct { uint32_t events; uint64_t data; } ls_event;
enum { LS_IN = 1, LS_OUT = 4, LS_ERR = 8, LS_HUP = 0x10, LS_RDHUP = 0x2000, LS_EXCLUSIVE = 1 << 28 };
enum { LS_ADD = 1, LS_DEL = 2, LS_MOD = 3 };

int ls_epoll_create(void);
int ls_epoll_ctl(int epoll, int operation, int fd, uint32_t events, uint64_t data);
/// Waits at most `timeout_ns` (negative: for ever); nanosecond timeouts, because a deadline is a deadline.
int ls_epoll_wait(int epoll, ls_event *events, int count, int64_t timeout_ns);

int ls_eventfd(void);
/// Makes an eventfd readable, and unreadable again.
void ls_eventfd_ring(int fd);
void ls_eventfd_hush(int fd);
/// A pipe whose ends no child inherits; 0, or -1.
int ls_pipe(int *ends);
/// Each gets the other's name, in one instant; not every file system can do it.
int ls_exchange_names(const char *one, const char *other);
int ls_memfd(const char *name, uint64_t bytes);
int ls_accept(int listener, char *peer, size_t peer_bytes);
/// The address of whoever is at the other end; empty when nobody is.
void ls_peer(int fd, char *name, size_t bytes);
int ls_set_nodelay(int fd);
/// After so many seconds without a word the peer is asked whether it is there; one that does not answer is an error soon.
int ls_keep_alive(int fd, int seconds);
/// Throws away up to `count` received bytes inside the kernel.
ssize_t ls_discard(int fd, size_t count);
/// Gives the pages of [offset, offset + bytes) of a memfd mapping back to the kernel.
int ls_give_back(void *start, size_t bytes);
/// How this thread, and those it starts, share a core with others: a nice value, and the length of a turn, after which a
/// thread that wakes may take the core (kernels before 6.12 ignore the turn).
int ls_take_turns(int nice, uint64_t turn_ns);
void ls_name_thread(const char *name);
/// Has the kernel end this process when the thread that started it ends.
void ls_end_with_parent(void);
/// How far the clock is off by the kernel's own account, in nanoseconds; -1 while nobody disciplines it.
int64_t ls_clock_offset_ns(void);
/// How many processors this process may use.
int ls_processor_count(void);

/// Sleeps while `*word == expected`, until woken or CLOCK_MONOTONIC passes `deadline_ns` (0: for ever).
int ls_futex_wait(uint32_t *word, uint32_t expected, uint64_t deadline_ns);
int ls_futex_wake(uint32_t *word, int count);
/// The same for sleepers of several kinds, each a bit: waking one looks only at those whose kind is among `kinds`.
int ls_futex_wait_as(uint32_t *word, uint32_t expected, uint64_t deadline_ns, uint32_t kind);
int ls_futex_wake_one(uint32_t *word, uint32_t kinds);
uint64_t ls_now(void);
int64_t ls_wall_ns(void);

static inline uint32_t ls_load(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void ls_store(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
static inline uint32_t ls_exchange(uint32_t *word, uint32_t value) { return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST); }
static inline uint32_t ls_add(uint32_t *word, uint32_t value) { return __atomic_fetch_add(word, value, __ATOMIC_SEQ_CST); }
static inline uint32_t ls_sub(uint32_t *word, uint32_t value) { return __atomic_fetch_sub(word, value, __ATOMIC_SEQ_CST); }
static inline bool ls_swap_if(uint32_t *word, uint32_t expected, uint32_t value) {
    return __atomic_compare_exchange_n(word, &expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
}
static inline void ls_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
/// A statistics counter: several threads add, one reads, nobody orders anything by it.
static inline void ls_count(uint64_t *counter, uint64_t value) { __atomic_fetch_add(counter, value, __ATOMIC_RELAXED); }
static inline void ls_count_set(uint64_t *counter, uint64_t value) { __atomic_store_n(counter, value, __ATOMIC_RELAXED); }
static inline uint64_t ls_counted(const uint64_t *counter) { return __atomic_load_n(counter, __ATOMIC_RELAXED); }
static inline void ls_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
