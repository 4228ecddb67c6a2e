/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pool is freed with a queued work item inside. */
#define OUTSIDE                                                                                                        \
    static KEVENT Never;                                                                                               \
    static WORK_QUEUE_ITEM First;                                                                                      \
    static VOID NTAPI Work(PVOID Context) { KeWaitForSingleObject(&Never, Executive, KernelMode, FALSE, NULL); }
#define AT_ENTRY                                                                                                       \
    WORK_QUEUE_ITEM *Second = Allocate(sizeof(*Second));                                                               \
    if (Second == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                          \
    KeInitializeEvent(&Never, NotificationEvent, FALSE);                                                               \
    ExInitializeWorkItem(&First, Work, NULL);                                                                          \
    ExInitializeWorkItem(Second, Work, NULL);                                                                          \
    ExQueueWorkItem(&First, DelayedWorkQueue);                                                                         \
    ExQueueWorkItem(Second, DelayedWorkQueue);                                                                         \
    ExFreePoolWithTag(Second, TAG)
#include "test/planted/wdm.h"
