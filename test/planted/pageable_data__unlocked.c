/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Data in a PAGE section is read at DISPATCH_LEVEL after it was unlocked. Seen under the scheduler. */
#define OUTSIDE static __attribute__((section("PAGEDATA"))) volatile ULONG Pageable = 1;
#define AT_ENTRY                                                                                                       \
    PVOID Handle = MmLockPagableDataSection((PVOID) & Pageable);                                                       \
    KIRQL Irql;                                                                                                        \
    MmUnlockPagableImageSection(Handle);                                                                               \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    if (Pageable != 1) DbgPrint("\n");                                                                                 \
    KeLowerIrql(Irql)
#include "test/planted/wdm.h"
