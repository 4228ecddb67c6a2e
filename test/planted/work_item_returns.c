/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item comes back at another IRQL. The unload waits for that. */
#define OUTSIDE                                                                                                        \
    static KEVENT Never;                                                                                               \
    static VOID NTAPI Work(PDEVICE_OBJECT DeviceObject, PVOID Context) {                                               \
        KIRQL Irql;                                                                                                    \
        KeRaiseIrql(APC_LEVEL, &Irql);                                                                                 \
    }
#define AT_ENTRY                                                                                                       \
    PIO_WORKITEM Item = IoAllocateWorkItem(Device);                                                                    \
    if (Item == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                            \
    KeInitializeEvent(&Never, NotificationEvent, FALSE);                                                               \
    IoQueueWorkItem(Item, Work, DelayedWorkQueue, Item)
#define AT_UNLOAD KeWaitForSingleObject(&Never, Executive, KernelMode, FALSE, NULL)
#include "test/planted/wdm.h"
