/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A DPC is initialized while it is queued. */
#define OUTSIDE                                                                                                        \
    static KDPC First, Second;                                                                                         \
    static VOID NTAPI Routine(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {                            \
        while (!*(volatile BOOLEAN *)Context) YieldProcessor();                                                        \
    }
#define AT_ENTRY                                                                                                       \
    static volatile BOOLEAN Go;                                                                                        \
    KeInitializeDpc(&First, Routine, (PVOID) & Go);                                                                    \
    KeInitializeDpc(&Second, Routine, (PVOID) & Go);                                                                   \
    KeSetTargetProcessorDpc(&First, 0);                                                                                \
    KeSetTargetProcessorDpc(&Second, 0);                                                                               \
    KeInsertQueueDpc(&First, NULL, NULL);                                                                              \
    KeInsertQueueDpc(&Second, NULL, NULL);                                                                             \
    KeInitializeDpc(&Second, Routine, (PVOID) & Go)
#include "test/planted/wdm.h"
