/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item stays attached to a process. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Work(PDEVICE_OBJECT DeviceObject, PVOID Context) {                                               \
        static KAPC_STATE State;                                                                                       \
        IoFreeWorkItem(Context);                                                                                       \
        KeStackAttachProcess((PRKPROCESS)PsGetCurrentProcess(), &State);                                               \
    }
#define AT_ENTRY                                                                                                       \
    PIO_WORKITEM Item = IoAllocateWorkItem(Device);                                                                    \
    if (Item == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                            \
    IoQueueWorkItem(Item, Work, DelayedWorkQueue, Item)
#include "test/planted/wdm.h"
