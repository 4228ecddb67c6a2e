/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request comes back with a spin lock held. */
#define OUTSIDE static KSPIN_LOCK Lock;
#define AT_COMPLETED                                                                                                   \
    KIRQL Irql;                                                                                                        \
    KeAcquireSpinLock(&Lock, &Irql)
#include "test/planted/wdm.h"
