/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Waiting, and the seeded scheduler. One thread has the turn; it gives it away when it waits, ends, or comes to a step at
 * which somebody of higher priority may run. The others sleep, each on its own condition.
 */
#include "host/sched.h"
#include "host/os.h"
#include "host/verify.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define CHANGES_MAX 16
#define STEP_NANOSECONDS 1000
/* PCT is for programs that end. A thread that loops until another tells it to stop must not keep that one waiting. */
#define STEPS_ON_TOP 2000
#define STEPS_MAX 20000000
#define NEVER UINT64_MAX

/* T: `turns`. */
struct sched_slot {
    struct sched_slot *next; /* T */
    char name[16];
    unsigned index;      /* in order of creation */
    int64_t priority;    /* T */
    unsigned steps;      /* T: since it last fell below all others */
    const void *key;     /* T: the condition that it waits for; NULL: it can run */
    uint64_t deadline;   /* T: of that wait */
    bool timed_out;      /* T */
    bool turn;           /* T */
    pthread_cond_t mine; /* T: the turn */
};

static pthread_mutex_t turns = PTHREAD_MUTEX_INITIALIZER;
static struct sched_plan plan;
static __thread struct sched_slot *self;
static struct {
    struct sched_slot *slots;
    uint64_t random, now;
    int64_t lowest; /* below every priority so far */
    uint64_t change_at[CHANGES_MAX];
    struct sched_report report;
} world; /* T */

/* --- without a scheduler ----------------------------------------------------------------------------------------- */

static uint64_t real_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* --- whose turn it is -------------------------------------------------------------------------------------------- */

/* splitmix64 */
static uint64_t random_next(void) {
    uint64_t z = world.random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static struct sched_slot *best_locked(void) {
    struct sched_slot *best = NULL;
    for (struct sched_slot *slot = world.slots; slot; slot = slot->next) {
        if (slot->key && slot->deadline <= world.now) {
            slot->key = NULL;
            slot->timed_out = true;
        }
        if (!slot->key && (!best || slot->priority > best->priority)) best = slot;
    }
    return best;
}

static void deadlock(void) {
    for (struct sched_slot *slot = world.slots; slot; slot = slot->next)
        fprintf(stderr, "schedule: thread %u (%s) waits\n", slot->index, slot->name);
    pthread_mutex_unlock(&turns);
    verify_violation("deadlock", "no thread can run, and none waits with a time limit");
    abort();
}

/* Who runs next. */
static struct sched_slot *pick_locked(void) {
    struct sched_slot *best = best_locked();
    if (best) return best;
    uint64_t earliest = NEVER;
    for (struct sched_slot *slot = world.slots; slot; slot = slot->next)
        if (slot->deadline < earliest) earliest = slot->deadline;
    if (earliest == NEVER) deadlock();
    world.now = earliest;
    return best_locked();
}

static void give_locked(struct sched_slot *next) {
    world.report.switches++;
    world.report.trace = (world.report.trace ^ next->index ^ world.report.steps << 8) * 0x100000001b3u;
    next->turn = true;
    pthread_cond_signal(&next->mine);
}

static void await_turn_locked(void) {
    while (!self->turn && sched_on) pthread_cond_wait(&self->mine, &turns);
}

/* Lets the best one run, and comes back when that is this thread. */
static void reschedule_locked(void) {
    struct sched_slot *next = pick_locked();
    if (next == self) return;
    /* What is accessible follows the IRQL of the thread that runs. */
    bool raised = ps_this && ps_this->irql >= DISPATCH_LEVEL;
    if (raised) verify_pageable(true);
    self->turn = false;
    give_locked(next);
    await_turn_locked();
    if (raised) verify_pageable(false);
}

/* Below all others. */
static void demote_locked(void) {
    self->priority = --world.lowest;
    self->steps = 0;
}

static bool others_can_run_locked(void) {
    for (struct sched_slot *slot = world.slots; slot; slot = slot->next)
        if (slot != self && (!slot->key || slot->deadline <= world.now)) return true;
    return false;
}

void sched_step(void) {
    if (!self) return;
    pthread_mutex_lock(&turns);
    world.now += STEP_NANOSECONDS;
    uint64_t step = ++world.report.steps;
    if (others_can_run_locked()) {
        uint64_t choice = ++world.report.choices;
        for (unsigned i = 0; i < plan.changes; i++)
            if (world.change_at[i] == choice) demote_locked();
    }
    if (++self->steps > STEPS_ON_TOP) demote_locked();
    bool stuck = step > STEPS_MAX;
    if (!stuck) reschedule_locked();
    pthread_mutex_unlock(&turns);
    if (stuck) verify_violation("schedule-endless", "%u steps, and no end", STEPS_MAX);
}

/* --- waiting ----------------------------------------------------------------------------------------------------- */

/* False without a scheduler. */
static bool step_aside(void) {
    if (!sched_on || !self) return false;
    pthread_mutex_lock(&turns);
    world.now += STEP_NANOSECONDS;
    demote_locked();
    reschedule_locked();
    pthread_mutex_unlock(&turns);
    return true;
}

void sched_give_way(void) {
    if (!step_aside()) sched_yield();
}

void sched_relax(unsigned tries) {
    if (step_aside()) return;
    /* Whoever is waited for may have been preempted, which cannot happen to the holder of a spin lock on Windows. */
    if (tries % 64 == 63)
        sched_yield();
    else
        YieldProcessor();
}

bool sched_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, const uint64_t *until) {
    if (!sched_on || !self) return os_condition_wait(condition, mutex, until);
    pthread_mutex_lock(&turns);
    self->key = condition;
    self->deadline = until ? *until : NEVER;
    self->timed_out = false;
    /* Nobody else runs until the turn is given away, so nothing is missed between the two. */
    pthread_mutex_unlock(mutex);
    reschedule_locked();
    self->key = NULL;
    bool woken = !self->timed_out;
    pthread_mutex_unlock(&turns);
    pthread_mutex_lock(mutex);
    return woken;
}

