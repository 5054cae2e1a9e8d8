// One libcurl handle and one exchange at a time on it; curl's options are variadic, and stay in here. The library is opened
// when the first client is made: it brings thirty others along, which no engine process should wait for.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ls_web ls_web;

/// What a client is, from its first exchange to its last. Null strings are left to curl.
typedef struct {
    const char *agent;
    const char *ca_file;
    const char *certificate;
    const char *key;
    const char *key_password;
    const char *proxy;
    const char *no_proxy;
    long connect_ms;
    /// An exchange slower than this for that long is given up.
    long least_bytes_per_second;
    long least_seconds;
    long redirects_max;
} ls_web_plan;

typedef struct {
    const char *method;
    const char *url;
    /// Lines without their ends; the last one is null.
    const char *const *fields;
    /// Null for no body at all.
    const void *body;
    size_t body_bytes;
    /// 0 for no limit beyond the plan's.
    long whole_ms;
    bool follows;
} ls_web_request;

/// Who hears the answer. Each says whether to go on; `turn` is asked about once a second while nothing else happens.
typedef struct {
    void *context;
    bool (*field)(void *context, const char *line, size_t count);
    bool (*piece)(void *context, const void *bytes, size_t count);
    bool (*turn)(void *context);
} ls_web_ear;

typedef enum {
    LS_WEB_ANSWERED,
    LS_WEB_STOPPED,
    LS_WEB_BAD_URL,
    LS_WEB_NO_HOST,
    LS_WEB_NO_CONNECTION,
    LS_WEB_TLS,
    LS_WEB_TIMEOUT,
    LS_WEB_CUT,
    LS_WEB_REDIRECTS,
    LS_WEB_FAILED,
} ls_web_outcome;

/// Null when there is a library to work with, or why there is none.
const char *ls_web_missing(void);
/// Null without memory, or without the library.
ls_web *ls_web_create(void);
ls_web_outcome ls_web_exchange(ls_web *web, const ls_web_plan *plan, const ls_web_request *request, const ls_web_ear *ear);
/// Of the last exchange.
long ls_web_status(const ls_web *web);
const char *ls_web_error(const ls_web *web);
const char *ls_web_final_url(const ls_web *web);
void ls_web_free(ls_web *web);
