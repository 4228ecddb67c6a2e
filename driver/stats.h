/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Counters are 64-bit words that anybody may read at any time. Each has one writer at a time (a lock's holder or one
 * thread), so adding needs no locked instruction; the one with several uses atomic_add_relaxed_64.
 */
#ifndef DRIVER_STATS_H
#define DRIVER_STATS_H

#include "core/atomic.h"
#include "driver/driver.h"

static inline VOID StatsAdd(uint64_t *Counter, ULONG64 Value) {
    atomic_store_relaxed_64(Counter, atomic_load_relaxed_64(Counter) + Value);
}

static inline ULONG64 StatsRead(const uint64_t *Counter) { return atomic_load_relaxed_64(Counter); }

static inline VOID StatsCopy(struct abi_counters *To, const struct abi_counters *From, BOOLEAN Attached) {
    const uint64_t *Words = (const uint64_t *)From;

    To->size = sizeof(*To);
    To->attached = Attached;
    for (ULONG Word = 1; Word < sizeof(*To) / sizeof(*Words); Word++) ((uint64_t *)To)[Word] = StatsRead(&Words[Word]);
}

#endif
