/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A section is unlocked more often than locked. */
#define OUTSIDE static __attribute__((section("PAGEDATA"))) volatile ULONG Pageable = 1;
#define AT_ENTRY                                                                                                       \
    PVOID Handle = MmLockPagableDataSection((PVOID) & Pageable);                                                       \
    MmUnlockPagableImageSection(Handle);                                                                               \
    MmUnlockPagableImageSection(Handle)
#include "test/planted/wdm.h"
