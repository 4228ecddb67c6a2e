/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Whether to look a little longer before going to sleep. To sleep and to be woken costs both sides together about as much
 * as SPIN_MICROSECONDS of looking, so whoever would soon be woken had better keep looking, and whoever would not had
 * better not. Which of them he is, is learnt: looking that pays gives credit, looking in vain takes it away. Without any
 * left, a try is made now and then, if the sleeps are so short that it may pay. So a fast producer need not wake its
 * consumer for each bundle; idleness costs nothing, nor does traffic of fewer than some ten thousand bundles in a
 * second; and what lies between costs a few percent of a processor at most.
 *
 * One side's private state. A clock that goes wrong costs time, nothing else.
 */
#ifndef CORE_SPIN_H
#define CORE_SPIN_H

#include "core/atomic.h"

#define SPIN_MICROSECONDS 10u
#define SPIN_CREDIT 8u /* at most: so often it may be in vain before it is given up */
#define SPIN_SHORT 6u  /* a sleep of up to so many times SPIN_MICROSECONDS is short: most of it may be the waking */
#define SPIN_PROBE 32u /* so many short sleeps buy one try */

struct spin {
    uint64_t asleep; /* since when, in ticks; 0: awake */
    uint32_t limit;  /* ticks; 0: never */
    uint8_t credit;  /* tries left */
    uint8_t sleeps;  /* short ones, since the last try that they bought */
};

/* To the processor: this is a loop that waits. */
static inline void spin_pause(void) {
#if defined(__x86_64__)
    __asm__ __volatile__("pause" ::: "memory");
#elif defined(_M_X64)
    _mm_pause();
#elif defined(_M_ARM64) && !defined(__clang__)
    __yield();
#else
    __asm__ __volatile__("yield" ::: "memory");
#endif
}

/* Ticks of a clock that is read without a call. Never 0. */
static inline uint64_t spin_clock(void) {
#if defined(__x86_64__)
    uint32_t low, high;

    __asm__ __volatile__("rdtsc" : "=a"(low), "=d"(high));
    return ((uint64_t)high << 32 | low) | 1;
#elif defined(_M_X64)
    return __rdtsc() | 1;
#elif defined(_M_ARM64) && !defined(__clang__)
    return (uint64_t)_ReadStatusReg(ARM64_CNTVCT) | 1;
#else
    uint64_t ticks;

    __asm__ __volatile__("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks | 1;
#endif
}

/* In a microsecond. Nothing says what x64's clock counts; it is 2000 to 4000, and a guess does. */
static inline uint32_t spin_frequency(void) {
#if defined(__x86_64__) || defined(_M_X64)
    return 3000;
#elif defined(_M_ARM64) && !defined(__clang__)
    return (uint32_t)_ReadStatusReg(ARM64_CNTFRQ) / 1000000;
#else
    uint64_t hertz;

    __asm__ __volatile__("mrs %0, cntfrq_el0" : "=r"(hertz));
    return (uint32_t)hertz / 1000000;
#endif
}

/* possible: there is another processor for the other side to run on; where nobody knows, that is soon found out. */
static inline void spin_init(struct spin *spin, bool possible) {
    *spin = (struct spin){.limit = possible ? SPIN_MICROSECONDS * spin_frequency() : 0, .credit = possible};
}

/* Before the sleep; or where one may sleep from now on, without anybody being told. */
static inline void spin_sleep(struct spin *spin) {
    if (spin->limit != 0) spin->asleep = spin_clock();
}

/* After it, when there was something. */
static inline void spin_wake(struct spin *spin) {
    if (spin->asleep == 0) return;
    if (spin->credit == 0 && spin_clock() - spin->asleep < (uint64_t)spin->limit * SPIN_SHORT &&
        ++spin->sleeps == SPIN_PROBE)
        spin->credit = 1;
    if (spin->credit != 0) spin->sleeps = 0;
    spin->asleep = 0;
}

static inline bool spin_worthwhile(const struct spin *spin) { return spin->credit != 0; }

/* Looks until the word is another (true), or for too long, if it is worthwhile at all. */
static inline bool spin_while(struct spin *spin, const uint32_t *word, uint32_t value) {
    uint64_t start;

    if (!spin_worthwhile(spin)) return false;
    start = spin_clock();
    do {
        for (unsigned turn = 0; turn < 8; turn++) {
            if (atomic_load_relaxed(word) != value) {
                if (spin->credit < SPIN_CREDIT) spin->credit++;
                return true;
            }
            spin_pause();
        }
    } while (spin_clock() - start < spin->limit);
    spin->credit--;
    return false;
}

#endif
