/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Three spin locks, each pair of which is taken in one order only, and which yet may wait for each other in a ring. */
#define OUTSIDE                                                                                                        \
    static KSPIN_LOCK Locks[3];                                                                                        \
    static void TakeBoth(ULONG First, ULONG Second) {                                                                  \
        KLOCK_QUEUE_HANDLE Outer, Inner;                                                                               \
        KeAcquireInStackQueuedSpinLock(&Locks[First], &Outer);                                                         \
        KeAcquireInStackQueuedSpinLockAtDpcLevel(&Locks[Second], &Inner);                                              \
        KeReleaseInStackQueuedSpinLockFromDpcLevel(&Inner);                                                            \
        KeReleaseInStackQueuedSpinLock(&Outer);                                                                        \
    }
#define AT_ENTRY                                                                                                       \
    TakeBoth(0, 1);                                                                                                    \
    TakeBoth(1, 2);                                                                                                    \
    TakeBoth(2, 0)
#include "test/planted/wdm.h"
