/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * SHA-1 and SHA-256 (FIPS 180-4), so that the host needs no library for two small functions.
 */
#ifndef HOST_SHA_H
#define HOST_SHA_H

#include <stddef.h>
#include <stdint.h>

enum sha_kind { SHA_1, SHA_256 };

#define SHA_1_SIZE 20
#define SHA_256_SIZE 32

struct sha {
    enum sha_kind kind;
    uint32_t state[8];
    uint64_t length; /* bytes so far */
    uint8_t block[64];
};

void sha_begin(struct sha *sha, enum sha_kind kind);
void sha_add(struct sha *sha, const void *data, size_t size);
void sha_end(struct sha *sha, uint8_t *digest); /* SHA_1_SIZE or SHA_256_SIZE bytes */

#endif
