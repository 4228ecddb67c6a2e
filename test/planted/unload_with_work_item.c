/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item of the old kind, which holds nothing, still runs when the driver is unloaded. */
#define OUTSIDE                                                                                                        \
    static KEVENT Never;                                                                                               \
    static WORK_QUEUE_ITEM Item;                                                                                       \
    static VOID NTAPI Work(PVOID Context) { KeWaitForSingleObject(&Never, Executive, KernelMode, FALSE, NULL); }
#define AT_ENTRY                                                                                                       \
    KeInitializeEvent(&Never, NotificationEvent, FALSE);                                                               \
    ExInitializeWorkItem(&Item, Work, NULL);                                                                           \
    ExQueueWorkItem(&Item, DelayedWorkQueue)
#include "test/planted/wdm.h"
