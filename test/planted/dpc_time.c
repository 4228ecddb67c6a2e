/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread stays at DISPATCH_LEVEL for too long. */
#define AT_ENTRY                                                                                                       \
    KIRQL Irql;                                                                                                        \
    volatile ULONG64 Turns = 0;                                                                                        \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    while (Turns < 2000000000) Turns = Turns + 1;                                                                      \
    KeLowerIrql(Irql)
#include "test/planted/wdm.h"
