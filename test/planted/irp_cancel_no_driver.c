/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request that no driver has is cancelled. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Cancel(PDEVICE_OBJECT DeviceObject, PIRP Irp) { IoReleaseCancelSpinLock(Irp->CancelIrql); }
#define AT_ENTRY                                                                                                       \
    PIRP Own = IoAllocateIrp(2, FALSE);                                                                                \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoSetCancelRoutine(Own, Cancel);                                                                                   \
    IoCancelIrp(Own)
#include "test/planted/wdm.h"
