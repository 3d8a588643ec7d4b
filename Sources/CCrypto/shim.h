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

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "ccrypto_hex8 counts on the lowest byte being the first"
#endif

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

static inline void ccrypto_append_word(ccrypto_hasher *hasher, uint64_t word) {
    ccrypto_append(hasher, (const unsigned char *)&word, sizeof word);
}

// The eight lower-case hex digits of four bytes, first digit in the lowest byte of the result.
static inline uint64_t ccrypto_hex8(const unsigned char *bytes) {
    uint32_t four;
    memcpy(&four, bytes, 4);
    uint64_t wide = four;
    wide = (wide | wide << 16) & 0x0000ffff0000ffffULL;
    wide = (wide | wide << 8) & 0x00ff00ff00ff00ffULL;
    uint64_t nibbles = (wide >> 4 & 0x000f000f000f000fULL) | (wide & 0x000f000f000f000fULL) << 8;
    // 6 more than a nibble of 10 or above carries into bit 4: those become letters, 0x27 further on.
    uint64_t letters = (nibbles + 0x0606060606060606ULL) >> 4 & 0x0101010101010101ULL;
    return nibbles + 0x3030303030303030ULL + letters * 0x27;
}

// Writes the lower-case hex form of `count` bytes, a multiple of four.
static inline void ccrypto_hex(const unsigned char *bytes, size_t count, unsigned char *out) {
    for (size_t i = 0; i < count; i += 4) {
        uint64_t digits = ccrypto_hex8(bytes + i);
        memcpy(out + 2 * i, &digits, 8);
    }
}

// Compares `count` bytes, a multiple of four, with twice as many hex digits of either case, in a time
// that depends on `count` only.
static inline int ccrypto_equals_hex(const unsigned char *bytes, size_t count, const unsigned char *text) {
    uint64_t difference = 0;
    for (size_t i = 0; i < count; i += 4) {
        uint64_t digits;
        memcpy(&digits, text + 2 * i, 8);
        // Bit 6 says letter: it makes A-F small. Nothing else turns into a hex digit by that.
        digits |= (digits & 0x4040404040404040ULL) >> 1;
        difference |= digits ^ ccrypto_hex8(bytes + i);
    }
    return difference == 0;
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
