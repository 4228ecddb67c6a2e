/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What mingw-w64 lacks of it.
 */
#ifndef HOST_WINDOWS_UNISTD_H
#define HOST_WINDOWS_UNISTD_H

#include_next <unistd.h>

#define _SC_NPROCESSORS_ONLN 84
long posix_sysconf(int name);
#define sysconf posix_sysconf
ssize_t posix_readlink(const char *path, char *to, size_t size); /* there are none */
#define readlink posix_readlink

#endif
