/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A spin lock is released that is not held. */
#define AT_ENTRY                                                                                                       \
    KSPIN_LOCK Lock;                                                                                                   \
    KIRQL Irql;                                                                                                        \
    KeInitializeSpinLock(&Lock);                                                                                       \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    KeReleaseSpinLock(&Lock, Irql)
#include "test/planted/wdm.h"
