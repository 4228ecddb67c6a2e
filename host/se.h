/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#ifndef HOST_SE_H
#define HOST_SE_H

#include "host/kernel.h"

/* What of `desired` (generic rights are mapped) the token may have; STATUS_ACCESS_DENIED if not all. A device without a
 * descriptor lets everybody in, as Windows does. */
NTSTATUS se_check(PSECURITY_DESCRIPTOR descriptor, enum se_token_kind token, ACCESS_MASK desired,
                  const GENERIC_MAPPING *mapping, ACCESS_MASK *granted);
/* The same for SeAccessCheck: MAXIMUM_ALLOWED, privileges, what was granted before. `granted` is 0 when refused. */
NTSTATUS se_access(PSECURITY_DESCRIPTOR descriptor, enum se_token_kind token, ACCESS_MASK desired, ACCESS_MASK before,
                   const GENERIC_MAPPING *mapping, ACCESS_MASK *granted);
bool se_token_has(enum se_token_kind token, PSID sid); /* whether it is the token's user or one of its groups */
bool se_token_may(enum se_token_kind token, ULONG privilege);
/* The list of a descriptor of either form; NULL: none, so that everybody may do everything. */
const ACL *se_dacl(PSECURITY_DESCRIPTOR descriptor);
PSID se_owner(PSECURITY_DESCRIPTOR descriptor);
extern struct ob_type se_type_token;
void *se_token_of(PEPROCESS process); /* referenced */
enum se_token_kind se_token_kind_of(const void *token);
void se_map_generic(ACCESS_MASK *access, const GENERIC_MAPPING *mapping);

#endif
