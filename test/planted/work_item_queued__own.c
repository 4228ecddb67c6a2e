/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item of the driver's own memory was not initialized. */
#define OUTSIDE                                                                                                        \
    static WORK_QUEUE_ITEM Item;                                                                                       \
    static VOID NTAPI Work(PVOID Context) {}
#define AT_ENTRY                                                                                                       \
    Item.List.Flink = &Item.List;                                                                                      \
    Item.WorkerRoutine = Work;                                                                                         \
    ExQueueWorkItem(&Item, DelayedWorkQueue)
#include "test/planted/wdm.h"
