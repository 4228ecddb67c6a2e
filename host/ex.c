/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Rundown protection.
 */
#include <stdlib.h>

#include "host/image.h"
#include "host/os.h"
#include "host/sched.h"

static pthread_mutex_t rundown_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t rundown_done = PTHREAD_COND_INITIALIZER;

static HOST_COLD void rundown_wake(void) {
    pthread_mutex_lock(&rundown_lock);
    sched_wake(&rundown_done);
    pthread_mutex_unlock(&rundown_lock);
}

static HOST_COLD void underflow(const char *why) {
    verify_violation("rundown-underflow", "rundown protection is %s", why);
}

/* --- plain: bit 0 says that it is run down, the rest counts by twos ----------------------------------------------- */

void NTAPI ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef) {
    NT_ENTER(ExInitializeRundownProtection);
    __atomic_store_n(&RunRef->Count, 0, __ATOMIC_RELEASE);
}

BOOLEAN NTAPI ExAcquireRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count) {
    NT_ENTER(ExAcquireRundownProtectionEx);
    ULONG_PTR now = __atomic_load_n(&RunRef->Count, __ATOMIC_RELAXED);
    do
        if (now & 1) return FALSE;
    while (!__atomic_compare_exchange_n(&RunRef->Count, &now, now + 2ull * Count, true, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED));
    return TRUE;
}

BOOLEAN NTAPI ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef) {
    NT_ENTER(ExAcquireRundownProtection);
    return ExAcquireRundownProtectionEx(RunRef, 1);
}

void NTAPI ExReleaseRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count) {
    NT_ENTER(ExReleaseRundownProtectionEx);
    ULONG_PTR before = __atomic_fetch_sub(&RunRef->Count, 2ull * Count, __ATOMIC_ACQ_REL);
    if (__builtin_expect(before < 2ull * Count, 0)) underflow("released too often");
    if ((before & 1) && before - 2ull * Count == 1) rundown_wake();
}

void NTAPI ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef) {
    NT_ENTER(ExReleaseRundownProtection);
    ExReleaseRundownProtectionEx(RunRef, 1);
}

void NTAPI ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef) {
    NT_ENTER(ExWaitForRundownProtectionRelease);
    __atomic_fetch_or(&RunRef->Count, 1, __ATOMIC_ACQ_REL);
    pthread_mutex_lock(&rundown_lock);
    while (__atomic_load_n(&RunRef->Count, __ATOMIC_ACQUIRE) != 1) sched_wait(&rundown_done, &rundown_lock, NULL);
    pthread_mutex_unlock(&rundown_lock);
}

void NTAPI ExRundownCompleted(PEX_RUNDOWN_REF RunRef) {
    NT_ENTER(ExRundownCompleted);
    __atomic_store_n(&RunRef->Count, 1, __ATOMIC_RELEASE);
}

void NTAPI ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef) {
    NT_ENTER(ExReInitializeRundownProtection);
    if (__atomic_load_n(&RunRef->Count, __ATOMIC_RELAXED) != 1)
        verify_violation("rundown-reinitialize", "rundown protection is re-initialized without having run down");
    __atomic_store_n(&RunRef->Count, 0, __ATOMIC_RELEASE);
}

/* --- cache-aware: a word of the same kind for each of several processors. A reference may be dropped on another
 * processor than it was taken on, so a single count may be negative; only the sum means something. Rundown closes each
 * word and moves its count to `remaining`, which those who release afterwards count down. ------------------------- */

#define SLOTS 16

struct _EX_RUNDOWN_REF_CACHE_AWARE {
    struct {
        _Alignas(64) int64_t word; /* count << 1 | closed */
    } slots[SLOTS];
    _Alignas(64) int64_t remaining;
    int state; /* 0 open, 1 closing, 2 run down, 3 completed */
};

PEX_RUNDOWN_REF_CACHE_AWARE NTAPI ExAllocateCacheAwareRundownProtection(POOL_TYPE PoolType, ULONG PoolTag) {
    NT_ENTER(ExAllocateCacheAwareRundownProtection);
    if (NT_FAULT(ExAllocateCacheAwareRundownProtection)) return NULL;
    PEX_RUNDOWN_REF_CACHE_AWARE ref = os_aligned_alloc(64, sizeof(*ref));
    if (ref == NULL) return NULL;
    verify_track("rundown", ref, sizeof(*ref), PoolTag, CALLER);
    return ref;
}

void NTAPI ExFreeCacheAwareRundownProtection(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
    NT_ENTER(ExFreeCacheAwareRundownProtection);
    verify_untrack("rundown", RunRefCacheAware);
    os_aligned_free(RunRefCacheAware);
}

