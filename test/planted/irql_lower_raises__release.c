/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A spin lock is released to a higher IRQL. */
#define OUTSIDE static KSPIN_LOCK Lock;
#define AT_ENTRY                                                                                                       \
    KIRQL Irql;                                                                                                        \
    KeAcquireSpinLock(&Lock, &Irql);                                                                                   \
    KeReleaseSpinLock(&Lock, HIGH_LEVEL)
#include "test/planted/wdm.h"
