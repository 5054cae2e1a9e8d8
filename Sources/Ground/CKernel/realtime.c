#define _GNU_SOURCE
#include "realtime.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

int ls_become_realtime(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
}

int ls_lock_memory(void) { return mlockall(MCL_CURRENT | MCL_FUTURE) == 0 ? 0 : errno; }

void ls_timer_slack(uint64_t ns) { prctl(PR_SET_TIMERSLACK, ns, 0, 0, 0); }

bool ls_sleep_until(uint64_t when_ns) {
    struct timespec when = {(time_t)(when_ns / 1000000000), (long)(when_ns % 1000000000)};
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) == 0;
}

int ls_tie_to_processor(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int ls_poll_until(struct pollfd *waits, int count, uint64_t when_ns) {
    uint64_t now = ls_now(), rest = when_ns > now ? when_ns - now : 0;
    struct timespec time = {(time_t)(rest / 1000000000), (long)(rest % 1000000000)};
    return ppoll(waits, (nfds_t)count, &time, NULL);
}

int ls_bytes_waiting(int fd, int *count) { return ioctl(fd, FIONREAD, count); }

void ls_wake_for(int fd, int bytes) { setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes); }
