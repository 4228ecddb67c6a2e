/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Failures on demand: by name, or each place in turn. A place is a call that may fail together with the stack of image
 * code that leads to it.
 */
#ifndef HOST_FAULT_H
#define HOST_FAULT_H

#include "host/host.h"

#define FAULT_PLACES_MAX 4096
#define FAULT_TEXT 1024

struct fault_place {
    uint64_t hash;
    char text[FAULT_TEXT]; /* the function and who called it */
};

/* As fault_arm, and the call says this Win32 error instead of its usual one, if it is one that asks. */
bool fault_arm_error(const char *name, unsigned after, uint32_t error);
uint32_t fault_error_or(uint32_t usual);

/* What several runs share, each in a process of its own; in shared memory. */
struct fault_sweep {
    uint32_t count; /* places that have failed in some run */
    struct fault_place places[FAULT_PLACES_MAX];
};

/* The first place that this run comes to and that is not among those of the sweep fails, once, and is added. NULL ends
 * that. */
void fault_sweep(struct fault_sweep *shared);
/* The place that failed in this run, NULL while none has. */
const struct fault_place *fault_failed(void);

#endif
