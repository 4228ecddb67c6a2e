/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An MDL is mapped that was not locked. */
#define AT_ENTRY                                                                                                       \
    PVOID Memory = Allocate(64);                                                                                       \
    PMDL Mdl = IoAllocateMdl(Memory, 64, FALSE, FALSE, NULL);                                                          \
    if (Mdl == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    MmMapLockedPagesSpecifyCache(Mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority)
#include "test/planted/wdm.h"
