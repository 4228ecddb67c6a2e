/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A spin lock is taken by its holder. */
#define AT_ENTRY                                                                                                       \
    KSPIN_LOCK Lock;                                                                                                   \
    KIRQL Irql;                                                                                                        \
    KeInitializeSpinLock(&Lock);                                                                                       \
    KeAcquireSpinLock(&Lock, &Irql);                                                                                   \
    KeAcquireSpinLockAtDpcLevel(&Lock)
#include "test/planted/wdm.h"
