/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pages of a process are locked at DISPATCH_LEVEL. */
#define AT_CONTROL                                                                                                     \
    KIRQL Irql;                                                                                                        \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    PMDL Mdl = IoAllocateMdl(Irp->UserBuffer, 16, FALSE, FALSE, NULL);                                                 \
    if (Mdl != NULL) MmProbeAndLockPages(Mdl, UserMode, IoReadAccess);                                                 \
    KeLowerIrql(Irql)
#include "test/planted/wdm.h"
