#include "tls.h"
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>

static void explain(const char *what, char *error, size_t bytes) {
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    snprintf(error, bytes, "%s: %s", what, reason ? reason : "unknown OpenSSL error");
    ERR_clear_error();
}

ls_tls_context *ls_tls_context_create(const char *certificate, const char *key, const char *client_ca, char *error, size_t error_bytes) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    const char *wrong = NULL;
    if (!context) { explain("TLS", error, error_bytes); return NULL; }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1) wrong = certificate;
    else if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(context) != 1) wrong = key;
    else if (client_ca && SSL_CTX_load_verify_locations(context, client_ca, NULL) != 1) wrong = client_ca;
    if (wrong) { explain(wrong, error, error_bytes); SSL_CTX_free(context); return NULL; }
    if (client_ca) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(client_ca));
        SSL_CTX_set_session_id_context(context, (const unsigned char *)"lineside", 8);
    }
    return (ls_tls_context *)context;
}

ls_tls *ls_tls_accept(ls_tls_context *context, int fd) {
    SSL *tls = SSL_new((SSL_CTX *)context);
    if (!tls) return NULL;
    SSL_set_fd(tls, fd);
    SSL_set_accept_state(tls);
    return (ls_tls *)tls;
}

static ssize_t outcome(SSL *tls, int rc) {
    int error = SSL_get_error(tls, rc);
    ERR_clear_error();
    switch (error) {
    case SSL_ERROR_WANT_READ: return LS_TLS_WANTS_READ;
    case SSL_ERROR_WANT_WRITE: return LS_TLS_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN: return LS_TLS_CLOSED;
    default: return LS_TLS_FAILED;
    }
}

ssize_t ls_tls_read(ls_tls *tls, void *into, size_t count) {
    size_t done = 0;
    int rc = SSL_read_ex((SSL *)tls, into, count, &done);
    return rc == 1 ? (ssize_t)done : outcome((SSL *)tls, rc);
}

ssize_t ls_tls_write(ls_tls *tls, const void *from, size_t count) {
    size_t done = 0;
    int rc = SSL_write_ex((SSL *)tls, from, count, &done);
    return rc == 1 ? (ssize_t)done : outcome((SSL *)tls, rc);
}

bool ls_tls_peer_digest(const ls_tls *tls, unsigned char *room) {
    X509 *certificate = SSL_get0_peer_certificate((const SSL *)tls);
    unsigned length = 32;
    bool good = certificate && SSL_get_verify_result((const SSL *)tls) == X509_V_OK
        && X509_digest(certificate, EVP_sha256(), room, &length) == 1;
    ERR_clear_error();
    return good;
}

bool ls_tls_has_pending(const ls_tls *tls) { return SSL_pending((const SSL *)tls) > 0; }

void ls_tls_free(ls_tls *tls) {
    SSL_shutdown((SSL *)tls);
    ERR_clear_error();
    SSL_free((SSL *)tls);
}
