/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An MDL is unmapped from a process that it was not mapped into. */
#define AT_CONTROL                                                                                                     \
    PMDL Mdl = IoAllocateMdl(Irp->UserBuffer, 16, FALSE, FALSE, NULL);                                                 \
    if (Mdl != NULL) MmUnmapLockedPages(Irp->UserBuffer, Mdl)
#include "test/planted/wdm.h"
