/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Where the host waits, and the seeded scheduler. All waiting goes through here: of NT callers by KeWaitForSingleObject
 * and its like, of the host itself by sched_wait, spinning by sched_relax.
 *
 * Without a seed all of it is Linux's. With one, NT threads run one at a time, and a seed decides who: probabilistic
 * concurrency testing (Burckhardt and others, 2010). Each thread gets a random priority; the runnable one of the highest
 * runs; at a few random steps the running one's priority falls below all others. A step is a call from an image into
 * the host. Time is virtual: it passes by a little with each step, and jumps to the next timeout when nobody can run.
 * When nobody can and there is none, that is a deadlock, and a violation. The same seed gives the same schedule.
 */
#ifndef HOST_SCHED_H
#define HOST_SCHED_H

#include <time.h>

#include "host/kernel_private.h"

/* --- waiting ----------------------------------------------------------------------------------------------------- */

/* One turn of a loop that waits for another thread; `tries` counts the turns. */
void sched_relax(unsigned tries);
void sched_give_way(void); /* as sched_yield */
/* As pthread_cond_wait, or with `until` (nanoseconds of sched_clock(CLOCK_MONOTONIC)) as pthread_cond_timedwait on a
 * condition of that clock: false when the time is over. May wake for nothing. */
bool sched_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, const uint64_t *until);
void sched_wake(pthread_cond_t *condition); /* all who wait; the mutex is held */
/* The same for one thread that has a word of its own, which is 0: waits until another has told it. False when the time is
 * over, and it was not. */
void sched_tell(uint32_t *word);
bool sched_listen(uint32_t *word, const uint64_t *until);
uint64_t sched_clock(clockid_t clock); /* nanoseconds */

/* --- the scheduler ----------------------------------------------------------------------------------------------- */

struct sched_report {
    uint64_t steps, switches;
    uint64_t choices; /* steps at which more than one thread could run */
    uint64_t trace;   /* hash of who ran when */
    unsigned threads;
};

struct sched_plan {
    uint64_t seed;               /* 0: no scheduler */
    unsigned changes;            /* how often the running thread's priority falls */
    uint64_t choices;            /* about how many the run has: the changes lie among them */
    struct sched_report *report; /* written when the schedule ends; may be NULL */
};
/* What host_start does from now on in this process. */
void sched_request(const struct sched_plan *wanted);

/* Of the last schedule, which has ended or is running. */
struct sched_report sched_result(void);

void sched_start(void); /* by host_start: the calling thread is the first */
void sched_stop(void);  /* by host_stop: whoever still runs is free again */
bool sched_running(void);

/* For ps.c. A slot for a thread about to be made (NULL without a scheduler); in the new thread, first and last of all. */
struct sched_slot *sched_thread_new(const char *name);
void sched_thread_drop(struct sched_slot *slot); /* it was not made */
void sched_thread_begin(struct sched_slot *slot);
void sched_thread_end(void);

/* A call from an image: others may run now. */
void sched_step(void);
/* The same for code outside of images. */
static inline void sched_point(void) {
    if (__builtin_expect(__atomic_load_n(&sched_on, __ATOMIC_RELAXED), 0)) sched_step();
}

#endif
