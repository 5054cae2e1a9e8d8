#define _DEFAULT_SOURCE
#include "digest.h"
#include <endian.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <string.h>

// > If you perform the same operation many times with the same algorithm then it is recommended to use a single explicit
// > fetch of the algorithm and then reuse the explicitly fetched algorithm each subsequent time. <man 7 crypto>
static const EVP_MD *algorithm;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;
static void fetch(void) { algorithm = EVP_MD_fetch(NULL, "SHA256", NULL); }

static void put(const unsigned char *bytes, ls_sha256_digest *digest) {
    memcpy(digest->words, bytes, sizeof digest->words);
    for (int i = 0; i < 4; i++) digest->words[i] = be64toh(digest->words[i]);
}

ls_sha256 *ls_sha256_create(void) {
    pthread_once(&fetched, fetch);
    EVP_MD_CTX *context = algorithm ? EVP_MD_CTX_new() : NULL;
    if (context && EVP_DigestInit_ex(context, algorithm, NULL) != 1) { EVP_MD_CTX_free(context); return NULL; }
    return (ls_sha256 *)context;
}

bool ls_sha256_update(ls_sha256 *sha, const void *bytes, size_t count) {
    return EVP_DigestUpdate((EVP_MD_CTX *)sha, bytes, count) == 1;
}

bool ls_sha256_finish(ls_sha256 *sha, ls_sha256_digest *digest) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    if (EVP_DigestFinal_ex((EVP_MD_CTX *)sha, bytes, NULL) != 1) return false;
    put(bytes, digest);
    return EVP_DigestInit_ex((EVP_MD_CTX *)sha, NULL, NULL) == 1;
}

void ls_sha256_free(ls_sha256 *sha) { EVP_MD_CTX_free((EVP_MD_CTX *)sha); }

bool ls_sha256_of(const void *bytes, size_t count, ls_sha256_digest *digest) {
    unsigned char out[EVP_MAX_MD_SIZE];
    pthread_once(&fetched, fetch);
    if (!algorithm || EVP_Digest(bytes, count, out, NULL, algorithm, NULL) != 1) return false;
    put(out, digest);
    return true;
}

void ls_base64(const uint8_t *bytes, size_t count, char *text) { EVP_EncodeBlock((unsigned char *)text, bytes, (int)count); }

ls_digest *ls_digest_create(ls_digest_kind kind) {
    const EVP_MD *wanted = kind == LS_MD5 ? EVP_md5()
        : kind == LS_SHA1                ? EVP_sha1()
        : kind == LS_SHA256              ? EVP_sha256()
                                         : EVP_sha512();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context && EVP_DigestInit_ex(context, wanted, NULL) != 1) { EVP_MD_CTX_free(context); return NULL; }
    return (ls_digest *)context;
}

bool ls_digest_update(ls_digest *digest, const void *bytes, size_t count) {
    return EVP_DigestUpdate((EVP_MD_CTX *)digest, bytes, count) == 1;
}

bool ls_digest_finish(ls_digest *digest, uint8_t *out) { return EVP_DigestFinal_ex((EVP_MD_CTX *)digest, out, NULL) == 1; }

void ls_digest_free(ls_digest *digest) { EVP_MD_CTX_free((EVP_MD_CTX *)digest); }

bool ls_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count, ls_sha256_digest *digest) {
    unsigned char out[EVP_MAX_MD_SIZE];
    pthread_once(&fetched, fetch);
    // A key of no bytes must still be told from "the key that was set before", which null stands for.
    if (!algorithm || !HMAC(algorithm, key ? key : "", (int)key_count, bytes, count, out, NULL)) return false;
    put(out, digest);
    return true;
}

bool ls_hmac_sha1(const void *key, size_t key_count, const void *bytes, size_t count, uint8_t out[20]) {
    return HMAC(EVP_sha1(), key ? key : "", (int)key_count, bytes, count, out, NULL) != NULL;
}

enum { TAG_BYTES = 16 };

bool ls_seal(const uint8_t key[32], const uint8_t nonce[12], const void *context, size_t context_count,
             const void *bytes, size_t count, uint8_t *out) {
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int made = 0, rest = 0;
    bool done = cipher && EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce) == 1
        && EVP_EncryptUpdate(cipher, NULL, &made, context, (int)context_count) == 1
        && EVP_EncryptUpdate(cipher, out, &made, bytes, (int)count) == 1
        && EVP_EncryptFinal_ex(cipher, out + made, &rest) == 1
        && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, out + count) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

bool ls_unseal(const uint8_t key[32], const uint8_t nonce[12], const void *context, size_t context_count,
               const void *bytes, size_t count, uint8_t *out) {
    if (count < TAG_BYTES) return false;
    size_t plain = count - TAG_BYTES;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int made = 0, rest = 0;
    bool done = cipher && EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce) == 1
        && EVP_DecryptUpdate(cipher, NULL, &made, context, (int)context_count) == 1
        && EVP_DecryptUpdate(cipher, out, &made, bytes, (int)plain) == 1
        && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, (void *)((const uint8_t *)bytes + plain)) == 1
        && EVP_DecryptFinal_ex(cipher, out + made, &rest) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

bool ls_random(uint8_t *bytes, size_t count) { return RAND_bytes(bytes, (int)count) == 1; }
