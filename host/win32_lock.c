/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Slim reader/writer locks, one-time initialization and condition variables: each is one pointer-sized word, of which
 * a 32-bit half is used as a futex.
 */
#include "host/os.h"
#include "host/sched.h"
#include "host/win32_private.h"

/* --- slim reader/writer locks ------------------------------------------------------------------------------------ */

/* OWNED, or a number of readers; WAITED is set by whoever is about to sleep and taken down, with all of them woken, by
 * the release that makes the lock free. New readers stand back behind waiters, so a writer's turn comes. */
#define OWNED 0x80000000u
#define WAITED 0x40000000u
#define SPINS 100

static uint32_t *lock_word(PSRWLOCK lock) { return (uint32_t *)&lock->Ptr; }

static bool lock_try(uint32_t *word, uint32_t *seen, uint32_t blocked_by, uint32_t add) {
    *seen = __atomic_load_n(word, __ATOMIC_RELAXED);
    while (!(*seen & blocked_by) || !(*seen & ~WAITED))
        if (__atomic_compare_exchange_n(word, seen, *seen + add, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return true;
    return false;
}

static __attribute__((noinline)) void lock_slow(uint32_t *word, uint32_t blocked_by, uint32_t add) {
    for (unsigned spin = 0;; spin++) {
        uint32_t seen;
        if (lock_try(word, &seen, blocked_by, add)) return;
        if (spin < SPINS) {
#if defined(__x86_64__)
            __builtin_ia32_pause();
#endif
            continue;
        }
        if (!(seen & WAITED) &&
            !__atomic_compare_exchange_n(word, &seen, seen | WAITED, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            continue;
        os_word_wait(word, seen | WAITED, NULL);
    }
}

static void lock_freed(uint32_t *word, uint32_t seen) {
    /* Somebody may have taken it already; then the release after that wakes them. */
    if (seen == WAITED && __atomic_compare_exchange_n(word, &seen, 0, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        os_word_wake(word, true);
}

VOID NTAPI InitializeSRWLock(PSRWLOCK SRWLock) {
    NT_ENTER(InitializeSRWLock);
    __atomic_store_n(&SRWLock->Ptr, NULL, __ATOMIC_RELAXED);
}

VOID NTAPI AcquireSRWLockExclusive(PSRWLOCK SRWLock) {
    NT_ENTER(AcquireSRWLockExclusive);
    uint32_t *word = lock_word(SRWLock), free = 0;
    if (__builtin_expect(!__atomic_compare_exchange_n(word, &free, OWNED, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED),
                         0))
        lock_slow(word, ~WAITED, OWNED);
}

BOOLEAN NTAPI TryAcquireSRWLockExclusive(PSRWLOCK SRWLock) {
    NT_ENTER(TryAcquireSRWLockExclusive);
    uint32_t seen;
    return lock_try(lock_word(SRWLock), &seen, ~WAITED, OWNED);
}

VOID NTAPI ReleaseSRWLockExclusive(PSRWLOCK SRWLock) {
    NT_ENTER(ReleaseSRWLockExclusive);
    uint32_t *word = lock_word(SRWLock);
    uint32_t before = __atomic_fetch_and(word, ~OWNED, __ATOMIC_RELEASE);
    if (!(before & OWNED)) verify_violation("srw-not-owned", "ReleaseSRWLockExclusive: nobody owns the lock");
    if (__builtin_expect(before & WAITED, 0)) lock_freed(word, before & ~OWNED);
}

VOID NTAPI AcquireSRWLockShared(PSRWLOCK SRWLock) {
    NT_ENTER(AcquireSRWLockShared);
    lock_slow(lock_word(SRWLock), OWNED | WAITED, 1);
}

BOOLEAN NTAPI TryAcquireSRWLockShared(PSRWLOCK SRWLock) {
    NT_ENTER(TryAcquireSRWLockShared);
    uint32_t seen;
    return lock_try(lock_word(SRWLock), &seen, OWNED | WAITED, 1);
}

VOID NTAPI ReleaseSRWLockShared(PSRWLOCK SRWLock) {
    NT_ENTER(ReleaseSRWLockShared);
    uint32_t *word = lock_word(SRWLock);
    uint32_t before = __atomic_fetch_sub(word, 1, __ATOMIC_RELEASE);
    if ((before & OWNED) || !(before & ~WAITED))
        verify_violation("srw-not-owned", "ReleaseSRWLockShared: nobody has the lock shared");
    lock_freed(word, before - 1);
}

/* --- one-time initialization ------------------------------------------------------------------------------------- */

enum { ONCE_NEW = 0, ONCE_RUNNING = 1, ONCE_DONE = 2, ONCE_STATE = 3 };

/* The context's two low bits are the state, as on Windows. Waiters sleep on the low half. */
BOOL NTAPI InitOnceExecuteOnce(PINIT_ONCE InitOnce, PINIT_ONCE_FN InitFn, PVOID Parameter, LPVOID *Context) {
    NT_ENTER(InitOnceExecuteOnce);
    uint64_t *word = (uint64_t *)&InitOnce->Ptr, seen = ONCE_NEW;
    while (!__atomic_compare_exchange_n(word, &seen, ONCE_RUNNING, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
        if ((seen & ONCE_STATE) == ONCE_DONE) goto done;
        os_word_wait((uint32_t *)word, (uint32_t)seen, NULL);
        seen = ONCE_NEW;
    }
    PVOID made = NULL;
    BOOL good = InitFn(InitOnce, Parameter, &made);
    seen = good ? (uint64_t)(ULONG_PTR)made | ONCE_DONE : ONCE_NEW;
    __atomic_store_n(word, seen, __ATOMIC_RELEASE);
    os_word_wake((uint32_t *)word, true);
    if (!good) return FALSE;
done:
    if (Context) *Context = (LPVOID)(ULONG_PTR)(seen & ~(uint64_t)ONCE_STATE);
    return TRUE;
}

/* --- condition variables ----------------------------------------------------------------------------------------- */

/* A generation that each wake advances: who saw the former one under the lock cannot miss the wake. */
VOID NTAPI InitializeConditionVariable(PCONDITION_VARIABLE ConditionVariable) {
    NT_ENTER(InitializeConditionVariable);
    __atomic_store_n(&ConditionVariable->Ptr, NULL, __ATOMIC_RELAXED);
}

static void condition_wake(PCONDITION_VARIABLE condition, bool all) {
    uint32_t *word = (uint32_t *)&condition->Ptr;
    __atomic_fetch_add(word, 1, __ATOMIC_RELEASE);
    os_word_wake(word, all);
}

VOID NTAPI WakeConditionVariable(PCONDITION_VARIABLE ConditionVariable) {
    NT_ENTER(WakeConditionVariable);
    condition_wake(ConditionVariable, false);
}

VOID NTAPI WakeAllConditionVariable(PCONDITION_VARIABLE ConditionVariable) {
    NT_ENTER(WakeAllConditionVariable);
    condition_wake(ConditionVariable, true);
}

BOOL NTAPI SleepConditionVariableSRW(PCONDITION_VARIABLE ConditionVariable, PSRWLOCK SRWLock, DWORD dwMilliseconds,
                                     ULONG Flags) {
    NT_ENTER(SleepConditionVariableSRW);
    bool shared = Flags & CONDITION_VARIABLE_LOCKMODE_SHARED;
    uint32_t *word = (uint32_t *)&ConditionVariable->Ptr, seen = __atomic_load_n(word, __ATOMIC_ACQUIRE);
    uint64_t until = sched_clock(CLOCK_MONOTONIC) + dwMilliseconds * 1000000ull;
    if (shared)
        ReleaseSRWLockShared(SRWLock);
    else
        ReleaseSRWLockExclusive(SRWLock);
    bool late = !os_word_wait(word, seen, dwMilliseconds == INFINITE ? NULL : &until);
    if (shared)
        AcquireSRWLockShared(SRWLock);
    else
        AcquireSRWLockExclusive(SRWLock);
    if (late) win32_set_error(ERROR_TIMEOUT);
    return !late;
}
