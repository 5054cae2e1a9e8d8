#include "web.h"
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct ls_web {
    CURL *curl;
    long status;
    char *final_url;
    char error[CURL_ERROR_SIZE];
};

static struct {
    typeof(curl_global_init) *global_init;
    typeof(curl_easy_init) *init;
    typeof(curl_easy_setopt) *set;
    typeof(curl_easy_perform) *perform;
    typeof(curl_easy_getinfo) *info;
    typeof(curl_easy_reset) *reset;
    typeof(curl_easy_cleanup) *cleanup;
    typeof(curl_easy_strerror) *words;
    typeof(curl_slist_append) *append;
    typeof(curl_slist_free_all) *free_all;
} lib;
static char missing[256];

static void *find(void *library, const char *name) {
    void *found = library ? dlsym(library, name) : NULL;
    if (!found && !missing[0]) {
        const char *reason = dlerror();
        snprintf(missing, sizeof missing, "%s", reason ? reason : name);
    }
    return found;
}

static void start(void) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    lib.global_init = find(library, "curl_global_init");
    lib.init = find(library, "curl_easy_init");
    lib.set = find(library, "curl_easy_setopt");
    lib.perform = find(library, "curl_easy_perform");
    lib.info = find(library, "curl_easy_getinfo");
    lib.reset = find(library, "curl_easy_reset");
    lib.cleanup = find(library, "curl_easy_cleanup");
    lib.words = find(library, "curl_easy_strerror");
    lib.append = find(library, "curl_slist_append");
    lib.free_all = find(library, "curl_slist_free_all");
    // > This function is not thread safe. You must not call it when any other thread in the program is running.
    // <https://curl.se/libcurl/c/curl_global_init.html>, of libcurl before 7.84; once is enough for later ones.
    if (!missing[0]) lib.global_init(CURL_GLOBAL_DEFAULT);
}

static pthread_once_t started = PTHREAD_ONCE_INIT;

const char *ls_web_missing(void) {
    pthread_once(&started, start);
    return missing[0] ? missing : NULL;
}

ls_web *ls_web_create(void) {
    if (ls_web_missing()) return NULL;
    ls_web *web = calloc(1, sizeof *web);
    if (!web) return NULL;
    web->curl = lib.init();
    if (!web->curl) { free(web); return NULL; }
    return web;
}

void ls_web_free(ls_web *web) {
    lib.cleanup(web->curl);
    free(web->final_url);
    free(web);
}

long ls_web_status(const ls_web *web) { return web->status; }
const char *ls_web_error(const ls_web *web) { return web->error; }
const char *ls_web_final_url(const ls_web *web) { return web->final_url ? web->final_url : ""; }

static size_t on_field(char *line, size_t one, size_t count, void *context) {
    const ls_web_ear *ear = context;
    return ear->field(ear->context, line, count) ? one * count : 0;
}

static size_t on_piece(char *bytes, size_t one, size_t count, void *context) {
    const ls_web_ear *ear = context;
    return ear->piece(ear->context, bytes, count) ? one * count : CURL_WRITEFUNC_ERROR;
}

static int on_turn(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    (void)a, (void)b, (void)c, (void)d;
    const ls_web_ear *ear = context;
    return ear->turn(ear->context) ? 0 : 1;
}

