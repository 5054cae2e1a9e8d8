#define _GNU_SOURCE
#include "kernel.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/timex.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int ls_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int ls_epoll_ctl(int epoll, int operation, int fd, uint32_t events, uint64_t data) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    return epoll_ctl(epoll, operation, fd, &event);
}

int ls_epoll_wait(int epoll, ls_event *events, int count, int64_t timeout_ns) {
    enum { ROUND = 64 };
    struct epoll_event ready[ROUND];
    struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};
    int n = epoll_pwait2(epoll, ready, count < ROUND ? count : ROUND, timeout_ns < 0 ? NULL : &timeout, NULL);
    for (int i = 0; i < n; i++) events[i] = (ls_event){ready[i].events, ready[i].data.u64};
    return n;
}

int ls_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void ls_eventfd_ring(int fd) { eventfd_write(fd, 1); }

void ls_eventfd_hush(int fd) {
    eventfd_t count;
    eventfd_read(fd, &count);
}

int ls_exchange_names(const char *one, const char *other) {
    return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
}

int ls_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }

int ls_memfd(const char *name, uint64_t bytes) {
    int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd >= 0 && ftruncate(fd, (off_t)bytes) != 0) { int error = errno; close(fd); errno = error; return -1; }
    return fd;
}

static void name_host(const struct sockaddr_storage *address, char *name, size_t bytes) {
    const void *host = address->ss_family == AF_INET6 ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
                                                      : (const void *)&((const struct sockaddr_in *)address)->sin_addr;
    if (!inet_ntop(address->ss_family, host, name, (socklen_t)bytes)) name[0] = 0;
}

int ls_accept(int listener, char *peer, size_t peer_bytes) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int fd = accept4(listener, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0 && peer_bytes > 0) name_host(&address, peer, peer_bytes);
    return fd;
}

void ls_peer(int fd, char *name, size_t bytes) {
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    name[0] = 0;
    if (getpeername(fd, (struct sockaddr *)&address, &length) == 0) name_host(&address, name, bytes);
}

int ls_set_nodelay(int fd) { int on = 1; return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); }

int ls_keep_alive(int fd, int seconds) {
    int on = 1, between = 2, tries = 3;
    if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) != 0) return -1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds) != 0) return -1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between, sizeof between) != 0) return -1;
    return setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof tries);
}

ssize_t ls_discard(int fd, size_t count) { return recv(fd, NULL, count, MSG_TRUNC | MSG_DONTWAIT); }

int ls_give_back(void *start, size_t bytes) { return madvise(start, bytes, MADV_REMOVE); }

// The kernel's own structure; glibc has had it only since 2.41.
struct ls_sched_attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

int ls_take_turns(int nice, uint64_t turn_ns) {
    struct ls_sched_attr wish = {.size = sizeof wish, .policy = SCHED_OTHER, .nice = nice, .runtime = turn_ns};
    return (int)syscall(SYS_sched_setattr, 0, &wish, 0);
}

void ls_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int ls_processor_count(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

int ls_futex_wait(uint32_t *word, uint32_t expected, uint64_t deadline_ns) {
    return ls_futex_wait_as(word, expected, deadline_ns, FUTEX_BITSET_MATCH_ANY);
}

int ls_futex_wait_as(uint32_t *word, uint32_t expected, uint64_t deadline_ns, uint32_t kind) {
    struct timespec until = {(time_t)(deadline_ns / 1000000000), (long)(deadline_ns % 1000000000)};
    // > FUTEX_WAIT_BITSET: the timeout is interpreted as an absolute value. <man 2 futex>
    long rc = syscall(SYS_futex, word, FUTEX_WAIT_BITSET, expected, deadline_ns ? &until : NULL, NULL, kind);
    return rc == 0 ? 0 : errno;
}

int ls_futex_wake_one(uint32_t *word, uint32_t kinds) {
    return (int)syscall(SYS_futex, word, FUTEX_WAKE_BITSET, 1, NULL, NULL, kinds);
}

int ls_futex_wake(uint32_t *word, int count) { return (int)syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0); }

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
uint64_t ls_now(void) { return nanoseconds(CLOCK_MONOTONIC); }
int64_t ls_wall_ns(void) { return (int64_t)nanoseconds(CLOCK_REALTIME); }

int64_t ls_clock_offset_ns(void) {
    struct timex clock = {0};
    int state = adjtimex(&clock);
    if (state < 0 || state == TIME_ERROR || (clock.status & STA_UNSYNC)) return -1;
    int64_t offset = clock.status & STA_NANO ? clock.offset : clock.offset * 1000;
    return offset < 0 ? -offset : offset;
}

void ls_end_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }
