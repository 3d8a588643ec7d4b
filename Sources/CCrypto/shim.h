// What regtop uses of libcrypto, behind functions that Swift can call at no cost: the three digests of
// RFC 8760 through EVP, each fetched once and each with a context of its own that is used again and
// again. A text is gathered in a fixed room first, so that one digest is one call into EVP whatever the
// number of its pieces; nothing is allocated after ccrypto_hasher_new.
#ifndef REGTOP_CCRYPTO_SHIM_H
#define REGTOP_CCRYPTO_SHIM_H

#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ccrypto_md5 = 0, ccrypto_sha256 = 1, ccrypto_sha512_256 = 2, ccrypto_algorithms = 3 };
enum { ccrypto_room = 512 };

typedef struct ccrypto_hasher {
    EVP_MD *kind[ccrypto_algorithms];
    EVP_MD_CTX *context[ccrypto_algorithms];
    int current;
    int healthy;
    uint64_t digests;
    size_t count;
    unsigned char text[ccrypto_room];
} ccrypto_hasher;

static inline void ccrypto_hasher_free(ccrypto_hasher *hasher) {
    if (hasher == NULL) return;
    for (int i = 0; i < ccrypto_algorithms; i++) {
        EVP_MD_CTX_free(hasher->context[i]);
        EVP_MD_free(hasher->kind[i]);
    }
    OPENSSL_cleanse(hasher, sizeof *hasher);
    free(hasher);
}

// NULL if memory is out or an algorithm is not offered; *missing then names the algorithm, or is -1.
static inline ccrypto_hasher *ccrypto_hasher_new(int *missing) {
    static const char *const names[ccrypto_algorithms] = {"MD5", "SHA2-256", "SHA2-512/256"};
    ccrypto_hasher *hasher = (ccrypto_hasher *)calloc(1, sizeof *hasher);
    *missing = -1;
    if (hasher == NULL) return NULL;
    for (int i = 0; i < ccrypto_algorithms; i++) {
        hasher->kind[i] = EVP_MD_fetch(NULL, names[i], NULL);
        hasher->context[i] = EVP_MD_CTX_new();
        if (hasher->kind[i] == NULL || hasher->context[i] == NULL
            || EVP_DigestInit_ex(hasher->context[i], hasher->kind[i], NULL) != 1) {
            *missing = i;
            ccrypto_hasher_free(hasher);
            return NULL;
        }
    }
    return hasher;
}

// Begins a text for one of the algorithms; whatever was begun before is forgotten.
static inline void ccrypto_begin(ccrypto_hasher *hasher, int algorithm) {
    hasher->current = algorithm;
    hasher->count = 0;
    // Without a type the context keeps the digest that it was made with and skips the look-ups.
    hasher->healthy = EVP_DigestInit_ex(hasher->context[algorithm], NULL, NULL);
}

static inline void ccrypto_flush(ccrypto_hasher *hasher) {
    if (EVP_DigestUpdate(hasher->context[hasher->current], hasher->text, hasher->count) != 1) hasher->healthy = 0;
    hasher->count = 0;
}

static inline void ccrypto_append(ccrypto_hasher *hasher, const unsigned char *bytes, size_t count) {
    if (count == 0) return;
    if (count > ccrypto_room - hasher->count) {
        ccrypto_flush(hasher);
        if (count > ccrypto_room) {
            if (EVP_DigestUpdate(hasher->context[hasher->current], bytes, count) != 1) hasher->healthy = 0;
            return;
        }
    }
    memcpy(hasher->text + hasher->count, bytes, count);
    hasher->count += count;
}

static inline void ccrypto_append_byte(ccrypto_hasher *hasher, unsigned char byte) {
    if (hasher->count == ccrypto_room) ccrypto_flush(hasher);
    hasher->text[hasher->count++] = byte;
}

static inline void ccrypto_hex(const unsigned char *bytes, size_t count, unsigned char *out) {
    static const unsigned char digits[16] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
}

// Appends the lower-case hex form of at most 32 bytes.
static inline void ccrypto_append_hex(ccrypto_hasher *hasher, const unsigned char *bytes, size_t count) {
    if (2 * count > ccrypto_room - hasher->count) ccrypto_flush(hasher);
    ccrypto_hex(bytes, count, hasher->text + hasher->count);
    hasher->count += 2 * count;
}

// Ends the text and writes its digest: 16 bytes for MD5, 32 otherwise. 1 if all went well.
static inline int ccrypto_finish(ccrypto_hasher *hasher, unsigned char *out) {
    unsigned int length = 0;
    ccrypto_flush(hasher);
    if (EVP_DigestFinal_ex(hasher->context[hasher->current], out, &length) != 1) hasher->healthy = 0;
    hasher->digests++;
    return hasher->healthy;
}

#endif
