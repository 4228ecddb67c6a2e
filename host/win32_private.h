/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What only the Win32 half's own files share.
 */
#ifndef HOST_WIN32_PRIVATE_H
#define HOST_WIN32_PRIVATE_H

#include "host/win32.h"

struct reg_key;

void win32_names_start(void);         /* win32_sync.c */
extern struct ob_type win32_key_type; /* win32_registry.c */
/* A handle of the calling process for the key, which it takes over in any case. */
NTSTATUS win32_key_insert(struct reg_key *key, ACCESS_MASK access, HKEY *handle);

#endif
