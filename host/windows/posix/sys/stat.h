/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A folder has no mode here.
 */
#ifndef HOST_WINDOWS_STAT_H
#define HOST_WINDOWS_STAT_H

#include_next <sys/stat.h>

int posix_mkdir(const char *path, mode_t mode);
#define mkdir posix_mkdir

#endif
