/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the benchmark asks of its own driver (null.c), by OID queries.
 */
#ifndef BENCH_DRIVER_NULL_H
#define BENCH_DRIVER_NULL_H

#define NULL_OID_COSTS 0xff776201u   /* answers with a null_costs */
#define NULL_OID_RECEIVE 0xff776202u /* indicates a ULONG64 of bundles, which comes in the same buffer */
#define NULL_LISTS 64                /* a bundle */

enum null_cost {
    NULL_CALL,      /* a function that does nothing */
    NULL_SPIN_LOCK, /* acquired and released */
    NULL_SHARED_LOCK,
    NULL_RUNDOWN, /* acquired and released, cache-aware */
    NULL_EVENT,   /* set, with nobody waiting, and not set before */
    NULL_LIST,    /* taken from its pool and returned */
    NULL_COSTS
};

struct null_costs {
    unsigned long long picoseconds[NULL_COSTS];
};

#endif
