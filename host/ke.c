/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * IRQL, spin locks, processors, time, and the end.
 */
#include "host/sched.h"
#include "host/verify.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

KIRQL ke_irql(void) { return ps_me()->irql; }

unsigned ke_locks_held(void) { return ps_this ? ps_this->spin_locks : 0; }

KIRQL NTAPI KeGetCurrentIrql(void) {
    NT_ENTER(KeGetCurrentIrql);
    return ke_irql();
}

static HOST_COLD void raise_lowers(KIRQL new, KIRQL old) {
    verify_violation("irql-raise-lowers", "KeRaiseIrql(%u) at %u", new, old);
}

HOST_COLD void ke_lower_wrong(KIRQL irql, const char *name) {
    if (irql > ps_this->irql) verify_violation("irql-lower-raises", "%s to IRQL %u at %u", name, irql, ps_this->irql);
    if (irql < DISPATCH_LEVEL && ps_this->spin_locks)
        verify_violation("irql-lower-with-lock", "%s to IRQL %u while %u spin locks are held", name, irql,
                         ps_this->spin_locks);
}

KIRQL NTAPI KfRaiseIrql(KIRQL NewIrql) {
    NT_ENTER(KfRaiseIrql);
    PETHREAD self = ps_me();
    KIRQL old = self->irql;
    if (__builtin_expect(NewIrql < old, 0)) raise_lowers(NewIrql, old);
    ke_irql_move(self, NewIrql);
    verify_irql_saved(old);
    return old;
}

void NTAPI KeLowerIrql(KIRQL NewIrql) {
    NT_ENTER(KeLowerIrql);
    PETHREAD self = ps_me();
    ke_check_lower(self, NewIrql, "KeLowerIrql");
    verify_irql_lowered(NewIrql);
    ke_irql_move(self, NewIrql);
}

/* --- spin locks: the word holds the owning thread ---------------------------------------------------------------- */

