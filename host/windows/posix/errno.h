/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What mingw-w64 lacks of it.
 */
#ifndef HOST_WINDOWS_ERRNO_H
#define HOST_WINDOWS_ERRNO_H

#include_next <errno.h>

#define EDQUOT 122

#endif
