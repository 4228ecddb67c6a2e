/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A DPC routine returns with a spin lock held. */
#define OUTSIDE                                                                                                        \
    static KSPIN_LOCK Lock;                                                                                            \
    static VOID NTAPI Routine(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second) {                                   \
        KeAcquireSpinLockAtDpcLevel(&Lock);                                                                            \
    }                                                                                                                  \
    static KDPC TheDpc;
#define AT_ENTRY                                                                                                       \
    KeInitializeDpc(&TheDpc, Routine, NULL);                                                                           \
    KeInsertQueueDpc(&TheDpc, NULL, NULL);                                                                             \
    KeFlushQueuedDpcs()
#include "test/planted/wdm.h"
