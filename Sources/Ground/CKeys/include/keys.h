// Key pairs and signatures by OpenSSL's libcrypto; its contexts, callbacks and error queue stay in here.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ls_key ls_key;
typedef enum { LS_KEY_OTHER, LS_KEY_ED25519, LS_KEY_P256, LS_KEY_RSA } ls_key_kind;

/// Null when libcrypto will not. `bits` is for RSA alone.
ls_key *ls_key_generate(ls_key_kind kind, unsigned bits);
ls_key *ls_key_from_public_pem(const void *text, size_t count);
/// The 32 bytes of an Ed25519 key.
ls_key *ls_key_from_ed25519(const void *bytes, size_t count);
/// A null passphrase opens only what is not locked. `is_locked` says whether one was asked for.
ls_key *ls_key_from_private_pem(const void *text, size_t count, const char *passphrase, bool *is_locked);
void ls_key_free(ls_key *key);

ls_key_kind ls_key_kind_of(const ls_key *key);
int ls_key_bits(const ls_key *key);

/// Ed25519; ECDSA with SHA-256 in DER; RSA-PSS with SHA-256.
bool ls_key_verifies(ls_key *key, const void *signature, size_t signature_count, const void *bytes, size_t count);
/// The signature's length, or 0. `room` must hold `LS_SIGNATURE_MAX` bytes.
size_t ls_key_sign(ls_key *key, const void *bytes, size_t count, uint8_t *room);
enum { LS_SIGNATURE_MAX = 2048, LS_PEM_MAX = 16384 };

/// PEM texts (SubjectPublicKeyInfo, PKCS#8): their length, or 0. `room` must hold `LS_PEM_MAX` bytes.
size_t ls_key_public_pem(ls_key *key, char *room);
/// With a passphrase the text is locked by AES-256-CBC.
size_t ls_key_private_pem(ls_key *key, const char *passphrase, char *room);
/// The 32 bytes of an Ed25519 key.
bool ls_key_ed25519(const ls_key *key, uint8_t *room);
/// Overwrites a secret in a way that no compiler leaves out.
void ls_forget(void *bytes, size_t count);
