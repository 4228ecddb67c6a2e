/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#include "cli/pcapng.h"

#define SECTION_HEADER 0x0a0d0d0au
#define INTERFACE_DESCRIPTION 1u
#define INTERFACE_STATISTICS 5u
#define ENHANCED_PACKET 6u
#define LINKTYPE_RAW 101u

/* Options: their codes in the block that they are in. */
enum { OPT_END = 0, SHB_USERAPPL = 4, IF_NAME = 2, IF_TSRESOL = 9, EPB_FLAGS = 2, ISB_IFRECV = 4, ISB_IFDROP = 5 };

static uint8_t *put16(uint8_t *to, uint32_t value) {
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
    return to + 2;
}

static uint8_t *put32(uint8_t *to, uint32_t value) { return put16(put16(to, value & 0xffff), value >> 16); }

static uint8_t *put_bytes(uint8_t *to, const void *bytes, size_t size) {
    for (size_t at = 0; at < size; at++) *to++ = ((const uint8_t *)bytes)[at];
    for (; size % 4; size++) *to++ = 0;
    return to;
}

static uint8_t *put_option(uint8_t *to, unsigned code, const void *value, size_t size) {
    return put_bytes(put16(put16(to, code), (uint32_t)size), value, size);
}

/* Not cut within a character. */
static uint8_t *put_text(uint8_t *to, unsigned code, const char *text) {
    size_t size = 0;
    while (text[size] && size < PCAPNG_TEXT_MAX) size++;
    while (size && ((uint8_t)text[size] & 0xc0) == 0x80) size--;
    return put_option(to, code, text, size);
}

static uint8_t *put_number(uint8_t *to, unsigned code, uint64_t value) {
    uint8_t bytes[8];
    put32(put32(bytes, (uint32_t)value), (uint32_t)(value >> 32));
    return put_option(to, code, bytes, sizeof bytes);
}

/* The block's total length, at its beginning and its end; behind `at` nothing has been written yet. */
static size_t finish(uint8_t *block, uint8_t *at) {
    uint32_t size = (uint32_t)(at - block) + 4;
    put32(block + 4, size);
    put32(at, size);
    return size;
}

static uint8_t *start(uint8_t *block, uint32_t type) { return put32(put32(block, type), 0); }

size_t pcapng_begin(uint8_t to[PCAPNG_ROOM], const char *program, const char *interface, uint32_t snap) {
    static const uint8_t resolution = 7; /* 10^-7 s */
    uint8_t *at = start(to, SECTION_HEADER);
    at = put16(put16(put32(at, 0x1a2b3c4d), 1), 0);
    at = put32(put32(at, 0xffffffff), 0xffffffff); /* the section's length is not known */
    at = put_text(at, SHB_USERAPPL, program);
    at = put_option(at, OPT_END, NULL, 0);
    size_t size = finish(to, at);

    at = start(to + size, INTERFACE_DESCRIPTION);
    at = put32(put16(put16(at, LINKTYPE_RAW), 0), snap);
    at = put_text(at, IF_NAME, interface);
    at = put_option(at, IF_TSRESOL, &resolution, 1);
    at = put_option(at, OPT_END, NULL, 0);
    return size + finish(to + size, at);
}

_Static_assert(24 + 4 + PCAPNG_TEXT_MAX + 8 + 16 + 4 + PCAPNG_TEXT_MAX + 16 <= PCAPNG_ROOM,
               "pcapng_begin's two blocks");

/* Since 1970. */
static uint8_t *put_time(uint8_t *to, uint64_t time) {
    time -= 116444736000000000u;
    return put32(put32(to, (uint32_t)(time >> 32)), (uint32_t)time);
}

/* Behind the bytes: padding, the flags, the end of options, the length. */
#define PACKET_TAIL (8 + 4 + 4)

static uint32_t packet_size(uint32_t captured) { return 28 + ((captured + 3) & ~3u) + PACKET_TAIL; }

size_t pcapng_packet(uint8_t to[PCAPNG_ROOM], uint64_t time, uint32_t captured, uint32_t length) {
    uint8_t *at = put32(put32(to, ENHANCED_PACKET), packet_size(captured));
    at = put_time(put32(at, 0), time);
    at = put32(put32(at, captured), length);
    return (size_t)(at - to);
}

size_t pcapng_packet_end(uint8_t to[PCAPNG_ROOM], uint32_t captured, uint32_t direction) {
    uint8_t *at = to, flags[4];
    for (; captured % 4; captured++) *at++ = 0;
    put32(flags, direction);
    at = put_option(at, EPB_FLAGS, flags, sizeof flags);
    at = put_option(at, OPT_END, NULL, 0);
    at = put32(at, packet_size(captured));
    return (size_t)(at - to);
}

size_t pcapng_end(uint8_t to[PCAPNG_ROOM], uint64_t time, uint64_t received, uint64_t dropped) {
    uint8_t *at = put_time(put32(start(to, INTERFACE_STATISTICS), 0), time);
    at = put_number(at, ISB_IFRECV, received);
    at = put_number(at, ISB_IFDROP, dropped);
    at = put_option(at, OPT_END, NULL, 0);
    return finish(to, at);
}
