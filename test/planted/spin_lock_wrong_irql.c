/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A spin lock that was taken at PASSIVE_LEVEL is released to APC_LEVEL. */
#define AT_ENTRY                                                                                                       \
    static KSPIN_LOCK Lock;                                                                                            \
    KIRQL Irql;                                                                                                        \
    KeInitializeSpinLock(&Lock);                                                                                       \
    KeAcquireSpinLock(&Lock, &Irql);                                                                                   \
    KeReleaseSpinLock(&Lock, APC_LEVEL)
#include "test/planted/wdm.h"
