/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A DPC is still queued when the driver is unloaded. */
#define OUTSIDE                                                                                                        \
    static KDPC Blocker, TheDpc;                                                                                       \
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
#define AT_UNLOAD Queue(&TheDpc)
#include "test/planted/wdm.h"
