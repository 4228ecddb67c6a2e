/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Breaks no rule: sections that may be paged out are used at DISPATCH_LEVEL while they are locked. Under the scheduler. */
#define OUTSIDE                                                                                                        \
    static __attribute__((section("PAGEDATA"))) volatile ULONG Pageable = 1;                                           \
    static __attribute__((section("PAGE"), noinline)) void Code(void) {                                                \
        KeQueryPerformanceCounter(NULL);                                                                               \
        Pageable++;                                                                                                    \
    }
#define AT_ENTRY                                                                                                       \
    PVOID Data = MmLockPagableDataSection((PVOID) & Pageable);                                                         \
    PVOID Page = MmLockPagableCodeSection((PVOID)Code);                                                                \
    KIRQL Irql;                                                                                                        \
    MmLockPagableSectionByHandle(Data);                                                                                \
    MmUnlockPagableImageSection(Data);                                                                                 \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    Code();                                                                                                            \
    KeLowerIrql(Irql);                                                                                                 \
    MmUnlockPagableImageSection(Data);                                                                                 \
    MmUnlockPagableImageSection(Page);                                                                                 \
    Code();                                                                                                            \
    MmResetDriverPaging(MmPageEntireDriver((PVOID)Code))
#include "test/planted/wdm.h"
