/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A DPC routine returns at another IRQL. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Routine(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second) { KeLowerIrql(PASSIVE_LEVEL); }     \
    static KDPC TheDpc;
#define AT_ENTRY                                                                                                       \
    KeInitializeDpc(&TheDpc, Routine, NULL);                                                                           \
    KeInsertQueueDpc(&TheDpc, NULL, NULL);                                                                             \
    KeFlushQueuedDpcs()
#include "test/planted/wdm.h"
