/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Files are of bytes, and not for the processes that this one starts.
 */
#ifndef HOST_WINDOWS_FCNTL_H
#define HOST_WINDOWS_FCNTL_H

#include_next <fcntl.h>

#define O_CLOEXEC (_O_BINARY | _O_NOINHERIT)

#endif
