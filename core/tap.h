/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * How a session shows its packets to a capturing process: memory that the two share. Pure C, as core/abi.h.
 *
 *   +0                      struct tap_shared
 *   +TAP_RECORDS            records of the packets to the client: TAP_CAPACITY + RING_SLACK bytes
 *   +TAP_RECORDS + half     records of the packets to the stack: as many
 *
 * Each direction is a ring (core/ring.h) whose producer is the session, under the direction's lock, and whose consumer is
 * the capturing process. The session neither waits for it nor believes it: a full ring drops, and counts.
 *
 * It is one piece of memory that the session makes, backed by the page file and committed at once: nothing but address
 * space and a claim to the page file until somebody captures, and whoever maps it can do no more than write to it. Memory
 * of the capturing process, or reserved memory that it commits, could be missing when the session writes to it.
 *
 * The memory's name is known to everybody, that of the session's events has its mark in it: what a capturing process
 * still holds of a session that has ended is not in the way of the next one.
 *
 * Who writes what:
 *   magic, capacity, mark, seen, dropped, ring[].tail, ring[].state   the session
 *   attached, snap, ring[].head, ring[].want_wake                     the capturing process
 */
#ifndef CORE_TAP_H
#define CORE_TAP_H

#include "core/ring.h"

#define TAP_MAGIC 0x32706154u /* raised with every change of the layout */
#define TAP_CAPACITY 0x80000u /* bytes of records, each way */
#define TAP_RECORDS 4096u
#define TAP_HALF (TAP_CAPACITY + RING_SLACK)
#define TAP_SIZE (TAP_RECORDS + 2 * TAP_HALF)

enum { TAP_TO_CLIENT, TAP_TO_STACK };

/* What a record carries before the packet's bytes. */
struct tap_packet {
    uint64_t time;   /* 100 ns since 1601-01-01, UTC */
    uint32_t length; /* of the packet, of which fewer bytes may follow */
    uint32_t reserved;
};

#define TAP_SNAP_MAX (RING_PACKET_MAX - (uint32_t)sizeof(struct tap_packet))

struct tap_shared {
    uint32_t magic; /* 0: not yet ready */
    uint32_t capacity;
    uint64_t mark;                         /* another one in each session */
    _Alignas(RING_LINE) uint32_t attached; /* 1: somebody captures */
    uint32_t snap;                         /* bytes of each packet that are wanted */
    struct {
        _Alignas(RING_LINE) uint64_t seen; /* packets, while somebody captured */
        uint64_t dropped;                  /* of these, for want of room */
    } count[2];
    struct ring_shared ring[2];
};

_Static_assert(sizeof(struct tap_shared) <= TAP_RECORDS, "the records begin behind it");
_Static_assert(sizeof(struct tap_packet) == 16, "wire format");

static inline uint8_t *tap_records(struct tap_shared *shared, unsigned direction) {
    return (uint8_t *)shared + TAP_RECORDS + direction * TAP_HALF;
}

#endif
