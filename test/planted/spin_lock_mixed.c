/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A spin lock is taken with a handle once, and without one later. */
#define AT_ENTRY                                                                                                       \
    static KSPIN_LOCK Lock;                                                                                            \
    KLOCK_QUEUE_HANDLE Handle;                                                                                         \
    KIRQL Irql;                                                                                                        \
    KeInitializeSpinLock(&Lock);                                                                                       \
    KeAcquireInStackQueuedSpinLock(&Lock, &Handle);                                                                    \
    KeReleaseInStackQueuedSpinLock(&Handle);                                                                           \
    KeAcquireSpinLock(&Lock, &Irql);                                                                                   \
    KeReleaseSpinLock(&Lock, Irql)
#include "test/planted/wdm.h"
