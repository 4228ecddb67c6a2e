/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item returns and its thread keeps a mutex. */
#define OUTSIDE                                                                                                        \
    static KMUTEX Mutex;                                                                                               \
    static KEVENT Never;                                                                                               \
    static PIO_WORKITEM Item;                                                                                          \
    static VOID NTAPI Work(PDEVICE_OBJECT DeviceObject, PVOID Context) {                                               \
        KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, NULL);                                             \
    }
#define AT_ENTRY                                                                                                       \
    KeInitializeMutex(&Mutex, 0);                                                                                      \
    KeInitializeEvent(&Never, NotificationEvent, FALSE);                                                               \
    Item = IoAllocateWorkItem(Device);                                                                                 \
    if (Item == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                            \
    IoQueueWorkItem(Item, Work, DelayedWorkQueue, NULL);                                                               \
    KeWaitForSingleObject(&Never, Executive, KernelMode, FALSE, NULL)
#include "test/planted/wdm.h"
