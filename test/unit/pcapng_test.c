/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Capture files, byte for byte as the draft has them; test/cli/capture_test.c has tshark's opinion.
 */
#include "test/common/testing.h"

#include <check.h>
#include <string.h>

#include "cli/pcapng.h"

/* Counted from 1601, as Windows does; the file counts from 1970. */
#define TIME_1970 116444736000000000u
#define TIME (TIME_1970 + 0x0123456789ABCDEFu)

static uint8_t block[PCAPNG_ROOM];

static void is(size_t size, const void *expected, size_t expected_size) {
    ck_assert_uint_eq(size, expected_size);
    ck_assert_mem_eq(block, expected, expected_size);
}
#define IS(size, ...) is(size, (const uint8_t[]){__VA_ARGS__}, sizeof(const uint8_t[]){__VA_ARGS__})

START_TEST(a_file_begins_with_a_section_and_an_interface_of_raw_ip) {
    IS(pcapng_begin(block, "Prog 1", "tun", 65519), /* */
       0x0a, 0x0d, 0x0d, 0x0a, 44, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
       0xff, 0xff,                                              /* section header, 1.0, of unknown length */
       4, 0, 6, 0, 'P', 'r', 'o', 'g', ' ', '1', 0, 0,          /* shb_userappl */
       0, 0, 0, 0, 44, 0, 0, 0,                                 /* end */
       1, 0, 0, 0, 40, 0, 0, 0, 101, 0, 0, 0, 0xef, 0xff, 0, 0, /* interface, LINKTYPE_RAW, snaplen */
       2, 0, 3, 0, 't', 'u', 'n', 0,                            /* if_name */
       9, 0, 1, 0, 7, 0, 0, 0,                                  /* if_tsresol: 100 ns */
       0, 0, 0, 0, 40, 0, 0, 0);
}
END_TEST

START_TEST(a_packet_has_its_time_both_lengths_its_direction_and_padding) {
    IS(pcapng_packet(block, TIME, 5, 1500), /* */
       6, 0, 0, 0, 52, 0, 0, 0, 0, 0, 0, 0, 0x67, 0x45, 0x23, 0x01, 0xef, 0xcd, 0xab, 0x89, 5, 0, 0, 0, 0xdc, 5, 0, 0);
    IS(pcapng_packet_end(block, 5, PCAPNG_OUTBOUND), /* */
       0, 0, 0, 2, 0, 4, 0, 2, 0, 0, 0, 0, 0, 0, 0, 52, 0, 0, 0);
    for (uint32_t captured = 0; captured < 9; captured++) {
        size_t size = pcapng_packet(block, TIME, captured, captured);
        uint32_t said = block[4];
        ck_assert_uint_eq(size + captured + pcapng_packet_end(block, captured, PCAPNG_INBOUND), said);
        ck_assert_uint_eq(said % 4, 0);
    }
    /* Whole words need no padding. */
    IS(pcapng_packet_end(block, 8, PCAPNG_INBOUND), 2, 0, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0, 52, 0, 0, 0);
}
END_TEST

START_TEST(the_end_says_what_was_seen_and_what_dropped) {
    IS(pcapng_end(block, TIME_1970 + 1, 0x100000002u, 3),           /* */
       5, 0, 0, 0, 52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, /* */
       4, 0, 8, 0, 2, 0, 0, 0, 1, 0, 0, 0,                          /* isb_ifrecv */
       5, 0, 8, 0, 3, 0, 0, 0, 0, 0, 0, 0,                          /* isb_ifdrop */
       0, 0, 0, 0, 52, 0, 0, 0);
}
END_TEST

START_TEST(long_names_are_cut_between_characters_and_stay_within_the_room) {
    char name[PCAPNG_TEXT_MAX + 8] = "";
    size_t longest, length;
    /* 385 bytes: the last character, of three, does not fit whole. */
    memset(name, 'n', PCAPNG_TEXT_MAX - 2);
    strcpy(name + PCAPNG_TEXT_MAX - 2, "\xe2\x82\xac");
    longest = pcapng_begin(block, name, name, 0);
    ck_assert_uint_le(longest, PCAPNG_ROOM);
    length = (size_t)block[26] | (size_t)block[27] << 8;
    ck_assert_uint_eq(length, PCAPNG_TEXT_MAX - 2);
    ck_assert_mem_eq(block + 28, name, length);
    /* One that fits to the byte is whole. */
    memset(name, 'n', PCAPNG_TEXT_MAX - 3);
    strcpy(name + PCAPNG_TEXT_MAX - 3, "\xe2\x82\xac");
    ck_assert_uint_le(pcapng_begin(block, name, name, 0), PCAPNG_ROOM);
    ck_assert_uint_eq((size_t)block[26] | (size_t)block[27] << 8, PCAPNG_TEXT_MAX);
}
END_TEST

TEST_CASES(pcapng, a_file_begins_with_a_section_and_an_interface_of_raw_ip,
           a_packet_has_its_time_both_lengths_its_direction_and_padding, the_end_says_what_was_seen_and_what_dropped,
           long_names_are_cut_between_characters_and_stay_within_the_room)
