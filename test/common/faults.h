/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_COMMON_FAULTS_H
#define TEST_COMMON_FAULTS_H

#include "test/common/child.h"

/* Runs each test again and again, each time in a process of its own with one place failing that has not failed before
 * (host/fault.h), until there is none left; prints a TAP line for each test, and with `verbose` each place. Returns how
 * many tests failed. */
unsigned faults_run(const struct named_test *tests, unsigned count, bool verbose, double limit);

#endif
