/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The handful of atomic operations that the ring needs, for clang, gcc and MSVC, x64 and ARM64.
 */
#ifndef CORE_ATOMIC_H
#define CORE_ATOMIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__) || defined(__GNUC__)

static inline uint32_t atomic_load_relaxed(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }

static inline uint32_t atomic_load_acquire(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

static inline void atomic_store_relaxed(uint32_t *word, uint32_t value) {
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static inline void atomic_store_release(uint32_t *word, uint32_t value) {
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline uint32_t atomic_exchange(uint32_t *word, uint32_t value) {
    return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
}

static inline void atomic_add(uint32_t *word, uint32_t value) { __atomic_fetch_add(word, value, __ATOMIC_SEQ_CST); }

static inline uint64_t atomic_load_relaxed_64(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }

static inline void atomic_store_relaxed_64(uint64_t *word, uint64_t value) {
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static inline void atomic_add_relaxed_64(uint64_t *word, uint64_t value) {
    __atomic_fetch_add(word, value, __ATOMIC_RELAXED);
}

static inline void *atomic_load_pointer_acquire(void *const *pointer) {
    return __atomic_load_n(pointer, __ATOMIC_ACQUIRE);
}

static inline void atomic_store_pointer_release(void **pointer, void *value) {
    __atomic_store_n(pointer, value, __ATOMIC_RELEASE);
}

static inline void *atomic_exchange_pointer(void **pointer, void *value) {
    return __atomic_exchange_n(pointer, value, __ATOMIC_ACQ_REL);
}

/* Replaces *expected by value; if it is something else, says what in *expected. */
static inline bool atomic_compare_exchange_pointer(void **pointer, void **expected, void *value) {
    return __atomic_compare_exchange_n(pointer, expected, value, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

/* Orders every earlier load and store before every later one, as seen by all processors. */
static inline void atomic_fence_full(void) {
#if defined(__x86_64__)
    /* A locked instruction on the own stack is the cheapest full barrier on every x64 processor (mfence is not). */
    __asm__ __volatile__("lock; orl $0, (%%rsp)" ::: "memory", "cc");
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

#elif defined(_MSC_VER)

#include <intrin.h>

static inline uint32_t atomic_load_relaxed(const uint32_t *word) {
    return (uint32_t)__iso_volatile_load32((const volatile __int32 *)word);
}

static inline void atomic_store_relaxed(uint32_t *word, uint32_t value) {
    __iso_volatile_store32((volatile __int32 *)word, (__int32)value);
}

static inline uint64_t atomic_load_relaxed_64(const uint64_t *word) {
    return (uint64_t)__iso_volatile_load64((const volatile __int64 *)word);
}

static inline void atomic_store_relaxed_64(uint64_t *word, uint64_t value) {
    __iso_volatile_store64((volatile __int64 *)word, (__int64)value);
}

#if defined(_M_ARM64)
#define ATOMIC_ORDER() __dmb(_ARM64_BARRIER_ISH)
#else
#define ATOMIC_ORDER() _ReadWriteBarrier() /* x64 loads acquire and stores release by themselves */
#endif

static inline uint32_t atomic_load_acquire(const uint32_t *word) {
    uint32_t value = atomic_load_relaxed(word);
    ATOMIC_ORDER();
    return value;
}

static inline void atomic_store_release(uint32_t *word, uint32_t value) {
    ATOMIC_ORDER();
    atomic_store_relaxed(word, value);
}

static inline uint32_t atomic_exchange(uint32_t *word, uint32_t value) {
    return (uint32_t)_InterlockedExchange((volatile long *)word, (long)value);
}

static inline void atomic_add(uint32_t *word, uint32_t value) {
    (void)_InterlockedExchangeAdd((volatile long *)word, (long)value);
}

static inline void atomic_add_relaxed_64(uint64_t *word, uint64_t value) {
    _InterlockedExchangeAdd64((volatile __int64 *)word, (__int64)value);
}

static inline void *atomic_load_pointer_acquire(void *const *pointer) {
    return (void *)_InterlockedCompareExchangePointer((void *volatile *)pointer, NULL, NULL);
}

static inline void atomic_store_pointer_release(void **pointer, void *value) {
    (void)_InterlockedExchangePointer((void *volatile *)pointer, value);
}

static inline void *atomic_exchange_pointer(void **pointer, void *value) {
    return _InterlockedExchangePointer((void *volatile *)pointer, value);
}

static inline bool atomic_compare_exchange_pointer(void **pointer, void **expected, void *value) {
    void *before = _InterlockedCompareExchangePointer((void *volatile *)pointer, value, *expected);
    bool done = before == *expected;
    *expected = before;
    return done;
}

static inline void atomic_fence_full(void) {
#if defined(_M_ARM64)
    __dmb(_ARM64_BARRIER_ISH);
#else
    __faststorefence();
#endif
}

#else
#error "no atomic operations for this compiler"
#endif

#endif
