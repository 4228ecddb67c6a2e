/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_COMMON_SCHEDULES_H
#define TEST_COMMON_SCHEDULES_H

#include <stdint.h>

#include "test/common/child.h"

struct schedules_options {
    uint64_t first, count; /* seeds, each from 1 on */
    unsigned jobs;         /* runs at a time */
    double limit;          /* seconds for one run */
};

/* Runs each test once for each seed, in a process of its own under the seeded scheduler, and prints a TAP line for each
 * test; progress goes to a terminal. Returns how many tests failed with some seed. */
unsigned schedules_run(const struct named_test *tests, unsigned count, const struct schedules_options *options);

#endif
