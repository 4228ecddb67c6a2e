/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A DPC closes a handle. */
#define OUTSIDE                                                                                                        \
    static KDPC TheDpc;                                                                                                \
    static VOID NTAPI Routine(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second) { ZwClose(NULL); }
#define AT_ENTRY                                                                                                       \
    KeInitializeDpc(&TheDpc, Routine, NULL);                                                                           \
    KeInsertQueueDpc(&TheDpc, NULL, NULL);                                                                             \
    KeFlushQueuedDpcs()
#include "test/planted/wdm.h"