static inline int64_t *slot_of(PEX_RUNDOWN_REF_CACHE_AWARE ref) { return &ref->slots[ps_me()->id / 4 % SLOTS].word; }

static inline BOOLEAN acquire(PEX_RUNDOWN_REF_CACHE_AWARE ref, ULONG count) {
    int64_t *slot = slot_of(ref), now = __atomic_load_n(slot, __ATOMIC_RELAXED);
    do
        if (now & 1) return FALSE;
    while (
        !__atomic_compare_exchange_n(slot, &now, now + 2 * (int64_t)count, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
    return TRUE;
}

static HOST_COLD void release_closed(PEX_RUNDOWN_REF_CACHE_AWARE ref, ULONG count) {
    /* Looked at before: once the last reference is gone, whoever waits may free this. */
    if (__atomic_load_n(&ref->state, __ATOMIC_ACQUIRE) >= 2) underflow("released after it has run down");
    if (__atomic_sub_fetch(&ref->remaining, (int64_t)count, __ATOMIC_ACQ_REL) == 0) rundown_wake();
}

static inline void release(PEX_RUNDOWN_REF_CACHE_AWARE ref, ULONG count) {
    int64_t *slot = slot_of(ref), now = __atomic_load_n(slot, __ATOMIC_RELAXED);
    while (!(now & 1))
        if (__atomic_compare_exchange_n(slot, &now, now - 2 * (int64_t)count, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
            return;
    release_closed(ref, count);
}

BOOLEAN NTAPI ExAcquireRundownProtectionCacheAwareEx(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware, ULONG Count) {
    NT_ENTER(ExAcquireRundownProtectionCacheAwareEx);
    return acquire(RunRefCacheAware, Count);
}

BOOLEAN NTAPI ExAcquireRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
    NT_ENTER(ExAcquireRundownProtectionCacheAware);
    return acquire(RunRefCacheAware, 1);
}

void NTAPI ExReleaseRundownProtectionCacheAwareEx(PEX_RUNDOWN_REF_CACHE_AWARE RunRef, ULONG Count) {
    NT_ENTER(ExReleaseRundownProtectionCacheAwareEx);
    release(RunRef, Count);
}

void NTAPI ExReleaseRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
    NT_ENTER(ExReleaseRundownProtectionCacheAware);
    release(RunRefCacheAware, 1);
}

void NTAPI ExWaitForRundownProtectionReleaseCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRef) {
    NT_ENTER(ExWaitForRundownProtectionReleaseCacheAware);
    int64_t sum = 0;

    if (__atomic_exchange_n(&RunRef->state, 1, __ATOMIC_ACQ_REL) != 0)
        verify_violation("rundown-twice", "rundown protection is run down while it is closed");
    /* One too many, so that nobody sees zero before all words are in. */
    __atomic_store_n(&RunRef->remaining, 1, __ATOMIC_RELEASE);
    for (unsigned at = 0; at < SLOTS; at++)
        sum += __atomic_exchange_n(&RunRef->slots[at].word, 1, __ATOMIC_ACQ_REL) >> 1;
    __atomic_add_fetch(&RunRef->remaining, sum - 1, __ATOMIC_ACQ_REL);
    pthread_mutex_lock(&rundown_lock);
    while (__atomic_load_n(&RunRef->remaining, __ATOMIC_ACQUIRE) > 0) sched_wait(&rundown_done, &rundown_lock, NULL);
    pthread_mutex_unlock(&rundown_lock);
    if (__atomic_load_n(&RunRef->remaining, __ATOMIC_ACQUIRE) < 0) underflow("released too often");
    __atomic_store_n(&RunRef->state, 2, __ATOMIC_RELEASE);
}

void NTAPI ExRundownCompletedCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
    NT_ENTER(ExRundownCompletedCacheAware);
    if (RunRefCacheAware->state != 2)
        verify_violation("rundown-completed", "rundown completed without having run down");
    __atomic_store_n(&RunRefCacheAware->state, 3, __ATOMIC_RELEASE);
}

void NTAPI ExReInitializeRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
    NT_ENTER(ExReInitializeRundownProtectionCacheAware);
    if (RunRefCacheAware->state != 3)
        verify_violation("rundown-reinitialize", "rundown protection is re-initialized without having been completed");
    for (unsigned at = 0; at < SLOTS; at++) __atomic_store_n(&RunRefCacheAware->slots[at].word, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&RunRefCacheAware->state, 0, __ATOMIC_RELEASE);
}

void NTAPI ExRaiseStatus(NTSTATUS Status) {
    NT_ENTER(ExRaiseStatus);
    seh_raise(Status, 0, NULL);
}
