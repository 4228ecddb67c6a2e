/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Breaks no rule: locks hand over hand, to the IRQL of their turn; locks on the stack, which have no order; a block of
 * pool that is another lock after it was freed. */
#define OUTSIDE                                                                                                        \
    static KSPIN_LOCK First, Second;                                                                                   \
    static void HandOverHand(void) {                                                                                   \
        KIRQL Irql;                                                                                                    \
        KeAcquireSpinLock(&First, &Irql);                                                                              \
        KeAcquireSpinLockAtDpcLevel(&Second);                                                                          \
        KeReleaseSpinLock(&First, DISPATCH_LEVEL);                                                                     \
        KeReleaseSpinLock(&Second, Irql);                                                                              \
        KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                            \
        KeAcquireSpinLockAtDpcLevel(&First);                                                                           \
        KeReleaseSpinLock(&First, Irql);                                                                               \
    }                                                                                                                  \
    __attribute__((noinline)) static void Stack(BOOLEAN Outer) {                                                       \
        KSPIN_LOCK Lock;                                                                                               \
        KIRQL Irql;                                                                                                    \
        KeInitializeSpinLock(&Lock);                                                                                   \
        KeAcquireSpinLock(Outer ? &Lock : &First, &Irql);                                                              \
        KeAcquireSpinLockAtDpcLevel(Outer ? &First : &Lock);                                                           \
        KeReleaseSpinLockFromDpcLevel(Outer ? &First : &Lock);                                                         \
        KeReleaseSpinLock(Outer ? &Lock : &First, Irql);                                                               \
    }                                                                                                                  \
    static void Pool(ULONG Turn) {                                                                                     \
        KLOCK_QUEUE_HANDLE Handle;                                                                                     \
        KIRQL Irql;                                                                                                    \
        KSPIN_LOCK *Lock = ExAllocatePoolWithTag(NonPagedPoolNx, 2000, TAG);                                           \
        if (Lock == NULL) return;                                                                                      \
        *Lock = 0;                                                                                                     \
        if (Turn % 2) {                                                                                                \
            KeAcquireSpinLock(Lock, &Irql);                                                                            \
            KeReleaseSpinLock(Lock, Irql);                                                                             \
        } else {                                                                                                       \
            KeAcquireInStackQueuedSpinLock(Lock, &Handle);                                                             \
            KeReleaseInStackQueuedSpinLock(&Handle);                                                                   \
        }                                                                                                              \
        ExFreePoolWithTag(Lock, TAG);                                                                                  \
    }
#define AT_ENTRY                                                                                                       \
    HandOverHand();                                                                                                    \
    Stack(TRUE);                                                                                                       \
    Stack(FALSE);                                                                                                      \
    for (ULONG Turn = 0; Turn < 10000; Turn++) Pool(Turn)
#include "test/planted/wdm.h"
