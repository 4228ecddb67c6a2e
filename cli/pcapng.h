/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Capture files: pcapng (draft-ietf-opsawg-pcapng), one interface of raw IP packets (LINKTYPE_RAW, 101). Blocks are made in
 * memory; pure C.
 */
#ifndef CLI_PCAPNG_H
#define CLI_PCAPNG_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of UTF-8 that a text has at most, without its end; the rest of a longer one is left out. */
#define PCAPNG_TEXT_MAX 384u
/* Bytes that one of the functions writes at most, beside the bytes of a packet. */
#define PCAPNG_ROOM 1024

enum { PCAPNG_INBOUND = 1, PCAPNG_OUTBOUND = 2 };

/* Each writes a block (or more) to `to`, and returns its size. Times are in 100 ns since 1601, UTC. */
size_t pcapng_begin(uint8_t to[PCAPNG_ROOM], const char *program, const char *interface, uint32_t snap);
/* The packet's block but for its bytes: those follow, then pcapng_packet_end's. */
size_t pcapng_packet(uint8_t to[PCAPNG_ROOM], uint64_t time, uint32_t captured, uint32_t length);
size_t pcapng_packet_end(uint8_t to[PCAPNG_ROOM], uint32_t captured, uint32_t direction);
size_t pcapng_end(uint8_t to[PCAPNG_ROOM], uint64_t time, uint64_t received, uint64_t dropped);

#endif
