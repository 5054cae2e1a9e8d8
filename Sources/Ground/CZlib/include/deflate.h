// zlib in two calls: whole buffers in, whole buffers out, with a limit against bombs.
#pragma once
#include <stddef.h>
#include <sys/types.h>

#define LS_DEFLATE_BAD (-1)
#define LS_DEFLATE_TOO_LARGE (-2)
/// Inflates gzip or zlib data. On success `*out` is malloc'ed (with `padding` spare bytes) and the count is returned.
ssize_t ls_inflate(const void *input, size_t count, size_t limit, size_t padding, void **out);
/// Deflates as gzip or, when `zlib` is set, as zlib; `*out` is malloc'ed.
ssize_t ls_deflate(const void *input, size_t count, int zlib, void **out);
