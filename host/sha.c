/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * SHA-1 and SHA-256.
 */
#include "host/sha.h"

#include <string.h>

static uint32_t rol(uint32_t value, unsigned by) { return value << by | value >> (32 - by); }

static uint32_t load_be(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void store_be(uint8_t *bytes, uint32_t value) {
    for (unsigned i = 0; i < 4; i++) bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void block_1(uint32_t h[8], const uint8_t *block) {
    static const uint32_t constants[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (unsigned i = 0; i < 16; i++) w[i] = load_be(block + 4 * i);
    for (unsigned i = 16; i < 80; i++) w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (unsigned i = 0; i < 80; i++) {
        uint32_t f = b ^ c ^ d;
        if (i < 20)
            f = (b & c) | (~b & d);
        else if (i >= 40 && i < 60)
            f = (b & c) | (b & d) | (c & d);
        uint32_t next = rol(a, 5) + f + e + constants[i / 20] + w[i];
        e = d;
        d = c;
        c = rol(b, 30);
        b = a;
        a = next;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
}

static const uint32_t k256[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static void block_256(uint32_t h[8], const uint8_t *block) {
    uint32_t w[64], v[8];
    for (unsigned i = 0; i < 16; i++) w[i] = load_be(block + 4 * i);
    for (unsigned i = 16; i < 64; i++) {
        uint32_t s0 = rol(w[i - 15], 25) ^ rol(w[i - 15], 14) ^ w[i - 15] >> 3;
        uint32_t s1 = rol(w[i - 2], 15) ^ rol(w[i - 2], 13) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    memcpy(v, h, sizeof v);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t s1 = rol(v[4], 26) ^ rol(v[4], 21) ^ rol(v[4], 7);
        uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k256[i] + w[i];
        uint32_t s0 = rol(v[0], 30) ^ rol(v[0], 19) ^ rol(v[0], 10);
        uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (unsigned i = 0; i < 8; i++) h[i] += v[i];
}

static void block_add(struct sha *sha, const uint8_t *block) {
    if (sha->kind == SHA_1)
        block_1(sha->state, block);
    else
        block_256(sha->state, block);
}

void sha_begin(struct sha *sha, enum sha_kind kind) {
    static const uint32_t start[2][8] = {
        {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0},
        {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
    };
    memset(sha, 0, sizeof *sha);
    sha->kind = kind;
    memcpy(sha->state, start[kind], sizeof sha->state);
}

void sha_add(struct sha *sha, const void *data, size_t size) {
    const uint8_t *bytes = data;
    while (size) {
        size_t used = sha->length % 64, part = 64 - used < size ? 64 - used : size;
        memcpy(sha->block + used, bytes, part);
        sha->length += part;
        bytes += part;
        size -= part;
        if (used + part == 64) block_add(sha, sha->block);
    }
}

void sha_end(struct sha *sha, uint8_t *digest) {
    static const uint8_t padding[64] = {0x80};
    uint64_t bits = sha->length * 8;
    uint8_t tail[8];
    sha_add(sha, padding, 1 + (119 - sha->length % 64) % 64);
    store_be(tail, (uint32_t)(bits >> 32));
    store_be(tail + 4, (uint32_t)bits);
    sha_add(sha, tail, sizeof tail);
    for (unsigned i = 0; i < (sha->kind == SHA_1 ? 5u : 8u); i++) store_be(digest + 4 * i, sha->state[i]);
}
