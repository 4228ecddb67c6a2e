/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Two spin locks are taken in one order and then in the other. */
#define AT_ENTRY                                                                                                       \
    static KSPIN_LOCK First, Second;                                                                                   \
    KIRQL Irql;                                                                                                        \
    KeInitializeSpinLock(&First);                                                                                      \
    KeInitializeSpinLock(&Second);                                                                                     \
    KeAcquireSpinLock(&First, &Irql);                                                                                  \
    KeAcquireSpinLockAtDpcLevel(&Second);                                                                              \
    KeReleaseSpinLockFromDpcLevel(&Second);                                                                            \
    KeReleaseSpinLock(&First, Irql);                                                                                   \
    KeAcquireSpinLock(&Second, &Irql);                                                                                 \
    KeAcquireSpinLockAtDpcLevel(&First);                                                                               \
    KeReleaseSpinLockFromDpcLevel(&First);                                                                             \
    KeReleaseSpinLock(&Second, Irql)
#include "test/planted/wdm.h"
