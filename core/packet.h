/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Whether some bytes are an IP packet, as far as a pipe has to know.
 */
#ifndef CORE_PACKET_H
#define CORE_PACKET_H

#include <stdint.h>

enum packet_family { PACKET_INVALID = 0, PACKET_IPV4 = 4, PACKET_IPV6 = 6 };

#define PACKET_IPV4_HEADER 20u /* RFC 791: bytes without options */
#define PACKET_IPV6_HEADER 40u /* RFC 8200 */

/* The IP version of a packet whose header is whole and whose length field does not claim more bytes than there are
 * (bytes behind the packet are allowed). Checksums, addresses and everything inside are the stack's to judge. */
static inline enum packet_family packet_family(const uint8_t *data, uint32_t length) {
    if (length >= PACKET_IPV4_HEADER && data[0] >> 4 == 4) {
        uint32_t header = (data[0] & 15u) * 4u;
        uint32_t total = (uint32_t)data[2] << 8 | data[3];

        return header >= PACKET_IPV4_HEADER && total >= header && total <= length ? PACKET_IPV4 : PACKET_INVALID;
    }
    if (length >= PACKET_IPV6_HEADER && data[0] >> 4 == 6) {
        uint32_t total = PACKET_IPV6_HEADER + ((uint32_t)data[4] << 8 | data[5]);

        return total <= length ? PACKET_IPV6 : PACKET_INVALID;
    }
    return PACKET_INVALID;
}

#endif
