// A thin net around llhttp: collects where things lie in the caller's buffer, so that Swift reads offsets, not callbacks.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <llhttp.h>

#pragma clang assume_nonnull begin

enum { LS_FIELDS_MAX = 128 };
typedef struct { uint32_t name, name_bytes, value, value_bytes; } ls_field;
typedef enum { LS_HEAD_MORE, LS_HEAD_DONE, LS_HEAD_BAD, LS_HEAD_TOO_MANY_FIELDS } ls_head_status;

/// One request's head. Offsets count from the start of the buffer that holds the head, which must not move meanwhile.
typedef struct {
    llhttp_t parser;
    const char *base;
    uint32_t target, target_bytes, field_count;
    uint8_t method, major, minor, keep_alive, chunked, has_length, other_encoding, in_value;
    uint32_t consumed;  // bytes of the buffer that the head took
    uint64_t content_length;
    bool head_done, message_done, too_many;
    char *sink;         // where a chunked body's bytes go
    size_t sink_bytes;
    ls_field fields[LS_FIELDS_MAX];
} ls_head;

void ls_head_reset(ls_head *head);
/// Feeds bytes [from, to) of `base`. DONE: `consumed` is where the body begins.
ls_head_status ls_head_parse(ls_head *head, const char *base, uint32_t from, uint32_t to);
/// Feeds a chunked body; payload is written to `sink` (room for `count` bytes), `sink_bytes` says how many came.
/// `used` says how much of the input belongs to this message.
ls_head_status ls_chunks_parse(ls_head *head, const char *input, size_t count, char *sink, size_t *used);
const char *ls_head_error(const ls_head *head);
const ls_field *ls_head_field(const ls_head *head, uint32_t n);
#pragma clang assume_nonnull end
