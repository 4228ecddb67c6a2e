/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A spin lock is released by another thread. */
#define OUTSIDE                                                                                                        \
    static KSPIN_LOCK Lock;                                                                                            \
    static VOID NTAPI Routine(PVOID Context) {                                                                         \
        KIRQL Irql;                                                                                                    \
        KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                            \
        KeReleaseSpinLock(&Lock, Irql);                                                                                \
    }
#define AT_ENTRY                                                                                                       \
    HANDLE Handle;                                                                                                     \
    KIRQL Irql;                                                                                                        \
    Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, Routine, NULL);                        \
    if (!NT_SUCCESS(Status)) return Status;                                                                            \
    KeAcquireSpinLock(&Lock, &Irql);                                                                                   \
    for (;;) KeStallExecutionProcessor(10)
#include "test/planted/wdm.h"
