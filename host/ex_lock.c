/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Shared and exclusive spin locks: the top bit is an exclusive owner or one that waits for the sharers to leave, the rest
 * counts sharers.
 */
#include "host/sched.h"

#define EXCLUSIVE ((LONG)0x80000000)

/* Who holds one exclusively cannot be told from the lock, which has no room; the thread knows how many it holds. */

static void lock_shared(PEX_SPIN_LOCK lock) {
    LONG now = __atomic_load_n(lock, __ATOMIC_RELAXED);
    for (unsigned tries = 0;; tries++) {
        if (now & EXCLUSIVE) {
            sched_relax(tries);
            now = __atomic_load_n(lock, __ATOMIC_RELAXED);
        } else if (__atomic_compare_exchange_n(lock, &now, now + 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            break;
        }
    }
    ((PETHREAD)ps_self())->spin_locks++;
}

static void unlock_shared(PEX_SPIN_LOCK lock) {
    if (!(__atomic_load_n(lock, __ATOMIC_RELAXED) & ~EXCLUSIVE) || ke_locks_held() == 0) {
        verify_violation("spin-lock-foreign-release", "the spin lock %p is released by a sharer that is none",
                         (const void *)(uintptr_t)lock);
        return;
    }
    ps_this->spin_locks--;
    __atomic_fetch_sub(lock, 1, __ATOMIC_RELEASE);
}

static void lock_exclusive(PEX_SPIN_LOCK lock) {
    /* First the bit, which keeps new sharers away, then those who are in. */
    for (unsigned tries = 0; __atomic_fetch_or(lock, EXCLUSIVE, __ATOMIC_ACQUIRE) & EXCLUSIVE; tries++)
        sched_relax(tries);
    for (unsigned tries = 0; __atomic_load_n(lock, __ATOMIC_ACQUIRE) != EXCLUSIVE; tries++) sched_relax(tries);
    ((PETHREAD)ps_self())->spin_locks++;
}

static void unlock_exclusive(PEX_SPIN_LOCK lock) {
    if (__atomic_load_n(lock, __ATOMIC_RELAXED) != EXCLUSIVE || ke_locks_held() == 0) {
        verify_violation("spin-lock-foreign-release", "the spin lock %p is not held exclusively",
                         (const void *)(uintptr_t)lock);
        return;
    }
    ps_this->spin_locks--;
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

static KIRQL raise(void) {
    KIRQL old = ke_irql();
    ps_this->irql = DISPATCH_LEVEL;
    return old;
}

static void at_dispatch(const char *name) {
    if (ke_irql() < DISPATCH_LEVEL) verify_violation("irql-too-low", "%s at IRQL %u", name, ke_irql());
}

/* Back to where the lock was acquired, and no higher. */
static void lower(KIRQL irql, const char *name) {
    at_dispatch(name);
    if (irql > DISPATCH_LEVEL) verify_violation("irql-lower-raises", "%s to IRQL %u", name, irql);
    if (irql < DISPATCH_LEVEL && ke_locks_held())
        verify_violation("irql-lower-with-lock", "%s to IRQL %u while %u spin locks are held", name, irql,
                         ke_locks_held());
    ps_this->irql = irql;
}

KIRQL NTAPI ExAcquireSpinLockShared(PEX_SPIN_LOCK SpinLock) {
    NT_ENTER(ExAcquireSpinLockShared);
    KIRQL old = raise();
    lock_shared(SpinLock);
    return old;
}

void NTAPI ExReleaseSpinLockShared(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql) {
    NT_ENTER(ExReleaseSpinLockShared);
    unlock_shared(SpinLock);
    lower(OldIrql, "ExReleaseSpinLockShared");
}

void NTAPI ExAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock) {
    NT_ENTER(ExAcquireSpinLockSharedAtDpcLevel);
    at_dispatch("ExAcquireSpinLockSharedAtDpcLevel");
    lock_shared(SpinLock);
}

void NTAPI ExReleaseSpinLockSharedFromDpcLevel(PEX_SPIN_LOCK SpinLock) {
    NT_ENTER(ExReleaseSpinLockSharedFromDpcLevel);
    at_dispatch("ExReleaseSpinLockSharedFromDpcLevel");
    unlock_shared(SpinLock);
}

KIRQL NTAPI ExAcquireSpinLockExclusive(PEX_SPIN_LOCK SpinLock) {
    NT_ENTER(ExAcquireSpinLockExclusive);
    KIRQL old = raise();
    lock_exclusive(SpinLock);
    return old;
}

void NTAPI ExReleaseSpinLockExclusive(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql) {
    NT_ENTER(ExReleaseSpinLockExclusive);
    unlock_exclusive(SpinLock);
    lower(OldIrql, "ExReleaseSpinLockExclusive");
}

void NTAPI ExAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock) {
    NT_ENTER(ExAcquireSpinLockExclusiveAtDpcLevel);
    at_dispatch("ExAcquireSpinLockExclusiveAtDpcLevel");
    lock_exclusive(SpinLock);
}

void NTAPI ExReleaseSpinLockExclusiveFromDpcLevel(PEX_SPIN_LOCK SpinLock) {
    NT_ENTER(ExReleaseSpinLockExclusiveFromDpcLevel);
    at_dispatch("ExReleaseSpinLockExclusiveFromDpcLevel");
    unlock_exclusive(SpinLock);
}

LOGICAL NTAPI ExTryConvertSharedSpinLockExclusive(PEX_SPIN_LOCK SpinLock) {
    NT_ENTER(ExTryConvertSharedSpinLockExclusive);
    at_dispatch("ExTryConvertSharedSpinLockExclusive");
    LONG one = 1;
    return __atomic_compare_exchange_n(SpinLock, &one, EXCLUSIVE, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}
