/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A partial MDL reaches beyond its source. */
#define AT_ENTRY                                                                                                       \
    PVOID Memory = Allocate(64);                                                                                       \
    PMDL Mdl = IoAllocateMdl(Memory, 64, FALSE, FALSE, NULL);                                                          \
    if (Mdl == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    PMDL Part = IoAllocateMdl(Memory, 128, FALSE, FALSE, NULL);                                                        \
    MmBuildMdlForNonPagedPool(Mdl);                                                                                    \
    if (Part != NULL) IoBuildPartialMdl(Mdl, Part, Memory, 128)
#include "test/planted/wdm.h"
