/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The monotonic clock goes on during a sleep.
 */
#ifndef HOST_WINDOWS_TIME_H
#define HOST_WINDOWS_TIME_H

#include_next <time.h>

#define CLOCK_BOOTTIME CLOCK_MONOTONIC

#endif
