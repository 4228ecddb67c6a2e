/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A section is still locked at unload. */
#define OUTSIDE static __attribute__((section("PAGEDATA"))) volatile ULONG Pageable = 1;
#define AT_ENTRY                                                                                                       \
    PVOID Handle = MmLockPagableDataSection((PVOID) & Pageable);                                                       \
    if (Handle == NULL) return STATUS_INSUFFICIENT_RESOURCES
#include "test/planted/wdm.h"