static inline bool spin_try(PKSPIN_LOCK lock, PETHREAD self) {
    ULONG_PTR expected = 0;
    return __atomic_compare_exchange_n(lock, &expected, (ULONG_PTR)self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* False after a violation. Looks before it tries, so that the one who has it is left alone. */
static HOST_COLD bool spin_wait(PKSPIN_LOCK lock, PETHREAD self) {
    for (unsigned tries = 0;; tries++) {
        ULONG_PTR owner = __atomic_load_n(lock, __ATOMIC_RELAXED);
        if (owner == 0 && spin_try(lock, self)) return true;
        if (owner == (ULONG_PTR)self) {
            verify_violation("spin-lock-recursion", "the spin lock %p is held by this thread already", (void *)lock);
            return false;
        }
        sched_relax(tries);
    }
}

static inline void spin_acquire(PKSPIN_LOCK lock, enum verify_lock kind) {
    PETHREAD self = ps_me();

    if (__builtin_expect(!spin_try(lock, self), 0) && !spin_wait(lock, self)) return;
    self->spin_locks++;
    verify_lock_acquired(lock, kind);
}

static HOST_COLD void foreign_release(PKSPIN_LOCK lock) {
    verify_violation("spin-lock-foreign-release", "the spin lock %p is not held by this thread", (void *)lock);
}

static inline void spin_release(PKSPIN_LOCK lock, enum verify_lock kind) {
    PETHREAD self = ps_me();

    if (__builtin_expect(lock == NULL || __atomic_load_n(lock, __ATOMIC_RELAXED) != (ULONG_PTR)self, 0)) {
        foreign_release(lock);
        return;
    }
    verify_lock_released(lock, kind);
    self->spin_locks--;
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

HOST_COLD void ke_below_dispatch(const char *name) {
    verify_violation("irql-too-low", "%s at IRQL %u", name, ke_irql());
}

static inline void at_dispatch(const char *name) {
    if (__builtin_expect(ps_me()->irql < DISPATCH_LEVEL, 0)) ke_below_dispatch(name);
}

/* Back to the IRQL of before, with a lock less. */
static inline void lower(KIRQL irql, const char *name) {
    ke_check_lower(ps_this, irql, name);
    verify_irql_restored(irql, name);
    ke_irql_move(ps_this, irql);
}

static inline KIRQL acquire_and_raise(PKSPIN_LOCK lock, enum verify_lock kind) {
    PETHREAD self = ps_me();
    KIRQL old = self->irql;
    if (old < DISPATCH_LEVEL) ke_irql_move(self, DISPATCH_LEVEL);
    spin_acquire(lock, kind);
    verify_irql_saved(old);
    return old;
}

KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock) {
    NT_ENTER(KeAcquireSpinLockRaiseToDpc);
    return acquire_and_raise(SpinLock, VERIFY_LOCK_PLAIN);
}

void NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql) {
    NT_ENTER(KeReleaseSpinLock);
    spin_release(SpinLock, VERIFY_LOCK_PLAIN);
    lower(NewIrql, "KeReleaseSpinLock");
}

KIRQL NTAPI KeAcquireSpinLockForDpc(PKSPIN_LOCK SpinLock) {
    NT_ENTER(KeAcquireSpinLockForDpc);
    return acquire_and_raise(SpinLock, VERIFY_LOCK_PLAIN);
}

void NTAPI KeReleaseSpinLockForDpc(PKSPIN_LOCK SpinLock, KIRQL OldIrql) {
    NT_ENTER(KeReleaseSpinLockForDpc);
    at_dispatch("KeReleaseSpinLockForDpc");
    spin_release(SpinLock, VERIFY_LOCK_PLAIN);
    lower(OldIrql, "KeReleaseSpinLockForDpc");
}

BOOLEAN NTAPI KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock) {
    NT_ENTER(KeTryToAcquireSpinLockAtDpcLevel);
    PETHREAD self = (PETHREAD)ps_self();
    ULONG_PTR expected = 0;
    at_dispatch("KeTryToAcquireSpinLockAtDpcLevel");
    if (!__atomic_compare_exchange_n(SpinLock, &expected, (ULONG_PTR)self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        sched_relax(0); /* callers loop over this */
        return FALSE;
    }
    self->spin_locks++;
    verify_lock_acquired(SpinLock, VERIFY_LOCK_PLAIN);
    return TRUE;
}

BOOLEAN NTAPI KeTestSpinLock(PKSPIN_LOCK SpinLock) {
    NT_ENTER(KeTestSpinLock);
    if (__atomic_load_n(SpinLock, __ATOMIC_ACQUIRE) == 0) return TRUE;
    sched_relax(0);
    return FALSE;
}

void NTAPI KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock) {
    NT_ENTER(KeAcquireSpinLockAtDpcLevel);
    spin_acquire(SpinLock, VERIFY_LOCK_PLAIN);
}

void NTAPI KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock) {
    NT_ENTER(KeReleaseSpinLockFromDpcLevel);
    spin_release(SpinLock, VERIFY_LOCK_PLAIN);
}

/* --- the same with a handle, which says which lock until that is released ----------------------------------------- */

static void queue(PKSPIN_LOCK lock, PKLOCK_QUEUE_HANDLE handle) {
    handle->LockQueue.Next = NULL;
    handle->LockQueue.Lock = lock;
}

static void acquire_queued(PKSPIN_LOCK lock, PKLOCK_QUEUE_HANDLE handle) {
    handle->OldIrql = acquire_and_raise(lock, VERIFY_LOCK_QUEUED);
    queue(lock, handle);
}

static void release_queued(PKLOCK_QUEUE_HANDLE handle, const char *name) {
    PKSPIN_LOCK lock = (PKSPIN_LOCK)handle->LockQueue.Lock;
    at_dispatch(name);
    handle->LockQueue.Lock = NULL;
    spin_release(lock, VERIFY_LOCK_QUEUED);
}

void NTAPI KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle) {
    NT_ENTER(KeAcquireInStackQueuedSpinLock);
    acquire_queued(SpinLock, LockHandle);
}

void NTAPI KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle) {
    NT_ENTER(KeReleaseInStackQueuedSpinLock);
    release_queued(LockHandle, "KeReleaseInStackQueuedSpinLock");
    lower(LockHandle->OldIrql, "KeReleaseInStackQueuedSpinLock");
}

