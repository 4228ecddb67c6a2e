/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A spin lock is taken with a handle and released without it. It is on the stack: only while it is held is it known. */
#define AT_ENTRY                                                                                                       \
    KSPIN_LOCK Lock;                                                                                                   \
    KLOCK_QUEUE_HANDLE Handle;                                                                                         \
    KeInitializeSpinLock(&Lock);                                                                                       \
    KeAcquireInStackQueuedSpinLock(&Lock, &Handle);                                                                    \
    KeReleaseSpinLock(&Lock, Handle.OldIrql)
#include "test/planted/wdm.h"
