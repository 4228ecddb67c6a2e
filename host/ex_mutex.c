/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Fast and guarded mutexes, and push locks.
 */
#include "host/sched.h"

static bool apcs_off(void) {
    PETHREAD self = (PETHREAD)ps_self();
    return self->irql >= APC_LEVEL || self->critical_regions > 0 || self->guarded_regions > 0 || self->mutexes;
}

static void at_apc(const char *name) {
    if (ke_irql() < APC_LEVEL) verify_violation("irql-too-low", "%s at IRQL %u", name, ke_irql());
}

/* --- fast mutexes: the count is 1 when free, and less by one for each that has or wants it ------------------------- */

static bool take(PFAST_MUTEX mutex, bool wait, const char *name) {
    PETHREAD self = (PETHREAD)ps_self();
    LONG one = 1;

    if (ke_type(&mutex->Event.Header) != KE_SYNCHRONIZATION_EVENT || !ke_is_event(&mutex->Event.Header))
        verify_violation("wait-uninitialized", "%s: the mutex %p was never initialized", name, (void *)mutex);
    if (!wait) {
        if (!__atomic_compare_exchange_n(&mutex->Count, &one, 0, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            sched_relax(0); /* callers loop over this */
            return false;
        }
    } else {
        if (__atomic_load_n(&mutex->Owner, __ATOMIC_RELAXED) == self) {
            verify_violation("fast-mutex-recursion", "%s: the mutex %p is this thread's already", name, (void *)mutex);
            return false;
        }
        if (__atomic_sub_fetch(&mutex->Count, 1, __ATOMIC_ACQUIRE) != 0) {
            __atomic_fetch_add(&mutex->Contention, 1, __ATOMIC_RELAXED);
            KeWaitForSingleObject(&mutex->Event, WrFastMutex, KernelMode, FALSE, NULL);
        }
    }
    __atomic_store_n(&mutex->Owner, self, __ATOMIC_RELAXED);
    return true;
}

static bool give(PFAST_MUTEX mutex, const char *name) {
    if (__atomic_load_n(&mutex->Owner, __ATOMIC_RELAXED) != ps_self()) {
        verify_violation("fast-mutex-not-owned", "%s: the mutex %p is not this thread's", name, (void *)mutex);
        return false;
    }
    __atomic_store_n(&mutex->Owner, NULL, __ATOMIC_RELAXED);
    if (__atomic_add_fetch(&mutex->Count, 1, __ATOMIC_RELEASE) <= 0) KeSetEvent(&mutex->Event, IO_NO_INCREMENT, FALSE);
    return true;
}

void NTAPI ExAcquireFastMutex(PFAST_MUTEX FastMutex) {
    NT_ENTER(ExAcquireFastMutex);
    KIRQL old = ke_irql();
    ke_irql_move(ps_this, APC_LEVEL);
    if (take(FastMutex, true, "ExAcquireFastMutex")) FastMutex->OldIrql = old;
}

BOOLEAN NTAPI ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex) {
    NT_ENTER(ExTryToAcquireFastMutex);
    KIRQL old = ke_irql();
    if (!take(FastMutex, false, "ExTryToAcquireFastMutex")) return FALSE;
    ke_irql_move(ps_this, APC_LEVEL);
    FastMutex->OldIrql = old;
    return TRUE;
}

void NTAPI ExReleaseFastMutex(PFAST_MUTEX FastMutex) {
    NT_ENTER(ExReleaseFastMutex);
    KIRQL old = (KIRQL)FastMutex->OldIrql; /* the next owner's, once it is released */
    at_apc("ExReleaseFastMutex");
    if (give(FastMutex, "ExReleaseFastMutex")) ke_irql_move(ps_this, old);
}

static void check_unsafe(const char *name) {
    if (!apcs_off()) verify_violation("fast-mutex-apc", "%s with normal kernel APCs enabled", name);
}

void NTAPI ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex) {
    NT_ENTER(ExAcquireFastMutexUnsafe);
    check_unsafe("ExAcquireFastMutexUnsafe");
    take(FastMutex, true, "ExAcquireFastMutexUnsafe");
}

void NTAPI ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex) {
    NT_ENTER(ExReleaseFastMutexUnsafe);
    check_unsafe("ExReleaseFastMutexUnsafe");
    give(FastMutex, "ExReleaseFastMutexUnsafe");
}

void NTAPI ExEnterCriticalRegionAndAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex) {
    NT_ENTER(ExEnterCriticalRegionAndAcquireFastMutexUnsafe);
    KeEnterCriticalRegion();
    take(FastMutex, true, "ExEnterCriticalRegionAndAcquireFastMutexUnsafe");
}

void NTAPI ExReleaseFastMutexUnsafeAndLeaveCriticalRegion(PFAST_MUTEX FastMutex) {
    NT_ENTER(ExReleaseFastMutexUnsafeAndLeaveCriticalRegion);
    check_unsafe("ExReleaseFastMutexUnsafeAndLeaveCriticalRegion");
    give(FastMutex, "ExReleaseFastMutexUnsafeAndLeaveCriticalRegion");
    KeLeaveCriticalRegion();
}

/* --- guarded mutexes: the same, and a guarded region instead of the IRQL ------------------------------------------- */

