/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A cancel routine keeps the cancel lock. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Cancel(PDEVICE_OBJECT DeviceObject, PIRP Irp) {}
#define AT_ENTRY                                                                                                       \
    PIRP Own = IoAllocateIrp(2, FALSE);                                                                                \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoSetNextIrpStackLocation(Own);                                                                                    \
    IoGetCurrentIrpStackLocation(Own)->DeviceObject = Device;                                                          \
    IoSetCancelRoutine(Own, Cancel);                                                                                   \
    IoCancelIrp(Own)
#include "test/planted/wdm.h"
