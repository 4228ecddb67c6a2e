/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A completion routine returns at another IRQL. */
#define OUTSIDE                                                                                                        \
    static NTSTATUS NTAPI Completed(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {                            \
        KIRQL Irql;                                                                                                    \
        KeRaiseIrql(APC_LEVEL, &Irql);                                                                                 \
        return STATUS_MORE_PROCESSING_REQUIRED;                                                                        \
    }
#define AT_CONTROL                                                                                                     \
    PIRP Own = IoAllocateIrp(Device->StackSize, FALSE);                                                                \
    if (Own != NULL) {                                                                                                 \
        IoGetNextIrpStackLocation(Own)->MajorFunction = IRP_MJ_CREATE;                                                 \
        IoSetCompletionRoutine(Own, Completed, NULL, TRUE, TRUE, TRUE);                                                \
        IoCallDriver(Device, Own);                                                                                     \
        IoFreeIrp(Own);                                                                                                \
    }
#include "test/planted/wdm.h"
