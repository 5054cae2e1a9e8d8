// Digests by OpenSSL's libcrypto; its contexts and fetched algorithms stay in here.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ls_sha256 ls_sha256;
/// The 32 bytes of a digest as four numbers, the first byte being the highest of the first number.
typedef struct { uint64_t words[4]; } ls_sha256_digest;

/// Null when libcrypto has no SHA-256 to give.
ls_sha256 *ls_sha256_create(void);
bool ls_sha256_update(ls_sha256 *sha, const void *bytes, size_t count);
/// Gives the digest of everything since the last one, and begins anew.
bool ls_sha256_finish(ls_sha256 *sha, ls_sha256_digest *digest);
void ls_sha256_free(ls_sha256 *sha);
/// Writes `count` bytes in base 64, padded, with a zero behind: 4 * ((count + 2) / 3) + 1 bytes.
void ls_base64(const uint8_t *bytes, size_t count, char *text);
/// The digest of bytes that lie in one place.
bool ls_sha256_of(const void *bytes, size_t count, ls_sha256_digest *digest);

/// The same for digests whose bytes stay bytes. Each context is for one digest.
typedef enum { LS_MD5, LS_SHA1, LS_SHA256, LS_SHA512 } ls_digest_kind;
typedef struct ls_digest ls_digest;
ls_digest *ls_digest_create(ls_digest_kind kind);
bool ls_digest_update(ls_digest *digest, const void *bytes, size_t count);
/// Writes 16, 20, 32 or 64 bytes.
bool ls_digest_finish(ls_digest *digest, uint8_t *out);
void ls_digest_free(ls_digest *digest);

/// The keyed digest (RFC 2104) of bytes that lie in one place.
bool ls_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count, ls_sha256_digest *digest);
/// The same with SHA-1: 20 bytes.
bool ls_hmac_sha1(const void *key, size_t key_count, const void *bytes, size_t count, uint8_t out[20]);

/// AES-256-GCM: `out` takes `count` bytes and a tag of 16. The context is covered by the tag and not kept.
bool ls_seal(const uint8_t key[32], const uint8_t nonce[12], const void *context, size_t context_count,
             const void *bytes, size_t count, uint8_t *out);
/// `count` is that of the bytes with their tag; false for what was changed, or sealed with another key or context.
bool ls_unseal(const uint8_t key[32], const uint8_t nonce[12], const void *context, size_t context_count,
               const void *bytes, size_t count, uint8_t *out);
/// From the kernel's random numbers.
bool ls_random(uint8_t *bytes, size_t count);
