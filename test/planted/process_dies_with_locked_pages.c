/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pages of a process stay locked after the request that brought them. */
#define AT_CONTROL                                                                                                     \
    PMDL Mdl = IoAllocateMdl(Irp->UserBuffer, 16, FALSE, FALSE, NULL);                                                 \
    if (Mdl != NULL) MmProbeAndLockPages(Mdl, UserMode, IoReadAccess)
#include "test/planted/wdm.h"
