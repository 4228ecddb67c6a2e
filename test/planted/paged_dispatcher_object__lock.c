/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A spin lock lies in paged pool. */
#define AT_ENTRY                                                                                                       \
    PKSPIN_LOCK Lock = ExAllocatePoolWithTag(PagedPool, 64, TAG);                                                      \
    KIRQL Irql;                                                                                                        \
    if (Lock == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                            \
    KeInitializeSpinLock(Lock);                                                                                        \
    KeAcquireSpinLock(Lock, &Irql);                                                                                    \
    KeReleaseSpinLock(Lock, Irql);                                                                                     \
    ExFreePoolWithTag(Lock, TAG)
#include "test/planted/wdm.h"
