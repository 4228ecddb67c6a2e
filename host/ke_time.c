/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Coarse times, and short delays.
 */
#include "host/sched.h"

#define TICK 156250u /* 15.625 ms, in 100 ns */

ULONG NTAPI KeQueryTimeIncrement(void) {
    NT_ENTER(KeQueryTimeIncrement);
    return TICK;
}

ULONGLONG NTAPI KeQueryUnbiasedInterruptTime(void) {
    NT_ENTER(KeQueryUnbiasedInterruptTime);
    return sched_clock(CLOCK_MONOTONIC) / 100;
}

void NTAPI KeStallExecutionProcessor(ULONG MicroSeconds) {
    NT_ENTER(KeStallExecutionProcessor);
    uint64_t until = sched_clock(CLOCK_MONOTONIC) + (uint64_t)MicroSeconds * 1000;

    if (MicroSeconds > 50)
        verify_violation("stall-too-long", "KeStallExecutionProcessor(%u); more than 50 is for KeDelayExecutionThread",
                         MicroSeconds);
    for (unsigned tries = 0; sched_clock(CLOCK_MONOTONIC) < until; tries++) sched_relax(tries);
}
