/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Where the host waits. All of its waiting goes through here: blocking for NT callers through KeWaitForSingleObject and
 * its like, blocking of the host itself through sched_wait, spinning through sched_relax.
 */
#ifndef HOST_SCHED_H
#define HOST_SCHED_H

#include "host/kernel_private.h"

/* One turn of a loop that waits for another thread; `tries` counts the turns. */
void sched_relax(unsigned tries);

#endif
