/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The cancel lock is released that is not held. */
#define AT_ENTRY                                                                                                       \
    KIRQL Irql;                                                                                                        \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    IoReleaseCancelSpinLock(Irql)
#include "test/planted/wdm.h"
