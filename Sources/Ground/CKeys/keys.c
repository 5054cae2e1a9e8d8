#include "keys.h"
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

static EVP_PKEY *of(const ls_key *key) { return (EVP_PKEY *)key; }
static ls_key *as(EVP_PKEY *key) { ERR_clear_error(); return (ls_key *)key; }

ls_key *ls_key_generate(ls_key_kind kind, unsigned bits) {
    switch (kind) {
        case LS_KEY_ED25519: return as(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
        case LS_KEY_P256: return as(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"));
        case LS_KEY_RSA: return as(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits));
        default: return NULL;
    }
}

ls_key *ls_key_from_public_pem(const void *text, size_t count) {
    BIO *bio = BIO_new_mem_buf(text, (int)count);
    if (!bio) return NULL;
    EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return as(key);
}

ls_key *ls_key_from_ed25519(const void *bytes, size_t count) {
    return count == 32 ? as(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, count)) : NULL;
}

struct answer { const char *passphrase; bool asked; };

// Without a callback of ours, OpenSSL would ask on the terminal.
static int on_passphrase(char *room, int size, int writing, void *context) {
    (void)writing;
    struct answer *answer = context;
    answer->asked = true;
    if (!answer->passphrase) return -1;
    size_t count = strlen(answer->passphrase);
    if (count > (size_t)size) return -1;
    memcpy(room, answer->passphrase, count);
    return (int)count;
}

ls_key *ls_key_from_private_pem(const void *text, size_t count, const char *passphrase, bool *is_locked) {
    BIO *bio = BIO_new_mem_buf(text, (int)count);
    if (!bio) return NULL;
    struct answer answer = {passphrase, false};
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, on_passphrase, &answer);
    BIO_free(bio);
    *is_locked = answer.asked;
    return as(key);
}

void ls_key_free(ls_key *key) { EVP_PKEY_free(of(key)); }

ls_key_kind ls_key_kind_of(const ls_key *key) {
    if (EVP_PKEY_is_a(of(key), "ED25519")) return LS_KEY_ED25519;
    if (EVP_PKEY_is_a(of(key), "RSA")) return LS_KEY_RSA;
    char curve[32];
    size_t count = 0;
    bool is_curve = EVP_PKEY_is_a(of(key), "EC") && EVP_PKEY_get_group_name(of(key), curve, sizeof curve, &count) == 1;
    return is_curve && strcmp(curve, "prime256v1") == 0 ? LS_KEY_P256 : LS_KEY_OTHER;
}

int ls_key_bits(const ls_key *key) { return EVP_PKEY_get_bits(of(key)); }

/// The digest that a key's scheme wants; Ed25519 has its own within.
static const EVP_MD *digest_of(EVP_PKEY *key) { return EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256(); }

/// What a key's scheme wants beyond its digest.
static bool prepare(EVP_PKEY *key, EVP_PKEY_CTX *how, int salt) {
    if (!EVP_PKEY_is_a(key, "RSA")) return true;
    return EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(how, EVP_sha256()) == 1
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(how, salt) == 1;
}

bool ls_key_verifies(ls_key *key, const void *signature, size_t signature_count, const void *bytes, size_t count) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *how = NULL;
    bool good = context && EVP_DigestVerifyInit(context, &how, digest_of(of(key)), NULL, of(key)) == 1
        && prepare(of(key), how, RSA_PSS_SALTLEN_AUTO) && EVP_DigestVerify(context, signature, signature_count, bytes, count) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return good;
}

size_t ls_key_sign(ls_key *key, const void *bytes, size_t count, uint8_t *room) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *how = NULL;
    size_t length = LS_SIGNATURE_MAX;
    bool good = context && EVP_DigestSignInit(context, &how, digest_of(of(key)), NULL, of(key)) == 1
        && prepare(of(key), how, RSA_PSS_SALTLEN_DIGEST) && EVP_DigestSign(context, room, &length, bytes, count) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return good ? length : 0;
}

static size_t take(BIO *bio, bool written, char *room) {
    char *text = NULL;
    long count = written ? BIO_get_mem_data(bio, &text) : 0;
    bool fits = count > 0 && count <= LS_PEM_MAX;
    if (fits) memcpy(room, text, (size_t)count);
    if (text && count > 0) OPENSSL_cleanse(text, (size_t)count);
    BIO_free(bio);
    ERR_clear_error();
    return fits ? (size_t)count : 0;
}

size_t ls_key_public_pem(ls_key *key, char *room) {
    BIO *bio = BIO_new(BIO_s_mem());
    return bio ? take(bio, PEM_write_bio_PUBKEY(bio, of(key)) == 1, room) : 0;
}

size_t ls_key_private_pem(ls_key *key, const char *passphrase, char *room) {
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio) return 0;
    const EVP_CIPHER *lock = passphrase ? EVP_aes_256_cbc() : NULL;
    int count = passphrase ? (int)strlen(passphrase) : 0;
    return take(bio, PEM_write_bio_PKCS8PrivateKey(bio, of(key), lock, passphrase, count, NULL, NULL) == 1, room);
}

bool ls_key_ed25519(const ls_key *key, uint8_t *room) {
    size_t count = 32;
    return EVP_PKEY_get_raw_public_key(of(key), room, &count) == 1 && count == 32;
}

void ls_forget(void *bytes, size_t count) { OPENSSL_cleanse(bytes, count); }
