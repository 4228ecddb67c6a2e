/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What mingw-w64 lacks of it.
 */
#ifndef HOST_WINDOWS_STDLIB_H
#define HOST_WINDOWS_STDLIB_H

#include_next <stdlib.h>

int posix_posix_memalign(void **memory, size_t alignment, size_t size); /* up to 16, which malloc gives */
char *posix_realpath(const char *path, char *to);                       /* `to` is NULL */
char *posix_mkdtemp(char *template);
#define posix_memalign posix_posix_memalign
#define realpath posix_realpath
#define mkdtemp posix_mkdtemp

#endif
