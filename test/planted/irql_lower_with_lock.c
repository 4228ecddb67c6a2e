/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The IRQL is lowered while a spin lock is held. */
#define AT_ENTRY                                                                                                       \
    KSPIN_LOCK Lock;                                                                                                   \
    KIRQL Irql;                                                                                                        \
    KeInitializeSpinLock(&Lock);                                                                                       \
    KeAcquireSpinLock(&Lock, &Irql);                                                                                   \
    KeLowerIrql(PASSIVE_LEVEL)
#include "test/planted/wdm.h"
