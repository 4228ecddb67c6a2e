/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item of the driver's own memory, which refers to no device, is still queued at unload, behind one that waits. */
#define OUTSIDE                                                                                                        \
    static WORK_QUEUE_ITEM First, Second;                                                                              \
    static KEVENT Never;                                                                                               \
    static VOID NTAPI Work(PVOID Context) { KeWaitForSingleObject(&Never, Executive, KernelMode, FALSE, NULL); }
#define AT_ENTRY                                                                                                       \
    KeInitializeEvent(&Never, NotificationEvent, FALSE);                                                               \
    ExInitializeWorkItem(&First, Work, NULL);                                                                          \
    ExInitializeWorkItem(&Second, Work, NULL);                                                                         \
    ExQueueWorkItem(&First, DelayedWorkQueue);                                                                         \
    ExQueueWorkItem(&Second, DelayedWorkQueue)
#include "test/planted/wdm.h"
