/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A shared spin lock is released exclusively. */
#define AT_ENTRY                                                                                                       \
    static EX_SPIN_LOCK Lock;                                                                                          \
    KIRQL Irql = ExAcquireSpinLockShared(&Lock);                                                                       \
    ExReleaseSpinLockExclusive(&Lock, Irql)
#include "test/planted/wdm.h"
