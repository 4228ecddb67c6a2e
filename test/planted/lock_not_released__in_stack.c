/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request comes back with a queued spin lock held. */
#define OUTSIDE                                                                                                        \
    static KSPIN_LOCK Lock;                                                                                            \
    static KLOCK_QUEUE_HANDLE Handle;
#define AT_COMPLETED KeAcquireInStackQueuedSpinLock(&Lock, &Handle)
#include "test/planted/wdm.h"
