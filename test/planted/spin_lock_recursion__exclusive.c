/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A shared spin lock is acquired twice. */
#define OUTSIDE static EX_SPIN_LOCK Lock;
#define AT_ENTRY                                                                                                       \
    KIRQL Irql = ExAcquireSpinLockExclusive(&Lock);                                                                    \
    ExAcquireSpinLockExclusiveAtDpcLevel(&Lock);                                                                       \
    ExReleaseSpinLockExclusive(&Lock, Irql)
#include "test/planted/wdm.h"
