/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An MDL is left at unload. */
#define AT_ENTRY                                                                                                       \
    static UCHAR Variable[64];                                                                                         \
    PMDL Mdl = IoAllocateMdl(Variable, sizeof(Variable), FALSE, FALSE, NULL);                                          \
    if (Mdl == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    MmBuildMdlForNonPagedPool(Mdl)
#include "test/planted/wdm.h"
