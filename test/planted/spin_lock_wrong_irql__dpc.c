/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A DPC releases a spin lock to PASSIVE_LEVEL, at which it never was. */
#define OUTSIDE                                                                                                        \
    static KSPIN_LOCK Lock;                                                                                            \
    static KDPC TheDpc;                                                                                                \
    static VOID NTAPI Routine(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second) {                                   \
        KIRQL Irql;                                                                                                    \
        KeAcquireSpinLock(&Lock, &Irql);                                                                               \
        KeReleaseSpinLock(&Lock, PASSIVE_LEVEL);                                                                       \
    }
#define AT_ENTRY                                                                                                       \
    KeInitializeSpinLock(&Lock);                                                                                       \
    KeInitializeDpc(&TheDpc, Routine, NULL);                                                                           \
    KeInsertQueueDpc(&TheDpc, NULL, NULL);                                                                             \
    KeFlushQueuedDpcs()
#include "test/planted/wdm.h"
