/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread ends while it holds a spin lock. */
#define OUTSIDE                                                                                                        \
    static KSPIN_LOCK Lock;                                                                                            \
    static VOID NTAPI Routine(PVOID Context) {                                                                         \
        KIRQL Irql;                                                                                                    \
        KeAcquireSpinLock(&Lock, &Irql);                                                                               \
    }
#define AT_ENTRY RunThread(Routine, NULL)
#include "test/planted/wdm.h"
