/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A lock is taken as if at DISPATCH_LEVEL already. */
#define AT_ENTRY                                                                                                       \
    KSPIN_LOCK Lock;                                                                                                   \
    KeInitializeSpinLock(&Lock);                                                                                       \
    KeAcquireSpinLockAtDpcLevel(&Lock);                                                                                \
    KeReleaseSpinLockFromDpcLevel(&Lock)
#include "test/planted/wdm.h"