void sched_wake(pthread_cond_t *condition) {
    pthread_cond_broadcast(condition); /* for those outside the schedule */
    if (!sched_on) return;
    pthread_mutex_lock(&turns);
    for (struct sched_slot *slot = world.slots; slot; slot = slot->next)
        if (slot->key == condition) slot->key = NULL;
    pthread_mutex_unlock(&turns);
}

/* --- one thread tells another ------------------------------------------------------------------------------------ */

void sched_tell(uint32_t *word) {
    __atomic_store_n(word, 1, __ATOMIC_RELEASE);
    /* The thread may be gone by now, and its word with it: that wakes nobody. */
    os_word_wake(word, false);
    if (!sched_on) return;
    pthread_mutex_lock(&turns);
    for (struct sched_slot *slot = world.slots; slot; slot = slot->next)
        if (slot->key == word) slot->key = NULL;
    pthread_mutex_unlock(&turns);
}

/* False: the time is over. */
static bool listen_in_turn(const uint32_t *word, const uint64_t *until) {
    pthread_mutex_lock(&turns);
    self->timed_out = false;
    if (!__atomic_load_n(word, __ATOMIC_ACQUIRE)) {
        self->key = word;
        self->deadline = until ? *until : NEVER;
        reschedule_locked();
        self->key = NULL;
    }
    bool told = !self->timed_out;
    pthread_mutex_unlock(&turns);
    return told;
}

bool sched_listen(uint32_t *word, const uint64_t *until) {
    while (!__atomic_load_n(word, __ATOMIC_ACQUIRE))
        if (!(sched_on && self ? listen_in_turn(word, until) : os_word_wait(word, 0, until)))
            return __atomic_load_n(word, __ATOMIC_ACQUIRE);
    return true;
}

uint64_t sched_clock(clockid_t clock) {
    if (!sched_on) return real_clock(clock);
    pthread_mutex_lock(&turns);
    /* Long after the epoch, so that times may be subtracted from it. */
    uint64_t now = world.now + (clock == CLOCK_REALTIME ? 1700000000000000000u : 0);
    pthread_mutex_unlock(&turns);
    return now;
}

/* --- threads ----------------------------------------------------------------------------------------------------- */

static struct sched_slot *slot_new_locked(const char *name) {
    struct sched_slot *slot = calloc(1, sizeof *slot);
    if (!slot) host_panic("no memory for a thread's place in the schedule");
    snprintf(slot->name, sizeof slot->name, "%s", name);
    slot->index = world.report.threads++;
    slot->priority = (int64_t)(random_next() >> 16);
    pthread_cond_init(&slot->mine, NULL);
    slot->next = world.slots;
    world.slots = slot;
    return slot;
}

struct sched_slot *sched_thread_new(const char *name) {
    if (!sched_on || !self) return NULL;
    pthread_mutex_lock(&turns);
    struct sched_slot *slot = slot_new_locked(name);
    pthread_mutex_unlock(&turns);
    return slot;
}

static void slot_remove_locked(struct sched_slot *slot) {
    struct sched_slot **link = &world.slots;
    while (*link && *link != slot) link = &(*link)->next;
    if (*link) *link = slot->next;
}

static void slot_free(struct sched_slot *slot) {
    pthread_cond_destroy(&slot->mine);
    free(slot);
}

void sched_thread_drop(struct sched_slot *slot) {
    if (!slot) return;
    pthread_mutex_lock(&turns);
    slot_remove_locked(slot);
    pthread_mutex_unlock(&turns);
    slot_free(slot);
}

void sched_thread_begin(struct sched_slot *slot) {
    if (!slot) return;
    pthread_mutex_lock(&turns);
    self = slot;
    await_turn_locked();
    pthread_mutex_unlock(&turns);
}

void sched_thread_end(void) {
    struct sched_slot *slot = self;
    if (!slot) return;
    pthread_mutex_lock(&turns);
    slot_remove_locked(slot);
    self = NULL;
    if (sched_on && slot->turn) give_locked(pick_locked());
    pthread_mutex_unlock(&turns);
    slot_free(slot);
}

/* --- start and stop ---------------------------------------------------------------------------------------------- */

void sched_request(const struct sched_plan *wanted) {
    plan = *wanted;
    if (plan.changes > CHANGES_MAX) plan.changes = CHANGES_MAX;
}

bool sched_running(void) { return sched_on; }

void sched_start(void) {
    if (!plan.seed || sched_on) return;
    pthread_mutex_lock(&turns);
    memset(&world, 0, sizeof world);
    world.random = plan.seed;
    world.now = 1000000000000u;
    for (unsigned i = 0; i < plan.changes; i++)
        world.change_at[i] = 1 + random_next() % (plan.choices ? plan.choices : 1);
    self = slot_new_locked("first");
    self->turn = true;
    __atomic_store_n(&sched_on, true, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&turns);
}

void sched_stop(void) {
    if (!sched_on) return;
    pthread_mutex_lock(&turns);
    __atomic_store_n(&sched_on, false, __ATOMIC_RELEASE);
    for (struct sched_slot *slot = world.slots; slot; slot = slot->next) pthread_cond_signal(&slot->mine);
    slot_remove_locked(self);
    slot_free(self);
    self = NULL;
    if (plan.report) *plan.report = world.report;
    pthread_mutex_unlock(&turns);
}

struct sched_report sched_result(void) { return world.report; }
