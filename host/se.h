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
void se_map_generic(ACCESS_MASK *access, const GENERIC_MAPPING *mapping);

#endif
