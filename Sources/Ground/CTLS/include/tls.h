// OpenSSL's server side over a non-blocking socket; its macros and error queue stay in here.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct ls_tls_context ls_tls_context;
typedef struct ls_tls ls_tls;
enum { LS_TLS_CLOSED = 0, LS_TLS_WANTS_READ = -1, LS_TLS_WANTS_WRITE = -2, LS_TLS_FAILED = -3 };

/// Null on failure, with OpenSSL's reason in `error`. `client_ca` may be null: then no client certificate is asked for.
ls_tls_context *ls_tls_context_create(const char *certificate, const char *key, const char *client_ca, char *error, size_t error_bytes);
ls_tls *ls_tls_accept(ls_tls_context *context, int fd);
/// The number of bytes, or one of the codes above.
ssize_t ls_tls_read(ls_tls *tls, void *into, size_t count);
ssize_t ls_tls_write(ls_tls *tls, const void *from, size_t count);
/// The SHA-256 of the certificate that the other side proved to have, into 32 bytes of room; false when it has shown none.
bool ls_tls_peer_digest(const ls_tls *tls, unsigned char *room);
bool ls_tls_has_pending(const ls_tls *tls);
void ls_tls_free(ls_tls *tls);
