/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An MDL for nonpaged pool describes paged pool. */
#define AT_ENTRY                                                                                                       \
    PVOID Memory = ExAllocatePoolWithTag(PagedPool, 64, TAG);                                                          \
    PMDL Mdl = IoAllocateMdl(Memory, 64, FALSE, FALSE, NULL);                                                          \
    if (Mdl != NULL) MmBuildMdlForNonPagedPool(Mdl)
#include "test/planted/wdm.h"
