/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Paged pool is allocated at DISPATCH_LEVEL. */
#define AT_ENTRY                                                                                                       \
    KIRQL Irql;                                                                                                        \
    PVOID Memory;                                                                                                      \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    Memory = ExAllocatePoolWithTag(PagedPool, 64, TAG);                                                                \
    KeLowerIrql(Irql);                                                                                                 \
    if (Memory != NULL) ExFreePoolWithTag(Memory, TAG)
#include "test/planted/wdm.h"
