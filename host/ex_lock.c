/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Shared and exclusive spin locks. HELD with the owner's id, or the number of sharers, perhaps with WANTED: somebody
 * waits for them to leave, and no more may come. A thread knows which ones it shares.
 */
#include "host/sched.h"
#include "host/verify.h"

#define HELD 0x80000000u
#define WANTED 0x40000000u
#define SHARED_MAX (sizeof ps_this->shared / sizeof *ps_this->shared)

static ULONG load(PEX_SPIN_LOCK lock) { return (ULONG)__atomic_load_n(lock, __ATOMIC_RELAXED); }

static bool change(PEX_SPIN_LOCK lock, ULONG *now, ULONG new) {
    LONG expected = (LONG)*now;
    bool changed = __atomic_compare_exchange_n(lock, &expected, (LONG) new, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    *now = (ULONG)expected;
    return changed;
}

static PEX_SPIN_LOCK *share_of(PEX_SPIN_LOCK lock) {
    for (unsigned at = 0; at < SHARED_MAX; at++)
        if (ps_this->shared[at] == lock) return &ps_this->shared[at];
    return NULL;
}

static HOST_COLD bool recursive(PEX_SPIN_LOCK lock, PETHREAD self) {
    if (!share_of(lock) && load(lock) != (HELD | self->id)) return false;
    verify_violation("spin-lock-recursion", "the spin lock %p is held by this thread already",
                     (const void *)(uintptr_t)lock);
    return true;
}

static HOST_COLD void wait_shared(PEX_SPIN_LOCK lock) {
    ULONG now = load(lock);
    for (unsigned tries = 0;;) {
        if (now & (HELD | WANTED)) {
            sched_relax(tries++);
            now = load(lock);
        } else if (change(lock, &now, now + 1)) {
            break;
        }
    }
}

static HOST_COLD void share_add(PEX_SPIN_LOCK lock) {
    PEX_SPIN_LOCK *share = share_of(NULL);
    if (!share) host_panic("a thread shares more than %zu spin locks", SHARED_MAX);
    *share = lock;
}

static inline void lock_shared(PEX_SPIN_LOCK lock) {
    PETHREAD self = ps_me();
    ULONG free = 0;

    if (verify_enabled && recursive(lock, self)) return;
    if (__builtin_expect(!change(lock, &free, 1), 0)) wait_shared(lock);
    if (verify_enabled) share_add(lock);
    self->spin_locks++;
    verify_lock_acquired((const void *)(uintptr_t)lock, VERIFY_LOCK_SHARED);
}

static HOST_COLD bool share_remove(PEX_SPIN_LOCK lock) {
    PEX_SPIN_LOCK *share = share_of(lock);

    if (share)
        *share = NULL;
    else
        verify_violation("spin-lock-foreign-release", "the spin lock %p is released by a sharer that is none",
                         (const void *)(uintptr_t)lock);
    return share;
}

static inline void unlock_shared(PEX_SPIN_LOCK lock) {
    PETHREAD self = ps_me();

    if (verify_enabled && !share_remove(lock)) return;
    verify_lock_released((const void *)(uintptr_t)lock, VERIFY_LOCK_SHARED);
    self->spin_locks--;
    __atomic_fetch_sub(lock, 1, __ATOMIC_RELEASE);
}

static HOST_COLD void wait_exclusive(PEX_SPIN_LOCK lock, PETHREAD self) {
    ULONG now = load(lock);
    for (unsigned tries = 0;;) {
        if (!(now & ~WANTED)) {
            if (change(lock, &now, HELD | self->id)) break;
            continue;
        }
        /* Keeps new sharers away. Others who want it too say so again. */
        if (!(now & (HELD | WANTED)) && !change(lock, &now, now | WANTED)) continue;
        sched_relax(tries++);
        now = load(lock);
    }
}

static inline void lock_exclusive(PEX_SPIN_LOCK lock) {
    PETHREAD self = ps_me();
    ULONG free = 0;

    if (verify_enabled && recursive(lock, self)) return;
    if (__builtin_expect(!change(lock, &free, HELD | self->id), 0)) wait_exclusive(lock, self);
    self->spin_locks++;
    verify_lock_acquired((const void *)(uintptr_t)lock, VERIFY_LOCK_SHARED);
}

static HOST_COLD void foreign_release(PEX_SPIN_LOCK lock) {
    verify_violation("spin-lock-foreign-release", "the spin lock %p is not held exclusively by this thread",
                     (const void *)(uintptr_t)lock);
}

static inline void unlock_exclusive(PEX_SPIN_LOCK lock) {
    if (__builtin_expect(load(lock) != (HELD | ps_me()->id), 0)) {
        foreign_release(lock);
        return;
    }
    verify_lock_released((const void *)(uintptr_t)lock, VERIFY_LOCK_SHARED);
    ps_this->spin_locks--;
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

static inline KIRQL irql_raise(void) {
    PETHREAD self = ps_me();
    KIRQL old = self->irql;
    if (old < DISPATCH_LEVEL) ke_irql_move(self, DISPATCH_LEVEL);
    verify_irql_saved(old);
    return old;
}

static inline void at_dispatch(const char *name) {
    if (__builtin_expect(ps_me()->irql < DISPATCH_LEVEL, 0)) ke_below_dispatch(name);
}

/* Back to where the lock was acquired, and no higher. */
static inline void lower(KIRQL irql, const char *name) {
    at_dispatch(name);
    ke_check_lower(ps_this, irql, name);
    verify_irql_restored(irql, name);
    ke_irql_move(ps_this, irql);
}

KIRQL NTAPI ExAcquireSpinLockShared(PEX_SPIN_LOCK SpinLock) {
    NT_ENTER(ExAcquireSpinLockShared);
    KIRQL old = irql_raise();
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
    KIRQL old = irql_raise();
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
    PEX_SPIN_LOCK *share = share_of(SpinLock);
    ULONG one = 1;
    if (!share) {
        verify_violation("spin-lock-foreign-release", "the spin lock %p is converted by a sharer that is none",
                         (const void *)(uintptr_t)SpinLock);
        return FALSE;
    }
    if (!change(SpinLock, &one, HELD | ps_this->id)) return FALSE;
    *share = NULL;
    return TRUE;
}
