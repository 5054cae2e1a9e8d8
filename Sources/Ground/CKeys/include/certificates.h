// X.509 certificates by OpenSSL's libcrypto: issued, asked for and read.
#pragma once
#include "keys.h"

typedef struct {
    const char *common_name;
    /// As OpenSSL writes them: "DNS:localhost,IP:127.0.0.1"; null for none.
    const char *alternative_names;
    /// As OpenSSL writes it: "serverAuth", "clientAuth"; null for an authority, which signs others.
    const char *purpose;
    /// Seconds since 1970.
    int64_t begins, ends;
} ls_certificate_plan;

typedef struct {
    uint8_t sha256[32];
    int64_t begins, ends;
} ls_certificate_facts;

/// The certificate's PEM text: its length, or 0. Signed by `issuer`, under the name of `issuer_pem`, or of itself when that is null.
/// `room` must hold `LS_PEM_MAX` bytes.
size_t ls_certificate_issue(ls_key *issuer, const char *issuer_pem, ls_key *subject, const ls_certificate_plan *plan, char *room);
/// False for what is no PEM certificate.
bool ls_certificate_read(const void *pem, size_t count, ls_certificate_facts *facts);
/// Whether `pem` holds a certificate that the authority signed.
bool ls_certificate_is_of(const void *pem, size_t count, const void *authority_pem, size_t authority_count);
/// The key of a signing request in PEM that its holder signed; null for anything else.
ls_key *ls_request_key(const void *pem, size_t count);
/// A signing request in PEM for a key: its length, or 0. `room` must hold `LS_PEM_MAX` bytes.
size_t ls_request_make(ls_key *key, const char *common_name, char *room);
