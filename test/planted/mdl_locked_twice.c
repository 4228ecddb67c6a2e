/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pages are locked twice by one MDL. */
#define AT_ENTRY                                                                                                       \
    PVOID Memory = Allocate(64);                                                                                       \
    PMDL Mdl = IoAllocateMdl(Memory, 64, FALSE, FALSE, NULL);                                                          \
    if (Mdl == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    MmProbeAndLockPages(Mdl, KernelMode, IoReadAccess);                                                                \
    MmProbeAndLockPages(Mdl, KernelMode, IoReadAccess)
#include "test/planted/wdm.h"
