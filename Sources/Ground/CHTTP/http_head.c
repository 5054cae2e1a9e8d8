#include "http_head.h"
#include <string.h>

static ls_head *head_of(llhttp_t *parser) { return (ls_head *)parser; }  // `parser` is ls_head's first member

static int on_target(llhttp_t *parser, const char *at, size_t count) {
    ls_head *head = head_of(parser);
    if (head->target_bytes == 0) head->target = (uint32_t)(at - head->base);
    head->target_bytes += (uint32_t)count;
    return 0;
}

static int on_name(llhttp_t *parser, const char *at, size_t count) {
    ls_head *head = head_of(parser);
    if (head->head_done) return 0;  // a trailer of a chunked body: read and dropped
    if (head->in_value || head->field_count == 0) {
        if (head->field_count == LS_FIELDS_MAX) { head->too_many = true; return -1; }
        head->in_value = 0;
        head->fields[head->field_count++] = (ls_field){(uint32_t)(at - head->base), 0, 0, 0};
    }
    head->fields[head->field_count - 1].name_bytes += (uint32_t)count;
    return 0;
}

static int on_value(llhttp_t *parser, const char *at, size_t count) {
    ls_head *head = head_of(parser);
    if (head->head_done) return 0;
    ls_field *field = &head->fields[head->field_count - 1];
    if (!head->in_value) { head->in_value = 1; field->value = (uint32_t)(at - head->base); }
    field->value_bytes += (uint32_t)count;
    return 0;
}

static int on_value_complete(llhttp_t *parser) { head_of(parser)->in_value = 1; return 0; }

static int on_head(llhttp_t *parser) {
    ls_head *head = head_of(parser);
    head->head_done = true;
    head->method = parser->method;
    head->major = parser->http_major;
    head->minor = parser->http_minor;
    head->chunked = (parser->flags & F_CHUNKED) != 0;
    head->other_encoding = (parser->flags & F_TRANSFER_ENCODING) && !head->chunked;
    head->has_length = (parser->flags & F_CONTENT_LENGTH) != 0;
    head->content_length = head->has_length ? parser->content_length : 0;
    head->keep_alive = (uint8_t)llhttp_should_keep_alive(parser);
    // > 1: Assume that request/response has no body, and proceed to parsing the next message.  <llhttp README>
    // A body of known length is read by the caller straight to where it belongs, past this parser.
    return head->chunked ? HPE_PAUSED : 1;
}

static int on_body(llhttp_t *parser, const char *at, size_t count) {
    ls_head *head = head_of(parser);
    memmove(head->sink + head->sink_bytes, at, count);
    head->sink_bytes += count;
    return 0;
}

static int on_message(llhttp_t *parser) { head_of(parser)->message_done = true; return HPE_PAUSED; }

static const llhttp_settings_t settings = {
    .on_url = on_target, .on_header_field = on_name, .on_header_value = on_value, .on_header_value_complete = on_value_complete,
    .on_headers_complete = on_head, .on_body = on_body, .on_message_complete = on_message,
};

void ls_head_reset(ls_head *head) {
    memset(head, 0, offsetof(ls_head, fields));
    llhttp_init(&head->parser, HTTP_REQUEST, &settings);
}

ls_head_status ls_head_parse(ls_head *head, const char *base, uint32_t from, uint32_t to) {
    head->base = base;
    llhttp_errno_t error = llhttp_execute(&head->parser, base + from, to - from);
    if (head->too_many) return LS_HEAD_TOO_MANY_FIELDS;
    if (error == HPE_OK) return LS_HEAD_MORE;
    if (error != HPE_PAUSED || !head->head_done) return LS_HEAD_BAD;
    head->consumed = (uint32_t)(llhttp_get_error_pos(&head->parser) - base);
    return LS_HEAD_DONE;
}

ls_head_status ls_chunks_parse(ls_head *head, const char *input, size_t count, char *sink, size_t *used) {
    head->sink = sink;
    head->sink_bytes = 0;
    *used = count;
    llhttp_resume(&head->parser);
    llhttp_errno_t error = llhttp_execute(&head->parser, input, count);
    if (error == HPE_OK) return LS_HEAD_MORE;
    if (error != HPE_PAUSED || !head->message_done) return LS_HEAD_BAD;
    *used = (size_t)(llhttp_get_error_pos(&head->parser) - input);
    return LS_HEAD_DONE;
}

const char *ls_head_error(const ls_head *head) {
    const char *reason = llhttp_get_error_reason(&head->parser);
    return reason && *reason ? reason : llhttp_errno_name(llhttp_get_errno(&head->parser));
}
const ls_field *ls_head_field(const ls_head *head, uint32_t n) { return &head->fields[n]; }
