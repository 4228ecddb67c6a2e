/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A name that glibc has for it.
 */
#ifndef HOST_WINDOWS_PTHREAD_H
#define HOST_WINDOWS_PTHREAD_H

#include_next <pthread.h>

#define PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP PTHREAD_RECURSIVE_MUTEX_INITIALIZER

#endif
