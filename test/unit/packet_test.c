/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#include "test/common/testing.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/packet.h"

START_TEST(ipv4_needs_a_whole_header_and_an_honest_length) {
    uint8_t packet[60] = {0x45, 0, 0, 60};

    ck_assert_int_eq(packet_family(packet, 60), PACKET_IPV4);
    ck_assert_int_eq(packet_family(packet, 59), PACKET_INVALID);
    packet[3] = 20;
    ck_assert_int_eq(packet_family(packet, 60), PACKET_IPV4); /* bytes behind the packet are allowed */
    packet[3] = 19;
    ck_assert_int_eq(packet_family(packet, 60), PACKET_INVALID);
    packet[0] = 0x44;
    packet[3] = 60;
    ck_assert_int_eq(packet_family(packet, 60), PACKET_INVALID);
    packet[0] = 0x4F;
    ck_assert_int_eq(packet_family(packet, 60), PACKET_IPV4);
    packet[3] = 59; /* shorter than its own header */
    ck_assert_int_eq(packet_family(packet, 60), PACKET_INVALID);
    packet[0] = 0x45;
    packet[3] = 20;
    ck_assert_int_eq(packet_family(packet, 19), PACKET_INVALID);
}
END_TEST

START_TEST(ipv6_needs_a_whole_header_and_an_honest_length) {
    uint8_t packet[60] = {0x60, 0, 0, 0, 0, 20};

    ck_assert_int_eq(packet_family(packet, 60), PACKET_IPV6);
    ck_assert_int_eq(packet_family(packet, 59), PACKET_INVALID);
    packet[5] = 0;
    ck_assert_int_eq(packet_family(packet, 40), PACKET_IPV6);
    ck_assert_int_eq(packet_family(packet, 39), PACKET_INVALID);
    packet[4] = 0xFF;
    ck_assert_int_eq(packet_family(packet, 60), PACKET_INVALID);
}
END_TEST

START_TEST(anything_else_is_invalid_at_any_length) {
    for (unsigned version = 0; version < 16; version++) {
        for (uint32_t length = 0; length <= 64; length++) {
            uint8_t *packet = calloc(1, length + 1); /* exactly sized, for ASan, but for the one byte */

            packet[0] = (uint8_t)(version << 4);
            if (version != 4 && version != 6)
                ck_assert_int_eq(packet_family(packet, length), PACKET_INVALID);
            else
                packet_family(packet, length);
            free(packet);
        }
    }
}
END_TEST

TEST_CASES(packet, ipv4_needs_a_whole_header_and_an_honest_length, ipv6_needs_a_whole_header_and_an_honest_length,
           anything_else_is_invalid_at_any_length)
