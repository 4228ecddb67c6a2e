/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The IRQL is lowered by the release of one of two locks. */
#define OUTSIDE static KSPIN_LOCK Outer, Inner;
#define AT_ENTRY                                                                                                       \
    KIRQL Irql, Old;                                                                                                   \
    KeAcquireSpinLock(&Outer, &Irql);                                                                                  \
    KeAcquireSpinLock(&Inner, &Old);                                                                                   \
    KeReleaseSpinLock(&Inner, Irql)
#include "test/planted/wdm.h"