void NTAPI KeInitializeGuardedMutex(PKGUARDED_MUTEX Mutex) {
    NT_ENTER(KeInitializeGuardedMutex);
    *Mutex = (KGUARDED_MUTEX){.Count = 1};
    KeInitializeEvent(&Mutex->Event, SynchronizationEvent, FALSE);
}

void NTAPI KeAcquireGuardedMutex(PKGUARDED_MUTEX Mutex) {
    NT_ENTER(KeAcquireGuardedMutex);
    if (take(Mutex, true, "KeAcquireGuardedMutex")) ps_this->guarded_regions++;
}

BOOLEAN NTAPI KeTryToAcquireGuardedMutex(PKGUARDED_MUTEX Mutex) {
    NT_ENTER(KeTryToAcquireGuardedMutex);
    if (!take(Mutex, false, "KeTryToAcquireGuardedMutex")) return FALSE;
    ps_this->guarded_regions++;
    return TRUE;
}

void NTAPI KeReleaseGuardedMutex(PKGUARDED_MUTEX Mutex) {
    NT_ENTER(KeReleaseGuardedMutex);
    if (give(Mutex, "KeReleaseGuardedMutex")) KeLeaveGuardedRegion();
}

/* --- push locks: the owner's id and HELD, or sharers by fours, perhaps with WANTED, which keeps new ones away ------- */

#define HELD 1u
#define WANTED 2u
#define SHARER 4u

static ULONG_PTR mine(void) { return (ULONG_PTR)((PETHREAD)ps_self())->id << 8 | HELD; }

static void push_lock_check(const char *name) {
    if (!apcs_off()) verify_violation("push-lock-apc", "%s with normal kernel APCs enabled", name);
}

static bool change(PULONG_PTR lock, ULONG_PTR *now, ULONG_PTR new) {
    return __atomic_compare_exchange_n(lock, now, new, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static void not_held(PULONG_PTR lock) {
    verify_violation("push-lock-not-held", "the push lock %p is released that is not held so", (void *)lock);
}

void NTAPI ExInitializePushLock(PULONG_PTR PushLock) {
    NT_ENTER(ExInitializePushLock);
    *PushLock = 0;
}

void NTAPI ExAcquirePushLockExclusiveEx(PULONG_PTR PushLock, ULONG Flags) {
    NT_ENTER(ExAcquirePushLockExclusiveEx);
    ULONG_PTR now = __atomic_load_n(PushLock, __ATOMIC_RELAXED);
    push_lock_check("ExAcquirePushLockExclusive");
    if (now == mine()) {
        verify_violation("push-lock-recursion", "the push lock %p is this thread's already", (void *)PushLock);
        return;
    }
    for (unsigned tries = 0;;) {
        if (!(now & ~(ULONG_PTR)WANTED)) {
            if (change(PushLock, &now, mine())) break;
            continue;
        }
        if (!(now & (HELD | WANTED)) && !change(PushLock, &now, now | WANTED)) continue;
        sched_relax(tries++);
        now = __atomic_load_n(PushLock, __ATOMIC_RELAXED);
    }
}

void NTAPI ExAcquirePushLockSharedEx(PULONG_PTR PushLock, ULONG Flags) {
    NT_ENTER(ExAcquirePushLockSharedEx);
    ULONG_PTR now = __atomic_load_n(PushLock, __ATOMIC_RELAXED);
    push_lock_check("ExAcquirePushLockShared");
    if (now == mine()) {
        verify_violation("push-lock-recursion", "the push lock %p is this thread's already", (void *)PushLock);
        return;
    }
    for (unsigned tries = 0;;) {
        if (now & (HELD | WANTED)) {
            sched_relax(tries++);
            now = __atomic_load_n(PushLock, __ATOMIC_RELAXED);
        } else if (change(PushLock, &now, now + SHARER)) {
            break;
        }
    }
}

static void release_exclusive(PULONG_PTR lock) {
    if (__atomic_load_n(lock, __ATOMIC_RELAXED) & HELD)
        __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
    else
        not_held(lock);
}

static void release_shared(PULONG_PTR lock) {
    ULONG_PTR now = __atomic_load_n(lock, __ATOMIC_RELAXED);
    do {
        if (now & HELD || now < SHARER) {
            not_held(lock);
            return;
        }
    } while (!change(lock, &now, now - SHARER));
}

void NTAPI ExReleasePushLockExclusiveEx(PULONG_PTR PushLock, ULONG Flags) {
    NT_ENTER(ExReleasePushLockExclusiveEx);
    push_lock_check("ExReleasePushLockExclusive");
    release_exclusive(PushLock);
}

void NTAPI ExReleasePushLockSharedEx(PULONG_PTR PushLock, ULONG Flags) {
    NT_ENTER(ExReleasePushLockSharedEx);
    push_lock_check("ExReleasePushLockShared");
    release_shared(PushLock);
}

void NTAPI ExReleasePushLockEx(PULONG_PTR PushLock, ULONG Flags) {
    NT_ENTER(ExReleasePushLockEx);
    push_lock_check("ExReleasePushLock");
    if (__atomic_load_n(PushLock, __ATOMIC_RELAXED) & HELD)
        release_exclusive(PushLock);
    else
        release_shared(PushLock);
}
