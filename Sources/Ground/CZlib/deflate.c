#include "deflate.h"
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

// > A gzip file consists of a series of "members" (compressed data sets).  <RFC 1952, 2.2>
static bool begins_member(const unsigned char *bytes, size_t count) {
    return count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

ssize_t ls_inflate(const void *input, size_t count, size_t limit, size_t padding, void **out) {
    z_stream stream = {.next_in = (Bytef *)input, .avail_in = (uInt)count};
    size_t room = count * 4 < 4096 ? 4096 : count * 4, done = 0;
    unsigned char *bytes = NULL;
    bool is_gzip = begins_member(input, count);
    int rc = Z_OK;
    if (inflateInit2(&stream, 15 + 32) != Z_OK) return LS_DEFLATE_BAD;  // + 32: gzip or zlib, by the header
    while (rc == Z_OK) {
        if (room > limit) room = limit;
        unsigned char *grown = realloc(bytes, room + padding);
        if (!grown) { rc = Z_MEM_ERROR; break; }
        bytes = grown;
        stream.next_out = bytes + done;
        stream.avail_out = (uInt)(room - done);
        rc = inflate(&stream, Z_NO_FLUSH);
        done = room - stream.avail_out;
        bool goes_on = rc == Z_STREAM_END && is_gzip && begins_member(stream.next_in, stream.avail_in);
        if (goes_on) rc = inflateReset(&stream);
        if (rc == Z_OK && stream.avail_out == 0) {
            if (room == limit) { inflateEnd(&stream); free(bytes); return LS_DEFLATE_TOO_LARGE; }
            room *= 2;
        } else if (rc == Z_BUF_ERROR || (rc == Z_OK && stream.avail_in == 0)) break;
    }
    inflateEnd(&stream);
    if (rc != Z_STREAM_END || stream.avail_in != 0) { free(bytes); return LS_DEFLATE_BAD; }
    *out = bytes;
    return (ssize_t)done;
}

ssize_t ls_deflate(const void *input, size_t count, int zlib, void **out) {
    z_stream stream = {.next_in = (Bytef *)input, .avail_in = (uInt)count};
    if (deflateInit2(&stream, 1, Z_DEFLATED, zlib ? 15 : 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return LS_DEFLATE_BAD;
    size_t room = deflateBound(&stream, (uLong)count);
    unsigned char *bytes = malloc(room);
    if (!bytes) { deflateEnd(&stream); return LS_DEFLATE_BAD; }
    stream.next_out = bytes;
    stream.avail_out = (uInt)room;
    int rc = deflate(&stream, Z_FINISH);
    size_t done = room - stream.avail_out;
    deflateEnd(&stream);
    if (rc != Z_STREAM_END) { free(bytes); return LS_DEFLATE_BAD; }
    *out = bytes;
    return (ssize_t)done;
}
