/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * getrandom, by BCryptGenRandom.
 */
#ifndef HOST_WINDOWS_RANDOM_H
#define HOST_WINDOWS_RANDOM_H

#include <stddef.h>
#include <sys/types.h>

ssize_t posix_getrandom(void *buffer, size_t size, unsigned flags);
#define getrandom posix_getrandom

#endif
