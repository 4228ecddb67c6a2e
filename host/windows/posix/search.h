/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What mingw-w64 lacks of it.
 */
#ifndef HOST_WINDOWS_SEARCH_H
#define HOST_WINDOWS_SEARCH_H

#include_next <search.h>

void posix_tdestroy(void *root, void (*end)(void *key));
#define tdestroy posix_tdestroy

#endif
