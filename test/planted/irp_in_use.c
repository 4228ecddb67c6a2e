/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is freed that the driver below has. */
#define OUTSIDE                                                                                                        \
    static NTSTATUS NTAPI Pend(PDEVICE_OBJECT DeviceObject, PIRP Irp) {                                                \
        IoMarkIrpPending(Irp);                                                                                         \
        return STATUS_PENDING;                                                                                         \
    }
#define AT_ENTRY                                                                                                       \
    PIRP Own = IoAllocateIrp(1, FALSE);                                                                                \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    DriverObject->MajorFunction[IRP_MJ_READ] = Pend;                                                                   \
    IoGetNextIrpStackLocation(Own)->MajorFunction = IRP_MJ_READ;                                                       \
    IoCallDriver(Device, Own);                                                                                         \
    IoFreeIrp(Own)
#include "test/planted/wdm.h"
