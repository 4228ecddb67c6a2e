/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Code in a PAGE section that calls nothing runs at DISPATCH_LEVEL. Seen under the scheduler. */
#define OUTSIDE                                                                                                        \
    static ULONG Turns;                                                                                                \
    static __attribute__((section("PAGE"), noinline)) void Pageable(void) { Turns++; }
#define AT_ENTRY                                                                                                       \
    KIRQL Irql;                                                                                                        \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    Pageable();                                                                                                        \
    KeLowerIrql(Irql)
#include "test/planted/wdm.h"
