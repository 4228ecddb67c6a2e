/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What mingw-w64 lacks of it.
 */
#ifndef HOST_WINDOWS_STRING_H
#define HOST_WINDOWS_STRING_H

#include_next <string.h>

char *posix_strndup(const char *text, size_t size);
#define strndup posix_strndup

#endif
