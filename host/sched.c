/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Waiting of the host.
 */
#include "host/sched.h"

#include <sched.h>

void sched_relax(unsigned tries) {
    /* Whoever is waited for may have been preempted, which cannot happen to the holder of a spin lock on Windows. */
    if (tries % 64 == 63)
        sched_yield();
    else
        __builtin_ia32_pause();
}
