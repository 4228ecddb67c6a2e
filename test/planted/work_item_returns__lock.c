/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item of the driver's own memory returns with a spin lock held. */
#define OUTSIDE                                                                                                        \
    static WORK_QUEUE_ITEM Item;                                                                                       \
    static KSPIN_LOCK Lock;                                                                                            \
    static KEVENT Never;                                                                                               \
    static VOID NTAPI Work(PVOID Context) {                                                                            \
        KIRQL Irql;                                                                                                    \
        KeAcquireSpinLock(&Lock, &Irql);                                                                               \
    }
#define AT_ENTRY                                                                                                       \
    ExInitializeWorkItem(&Item, Work, NULL);                                                                           \
    ExQueueWorkItem(&Item, DelayedWorkQueue);                                                                          \
    KeInitializeEvent(&Never, NotificationEvent, FALSE);                                                               \
    KeWaitForSingleObject(&Never, Executive, KernelMode, FALSE, NULL)
#include "test/planted/wdm.h"