void NTAPI KeAcquireInStackQueuedSpinLockForDpc(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle) {
    NT_ENTER(KeAcquireInStackQueuedSpinLockForDpc);
    acquire_queued(SpinLock, LockHandle);
}

void NTAPI KeReleaseInStackQueuedSpinLockForDpc(PKLOCK_QUEUE_HANDLE LockHandle) {
    NT_ENTER(KeReleaseInStackQueuedSpinLockForDpc);
    release_queued(LockHandle, "KeReleaseInStackQueuedSpinLockForDpc");
    lower(LockHandle->OldIrql, "KeReleaseInStackQueuedSpinLockForDpc");
}

void NTAPI KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle) {
    NT_ENTER(KeAcquireInStackQueuedSpinLockAtDpcLevel);
    at_dispatch("KeAcquireInStackQueuedSpinLockAtDpcLevel");
    spin_acquire(SpinLock, VERIFY_LOCK_QUEUED);
    LockHandle->OldIrql = ke_irql();
    queue(SpinLock, LockHandle);
}

void NTAPI KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle) {
    NT_ENTER(KeReleaseInStackQueuedSpinLockFromDpcLevel);
    release_queued(LockHandle, "KeReleaseInStackQueuedSpinLockFromDpcLevel");
}

/* --- critical regions, processes, processors ---------------------------------------------------------------------- */

void NTAPI KeEnterCriticalRegion(void) {
    NT_ENTER(KeEnterCriticalRegion);
    ((PETHREAD)ps_self())->critical_regions++;
}

void NTAPI KeLeaveCriticalRegion(void) {
    NT_ENTER(KeLeaveCriticalRegion);
    if (--((PETHREAD)ps_self())->critical_regions < 0)
        verify_violation("critical-region-balance", "KeLeaveCriticalRegion without KeEnterCriticalRegion");
}

ULONG NTAPI KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors) {
    NT_ENTER(KeQueryActiveProcessorCount);
    ULONG count = (ULONG)sysconf(_SC_NPROCESSORS_ONLN);
    if (ActiveProcessors) *ActiveProcessors = count >= 64 ? ~(KAFFINITY)0 : ((KAFFINITY)1 << count) - 1;
    return count;
}

ULONG NTAPI KeQueryActiveProcessorCountEx(USHORT GroupNumber) {
    NT_ENTER(KeQueryActiveProcessorCountEx);
    return (ULONG)sysconf(_SC_NPROCESSORS_ONLN);
}

ULONG NTAPI KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber) {
    NT_ENTER(KeGetCurrentProcessorNumberEx);
    PETHREAD self = (PETHREAD)ps_self();
    ULONG number = self->processor ? self->processor - 1u : self->id / 4 % (ULONG)sysconf(_SC_NPROCESSORS_ONLN);
    if (ProcNumber) *ProcNumber = (PROCESSOR_NUMBER){.Number = (UCHAR)number};
    return number;
}

PKTHREAD NTAPI KeGetCurrentThread(void) {
    NT_ENTER(KeGetCurrentThread);
    return (PKTHREAD)ps_self();
}

/* --- time --------------------------------------------------------------------------------------------------------- */

LARGE_INTEGER NTAPI KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency) {
    NT_ENTER(KeQueryPerformanceCounter);
    if (PerformanceFrequency) PerformanceFrequency->QuadPart = 10000000;
    return (LARGE_INTEGER){.QuadPart = (LONGLONG)(sched_clock(CLOCK_MONOTONIC) / 100)};
}

void NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime) {
    NT_ENTER(KeQuerySystemTimePrecise);
    /* 100 ns units since 1601 */
    CurrentTime->QuadPart = (LONGLONG)(sched_clock(CLOCK_REALTIME) / 100) + 116444736000000000;
}

ULONG64 NTAPI KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp) {
    NT_ENTER(KeQueryInterruptTimePrecise);
    ULONG64 now = sched_clock(CLOCK_MONOTONIC) / 100;
    if (QpcTimeStamp) *QpcTimeStamp = now;
    return now;
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

void NTAPI KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4) {
    verify_violation("bugcheck", "%08x (%llx, %llx, %llx, %llx)", BugCheckCode, P1, P2, P3, P4);
    abort();
}

void host_panic(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "host: ");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}