static void set_plan(CURL *curl, const ls_web_plan *plan) {
    // Signals belong to the program; without this, curl would raise SIGALRM for slow name servers.
    lib.set(curl, CURLOPT_NOSIGNAL, 1L);
    lib.set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    lib.set(curl, CURLOPT_USERAGENT, plan->agent);
    lib.set(curl, CURLOPT_CONNECTTIMEOUT_MS, plan->connect_ms);
    lib.set(curl, CURLOPT_LOW_SPEED_LIMIT, plan->least_bytes_per_second);
    lib.set(curl, CURLOPT_LOW_SPEED_TIME, plan->least_seconds);
    lib.set(curl, CURLOPT_MAXREDIRS, plan->redirects_max);
    lib.set(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    if (plan->ca_file) lib.set(curl, CURLOPT_CAINFO, plan->ca_file);
    if (plan->ca_file) lib.set(curl, CURLOPT_CAPATH, NULL);
    if (plan->certificate) lib.set(curl, CURLOPT_SSLCERT, plan->certificate);
    if (plan->key) lib.set(curl, CURLOPT_SSLKEY, plan->key);
    if (plan->key_password) lib.set(curl, CURLOPT_KEYPASSWD, plan->key_password);
    if (plan->proxy) lib.set(curl, CURLOPT_PROXY, plan->proxy);
    if (plan->no_proxy) lib.set(curl, CURLOPT_NOPROXY, plan->no_proxy);
}

static void set_request(CURL *curl, const ls_web_request *request) {
    lib.set(curl, CURLOPT_URL, request->url);
    lib.set(curl, CURLOPT_TIMEOUT_MS, request->whole_ms);
    lib.set(curl, CURLOPT_FOLLOWLOCATION, request->follows ? 1L : 0L);
    // What began encrypted stays encrypted.
    lib.set(curl, CURLOPT_REDIR_PROTOCOLS_STR, strncasecmp(request->url, "https:", 6) == 0 ? "https" : "http,https");
    if (request->body) {
        lib.set(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes);
        lib.set(curl, CURLOPT_POSTFIELDS, request->body);
    }
    if (strcmp(request->method, "HEAD") == 0) lib.set(curl, CURLOPT_NOBODY, 1L);
    else if (strcmp(request->method, "GET") != 0 || request->body) lib.set(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_ear(CURL *curl, const ls_web_ear *ear) {
    lib.set(curl, CURLOPT_HEADERFUNCTION, on_field);
    lib.set(curl, CURLOPT_HEADERDATA, ear);
    lib.set(curl, CURLOPT_WRITEFUNCTION, on_piece);
    lib.set(curl, CURLOPT_WRITEDATA, ear);
    lib.set(curl, CURLOPT_XFERINFOFUNCTION, on_turn);
    lib.set(curl, CURLOPT_XFERINFODATA, ear);
    lib.set(curl, CURLOPT_NOPROGRESS, 0L);
}

static ls_web_outcome outcome(CURLcode code) {
    switch (code) {
        case CURLE_OK: return LS_WEB_ANSWERED;
        case CURLE_ABORTED_BY_CALLBACK: case CURLE_WRITE_ERROR: return LS_WEB_STOPPED;
        case CURLE_URL_MALFORMAT: case CURLE_UNSUPPORTED_PROTOCOL: return LS_WEB_BAD_URL;
        case CURLE_COULDNT_RESOLVE_HOST: case CURLE_COULDNT_RESOLVE_PROXY: return LS_WEB_NO_HOST;
        case CURLE_COULDNT_CONNECT: return LS_WEB_NO_CONNECTION;
        case CURLE_SSL_CONNECT_ERROR: case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_CERTPROBLEM: case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE: case CURLE_SSL_ISSUER_ERROR: case CURLE_SSL_ENGINE_INITFAILED: return LS_WEB_TLS;
        case CURLE_OPERATION_TIMEDOUT: return LS_WEB_TIMEOUT;
        case CURLE_PARTIAL_FILE: case CURLE_RECV_ERROR: case CURLE_SEND_ERROR: case CURLE_GOT_NOTHING:
        case CURLE_HTTP2: case CURLE_HTTP2_STREAM: return LS_WEB_CUT;
        case CURLE_TOO_MANY_REDIRECTS: return LS_WEB_REDIRECTS;
        default: return LS_WEB_FAILED;
    }
}

static void remember_url(ls_web *web) {
    char *url = NULL;
    lib.info(web->curl, CURLINFO_EFFECTIVE_URL, &url);
    free(web->final_url);
    web->final_url = url ? strdup(url) : NULL;
}

ls_web_outcome ls_web_exchange(ls_web *web, const ls_web_plan *plan, const ls_web_request *request, const ls_web_ear *ear) {
    // > It does not change the following information kept in the handle: live connections, the Session ID cache, the DNS
    // > cache, the cookies, the shares or the alt-svc cache. <https://curl.se/libcurl/c/curl_easy_reset.html>
    lib.reset(web->curl);
    web->error[0] = 0;
    web->status = 0;
    lib.set(web->curl, CURLOPT_ERRORBUFFER, web->error);
    set_plan(web->curl, plan);
    set_request(web->curl, request);
    set_ear(web->curl, ear);
    // Waiting for "100 Continue" costs a second with servers that do not know it.
    struct curl_slist *fields = lib.append(NULL, "Expect:");
    for (const char *const *field = request->fields; *field && fields; field++) {
        struct curl_slist *longer = lib.append(fields, *field);
        if (!longer) lib.free_all(fields);
        fields = longer;
    }
    if (!fields) return LS_WEB_FAILED;
    lib.set(web->curl, CURLOPT_HTTPHEADER, fields);
    CURLcode code = lib.perform(web->curl);
    lib.info(web->curl, CURLINFO_RESPONSE_CODE, &web->status);
    remember_url(web);
    lib.free_all(fields);
    if (code != CURLE_OK && !web->error[0]) strncpy(web->error, lib.words(code), CURL_ERROR_SIZE - 1);
    return outcome(code);
}
