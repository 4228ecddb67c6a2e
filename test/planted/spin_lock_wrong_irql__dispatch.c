/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The last spin lock is released, and the IRQL stays where it was. */
#define AT_ENTRY                                                                                                       \
    static KSPIN_LOCK Lock;                                                                                            \
    KIRQL Irql;                                                                                                        \
    KeInitializeSpinLock(&Lock);                                                                                       \
    KeAcquireSpinLock(&Lock, &Irql);                                                                                   \
    KeReleaseSpinLock(&Lock, DISPATCH_LEVEL)
#include "test/planted/wdm.h"
