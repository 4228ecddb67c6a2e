/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the benchmark's files share. Each way to move packets is a `mover`: set up for a size and a bundle, then run for a
 * number of packets, again and again, in turn with the others, so that all see the same machine.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

struct result {
    uint64_t packets;     /* that arrived */
    uint64_t lost;        /* for want of room; they were tried again */
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

extern const struct mover mover_memcpy, mover_tun, mover_to_client, mover_to_stack;

/* time.c of it all */
uint64_t now(void); /* nanoseconds, monotonic */
uint64_t cpu(void); /* of the process, nanoseconds */

/* A valid IPv4 packet with a payload of no matter; size at least 20. */
void packet_make(uint8_t *packet, uint32_t size);

/* warren.c: the world with one adapter and a session; `verify`: with the rules checked. */
bool warren_start(const char *driver, const char *library, bool verify);
void warren_stop(void);
uint64_t warren_kernel_calls(void); /* of the driver, since the start; only with `verify` */

#endif
