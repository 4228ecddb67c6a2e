/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pages are unlocked that are not locked. */
#define AT_ENTRY                                                                                                       \
    PVOID Memory = Allocate(64);                                                                                       \
    PMDL Mdl = IoAllocateMdl(Memory, 64, FALSE, FALSE, NULL);                                                          \
    if (Mdl == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    MmUnlockPages(Mdl)
#include "test/planted/wdm.h"
