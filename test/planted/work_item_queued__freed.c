/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item is freed while it is queued. */
#define OUTSIDE                                                                                                        \
    static KEVENT Never;                                                                                               \
    static VOID NTAPI Work(PDEVICE_OBJECT DeviceObject, PVOID Context) {                                               \
        KeWaitForSingleObject(&Never, Executive, KernelMode, FALSE, NULL);                                             \
    }
#define AT_ENTRY                                                                                                       \
    PIO_WORKITEM First = IoAllocateWorkItem(Device), Second = IoAllocateWorkItem(Device);                              \
    KeInitializeEvent(&Never, NotificationEvent, FALSE);                                                               \
    if (First == NULL || Second == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                         \
    IoQueueWorkItem(First, Work, DelayedWorkQueue, NULL);                                                              \
    IoQueueWorkItem(Second, Work, DelayedWorkQueue, NULL);                                                             \
    IoFreeWorkItem(Second)
#include "test/planted/wdm.h"
