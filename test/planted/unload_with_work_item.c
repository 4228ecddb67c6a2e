/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item of the driver's own memory, which refers to no device, is still running at unload. */
#define OUTSIDE                                                                                                        \
    static WORK_QUEUE_ITEM Item;                                                                                       \
    static KEVENT Never;                                                                                               \
    static VOID NTAPI Work(PVOID Context) { KeWaitForSingleObject(&Never, Executive, KernelMode, FALSE, NULL); }
#define AT_ENTRY                                                                                                       \
    KeInitializeEvent(&Never, NotificationEvent, FALSE);                                                               \
    ExInitializeWorkItem(&Item, Work, NULL);                                                                           \
    ExQueueWorkItem(&Item, DelayedWorkQueue)
#include "test/planted/wdm.h"
