/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item comes back at another IRQL. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Work(PDEVICE_OBJECT DeviceObject, PVOID Context) {                                               \
        KIRQL Irql;                                                                                                    \
        KeRaiseIrql(APC_LEVEL, &Irql);                                                                                 \
        IoFreeWorkItem(Context);                                                                                       \
    }
#define AT_ENTRY                                                                                                       \
    PIO_WORKITEM Item = IoAllocateWorkItem(Device);                                                                    \
    if (Item == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                            \
    IoQueueWorkItem(Item, Work, DelayedWorkQueue, Item)
#include "test/planted/wdm.h"
