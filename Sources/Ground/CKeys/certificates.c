#include "certificates.h"
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

enum { SERIAL_BITS = 159 };

static EVP_PKEY *of(const ls_key *key) { return (EVP_PKEY *)key; }
static const EVP_MD *digest_of(EVP_PKEY *key) { return EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256(); }

static X509 *read_certificate(const void *pem, size_t count) {
    BIO *bio = BIO_new_mem_buf(pem, (int)count);
    if (!bio) return NULL;
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    ERR_clear_error();
    return certificate;
}

static size_t take(BIO *bio, bool written, char *room) {
    char *text = NULL;
    long count = written ? BIO_get_mem_data(bio, &text) : 0;
    bool fits = count > 0 && count <= LS_PEM_MAX;
    if (fits) memcpy(room, text, (size_t)count);
    BIO_free(bio);
    ERR_clear_error();
    return fits ? (size_t)count : 0;
}

static bool name(X509_NAME *name, const char *common_name) {
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) == 1;
}

static bool extend(X509 *certificate, X509V3_CTX *context, int kind, const char *value) {
    if (!value) return true;
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, kind, value);
    bool good = extension && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return good;
}

static bool number(X509 *certificate) {
    BIGNUM *serial = BN_new();
    bool good = serial && BN_rand(serial, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1
        && BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate));
    BN_free(serial);
    return good;
}

static bool fill(X509 *certificate, X509 *issuer, EVP_PKEY *subject, const ls_certificate_plan *plan) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer ? issuer : certificate, certificate, NULL, NULL, 0);
    return X509_set_version(certificate, 2) == 1 && number(certificate)
        && ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)plan->begins)
        && ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)plan->ends)
        && name(X509_get_subject_name(certificate), plan->common_name)
        && X509_set_issuer_name(certificate, X509_get_subject_name(issuer ? issuer : certificate)) == 1
        && X509_set_pubkey(certificate, subject) == 1
        && extend(certificate, &context, NID_basic_constraints, plan->purpose ? "critical,CA:FALSE" : "critical,CA:TRUE")
        && extend(certificate, &context, NID_key_usage, plan->purpose ? "critical,digitalSignature" : "critical,keyCertSign,cRLSign")
        && extend(certificate, &context, NID_ext_key_usage, plan->purpose)
        && extend(certificate, &context, NID_subject_key_identifier, "hash")
        && extend(certificate, &context, NID_authority_key_identifier, issuer ? "keyid:always" : NULL)
        && extend(certificate, &context, NID_subject_alt_name, plan->alternative_names);
}

size_t ls_certificate_issue(ls_key *issuer, const char *issuer_pem, ls_key *subject, const ls_certificate_plan *plan, char *room) {
    X509 *authority = issuer_pem ? read_certificate(issuer_pem, strlen(issuer_pem)) : NULL;
    X509 *certificate = issuer_pem && !authority ? NULL : X509_new();
    BIO *bio = BIO_new(BIO_s_mem());
    bool good = certificate && bio && fill(certificate, authority, of(subject), plan)
        && X509_sign(certificate, of(issuer), digest_of(of(issuer))) > 0 && PEM_write_bio_X509(bio, certificate) == 1;
    X509_free(certificate);
    X509_free(authority);
    return bio ? take(bio, good, room) : 0;
}

static bool seconds(const ASN1_TIME *time, int64_t *seconds) {
    struct tm parts;
    if (ASN1_TIME_to_tm(time, &parts) != 1) return false;
    *seconds = (int64_t)timegm(&parts);
    return true;
}

bool ls_certificate_read(const void *pem, size_t count, ls_certificate_facts *facts) {
    X509 *certificate = read_certificate(pem, count);
    unsigned length = sizeof facts->sha256;
    bool good = certificate && X509_digest(certificate, EVP_sha256(), facts->sha256, &length) == 1
        && seconds(X509_get0_notBefore(certificate), &facts->begins) && seconds(X509_get0_notAfter(certificate), &facts->ends);
    X509_free(certificate);
    ERR_clear_error();
    return good;
}

bool ls_certificate_is_of(const void *pem, size_t count, const void *authority_pem, size_t authority_count) {
    X509 *certificate = read_certificate(pem, count);
    X509 *authority = read_certificate(authority_pem, authority_count);
    EVP_PKEY *key = authority ? X509_get0_pubkey(authority) : NULL;
    bool good = certificate && key && X509_verify(certificate, key) == 1;
    X509_free(certificate);
    X509_free(authority);
    ERR_clear_error();
    return good;
}

ls_key *ls_request_key(const void *pem, size_t count) {
    BIO *bio = BIO_new_mem_buf(pem, (int)count);
    if (!bio) return NULL;
    X509_REQ *request = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    BIO_free(bio);
    EVP_PKEY *key = request ? X509_REQ_get_pubkey(request) : NULL;
    if (key && X509_REQ_verify(request, key) != 1) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    X509_REQ_free(request);
    ERR_clear_error();
    return (ls_key *)key;
}

size_t ls_request_make(ls_key *key, const char *common_name, char *room) {
    X509_REQ *request = X509_REQ_new();
    BIO *bio = BIO_new(BIO_s_mem());
    bool good = request && bio && name(X509_REQ_get_subject_name(request), common_name)
        && X509_REQ_set_pubkey(request, of(key)) == 1 && X509_REQ_sign(request, of(key), digest_of(of(key))) > 0
        && PEM_write_bio_X509_REQ(bio, request) == 1;
    X509_REQ_free(request);
    return bio ? take(bio, good, room) : 0;
}
