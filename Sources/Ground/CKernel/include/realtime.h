// What a thread with a period of its own needs of the kernel.
#pragma once
#include "kernel.h"
#include <poll.h>

/// Makes this thread SCHED_FIFO at `priority`; 0, or the error number.
int ls_become_realtime(int priority);
/// Keeps all of this process' memory, now and later, from being paged out; 0, or the error number.
int ls_lock_memory(void);
/// Lets timers of this thread be late by at most `ns`.
void ls_timer_slack(uint64_t ns);
/// Sleeps until CLOCK_MONOTONIC reads `when_ns`; false when a signal came first.
bool ls_sleep_until(uint64_t when_ns);
/// Ties this thread to one processor; 0, or the error number.
int ls_tie_to_processor(int processor);
/// How many received bytes wait; 0, or -1.
int ls_bytes_waiting(int fd, int *count);
/// Has a poll of `fd` wake only when so many bytes are there.
void ls_wake_for(int fd, int bytes);
/// Waits until one of `waits` is ready or CLOCK_MONOTONIC reads `when_ns`; how many are.
int ls_poll_until(struct pollfd *waits, int count, uint64_t when_ns);
