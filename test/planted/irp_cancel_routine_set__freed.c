/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request of the driver's own is freed with its cancel routine still set. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Cancel(PDEVICE_OBJECT DeviceObject, PIRP Irp) { IoReleaseCancelSpinLock(Irp->CancelIrql); }
#define AT_ENTRY                                                                                                       \
    PIRP Own = IoAllocateIrp(1, FALSE);                                                                                \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoSetCancelRoutine(Own, Cancel);                                                                                   \
    IoFreeIrp(Own)
#include "test/planted/wdm.h"
