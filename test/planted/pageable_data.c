/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Paged pool is read at DISPATCH_LEVEL. Seen under the scheduler. */
#define AT_ENTRY                                                                                                       \
    KIRQL Irql;                                                                                                        \
    volatile ULONG *Memory = ExAllocatePoolWithTag(PagedPool, 64, TAG);                                                \
    if (Memory == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                          \
    *Memory = 1;                                                                                                       \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    if (*Memory != 1) DbgPrint("\n");                                                                                  \
    KeLowerIrql(Irql);                                                                                                 \
    ExFreePoolWithTag((PVOID)Memory, TAG)
#include "test/planted/wdm.h"
