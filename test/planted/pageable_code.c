/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Code in a PAGE section runs at DISPATCH_LEVEL. */
#define OUTSIDE                                                                                                        \
    static __attribute__((section("PAGE"), noinline)) void Pageable(void) {                                            \
        KeQueryPerformanceCounter(NULL);                                                                               \
        DbgPrint("\n");                                                                                                \
    }
#define AT_ENTRY                                                                                                       \
    KIRQL Irql;                                                                                                        \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    Pageable();                                                                                                        \
    KeLowerIrql(Irql)
#include "test/planted/wdm.h"
