/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The memory of a queued DPC is freed. */
#define OUTSIDE                                                                                                        \
    static KDPC Blocker;                                                                                               \
    static VOID NTAPI Block(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second) {                                     \
        for (;;) KeStallExecutionProcessor(10);                                                                        \
    }                                                                                                                  \
    static VOID NTAPI Routine(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second) {}                                  \
    static VOID Queue(PKDPC Dpc) {                                                                                     \
        KeInitializeDpc(&Blocker, Block, NULL);                                                                        \
        KeInitializeDpc(Dpc, Routine, NULL);                                                                           \
        KeSetTargetProcessorDpc(&Blocker, 0);                                                                          \
        KeSetTargetProcessorDpc(Dpc, 0);                                                                               \
        KeInsertQueueDpc(&Blocker, NULL, NULL);                                                                        \
        KeInsertQueueDpc(Dpc, NULL, NULL);                                                                             \
    }
#define AT_ENTRY                                                                                                       \
    PKDPC Dpc = Allocate(sizeof(*Dpc));                                                                                \
    if (Dpc == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    Queue(Dpc);                                                                                                        \
    ExFreePoolWithTag(Dpc, TAG)
#include "test/planted/wdm.h"
