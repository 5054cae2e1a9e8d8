// Preloaded into `lineside io`: counts what the thread named WATCHED asks of the heap, into the file that
// ALLOCATION_COUNTS names. Two numbers of 64 bits: the thread's calls, and everybody's.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define WATCHED "plc-loop"

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static uint64_t unmapped[2];
static uint64_t *counts = unmapped;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("ALLOCATION_COUNTS");
    int file = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (file < 0 || ftruncate(file, sizeof unmapped) != 0) abort();
    void *shared = mmap(NULL, sizeof unmapped, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED) abort();
    close(file);
    counts = shared;
}

static int is_watched(void) {
    static __thread int known __attribute__((tls_model("initial-exec")));
    if (known) return 1;
    int before = errno;
    char name[17] = {0};
    prctl(PR_GET_NAME, name);
    errno = before;
    known = strcmp(name, WATCHED) == 0;
    return known;
}

static void count(void) {
    if (is_watched()) __atomic_add_fetch(&counts[0], 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&counts[1], 1, __ATOMIC_RELAXED);
}

void *malloc(size_t size) { return count(), __libc_malloc(size); }
void *calloc(size_t number, size_t size) { return count(), __libc_calloc(number, size); }
void *realloc(void *place, size_t size) { return count(), __libc_realloc(place, size); }
void *memalign(size_t alignment, size_t size) { return count(), __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return count(), __libc_memalign(alignment, size); }

int posix_memalign(void **place, size_t alignment, size_t size) {
    count();
    *place = __libc_memalign(alignment, size);
    return *place ? 0 : ENOMEM;
}

void free(void *place) {
    if (!place) return;
    count();
    __libc_free(place);
}
