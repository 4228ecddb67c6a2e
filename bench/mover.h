/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Ways to move packets. Nothing of Windows is in here, for baseline.c, which has Linux's own headers.
 */
#ifndef BENCH_MOVER_H
#define BENCH_MOVER_H

#include <stdbool.h>
#include <stdint.h>

#define BUNDLE_MAX 64u
#define CAPACITY 0x1000000u /* bytes of a ring, unless something else is measured; as large is that of the copies */

/* --- bench.c ------------------------------------------------------------------------------------------------------ */

uint64_t now(void); /* nanoseconds, monotonic */
uint64_t cpu(void); /* of the process, nanoseconds */
/* A valid IPv4 packet with a payload of no matter; size at least 20. */
void packet_make(uint8_t *packet, uint32_t size);

/* A way to move packets: set up for a size and a bundle, then run for a number of packets, again and again, in turn with
 * the others, so that all see the same machine. */
struct result {
    uint64_t packets; /* that arrived */
    uint64_t lost;    /* to-client: sends that found no room, to-stack: allocations; they were tried again. tun: lost */
    uint64_t nanoseconds; /* from the first to the last */
    uint64_t cpu;         /* of all threads, nanoseconds */
};
struct mover {
    const char *name;
    /* False: it cannot be had here, and `why` says why. */
    bool (*begin)(uint32_t size, uint32_t bundle, const char **why);
    struct result (*run)(uint64_t packets);
    void (*end)(void);
};
/* So many packets as take about that time. */
uint64_t mover_calibrate(const struct mover *mover, uint64_t nanoseconds);

/* --- baseline.c --------------------------------------------------------------------------------------------------- */

extern const struct mover mover_copy, mover_handover, mover_tun, mover_tun_offload;

#endif
