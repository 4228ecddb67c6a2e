/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * DriverEntry returns with a spin lock. */
#define AT_ENTRY                                                                                                       \
    static KSPIN_LOCK Lock;                                                                                            \
    KIRQL Irql;                                                                                                        \
    KeAcquireSpinLock(&Lock, &Irql)
#include "test/planted/wdm.h"
