/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item of the driver's own memory still runs at unload, and does not come back. */
#define OUTSIDE                                                                                                        \
    static WORK_QUEUE_ITEM Item;                                                                                       \
    static KEVENT Begun, Never;                                                                                        \
    static VOID NTAPI Work(PVOID Context) {                                                                            \
        KeSetEvent(&Begun, IO_NO_INCREMENT, FALSE);                                                                    \
        KeWaitForSingleObject(&Never, Executive, KernelMode, FALSE, NULL);                                             \
    }
#define AT_ENTRY                                                                                                       \
    KeInitializeEvent(&Begun, NotificationEvent, FALSE);                                                               \
    KeInitializeEvent(&Never, NotificationEvent, FALSE);                                                               \
    ExInitializeWorkItem(&Item, Work, NULL);                                                                           \
    ExQueueWorkItem(&Item, DelayedWorkQueue);                                                                          \
    KeWaitForSingleObject(&Begun, Executive, KernelMode, FALSE, NULL)
#include "test/planted/wdm.h"
