/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What Windows does otherwise.
 */
#ifndef HOST_WINDOWS_STDIO_H
#define HOST_WINDOWS_STDIO_H

#include_next <stdio.h>

FILE *posix_fopen(const char *path, const char *mode); /* knows the mode e */
int posix_remove(const char *path);                    /* a folder, too */
#define fopen posix_fopen
#define remove posix_remove

#endif
