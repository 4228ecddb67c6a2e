/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Locks and interlocked lists, as a driver made for it (drivers/locks.c) uses them.
 */
#include "test/common/testing.h"

#include <string.h>
#include <unistd.h>

#include "host/image.h"
#include "host/sched.h"

#define THREADS 4

static struct image *image;
static PDRIVER_OBJECT driver;

static void start(void) {
    struct host_config config = {.stack = HOST_STACK_FAKE, .quiet = true};
    char path[4096], text[512] = "";
    const char *why = NULL;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);

    ck_assert_int_gt(length, 0);
    path[length] = 0;
    strcpy(strrchr(path, '/'), "/../" TEST_WIN "/test/locks.sys");
    ck_assert(NT_SUCCESS(host_start(&config, &why)));
    image = image_load(path, text, sizeof text);
    ck_assert_msg(image != NULL, "%s", text);
    ck_assert(NT_SUCCESS(io_driver_start("locks", (PDRIVER_INITIALIZE)(uintptr_t)image_entry(image), &driver)));
}

static void stop(void) {
    io_driver_unload(driver);
    verify_no_leaks("after the test");
    image_unload(image);
    host_stop();
}

#define IMPORT(type, name, ...)                                                                                        \
    type(NTAPI *name)(__VA_ARGS__) = (type(NTAPI *)(__VA_ARGS__))(uintptr_t)image_symbol(image, #name);                \
    ck_assert_msg(name != NULL, #name)
#define ASSERT_LINE(call)                                                                                              \
    do {                                                                                                               \
        unsigned line_ = (call);                                                                                       \
        ck_assert_msg(line_ == 0, "locks.c:%u", line_);                                                                \
    } while (0)

static PETHREAD thread(void (*function)(void *), void *context) {
    PETHREAD made = ps_thread_create(ps_client_process, function, context, "contender");
    ck_assert_ptr_nonnull(made);
    return made;
}

/* --- one thread --------------------------------------------------------------------------------------------------- */

#define ALONE(sentence, function)                                                                                      \
    START_TEST(sentence) {                                                                                             \
        start();                                                                                                       \
        IMPORT(uint32_t, function, void);                                                                              \
        ASSERT_LINE(function());                                                                                       \
        stop();                                                                                                        \
    }                                                                                                                  \
    END_TEST

ALONE(spin_locks_raise_and_restore_the_irql, LockSpin)
ALONE(a_single_sharer_becomes_exclusive, LockExSpin)
ALONE(an_owner_of_a_resource_may_acquire_it_again, LockResource)
ALONE(fast_mutexes_keep_apcs_away, LockMutexes)
ALONE(a_semaphore_raises_rather_than_pass_its_limit, LockSemaphore)
ALONE(a_thread_keeps_its_priority_and_gives_back_the_last, LockPriorities)
ALONE(time_passes_while_a_processor_stalls, LockStall)
#if defined(__x86_64__)
ALONE(coarse_times_are_read_from_the_page_that_everybody_sees, LockSharedPage)
ALONE(nobody_writes_to_the_page_that_everybody_sees, LockSharedPageWrite)
TEST_CASES(shared_page, coarse_times_are_read_from_the_page_that_everybody_sees,
           nobody_writes_to_the_page_that_everybody_sees)
#endif
ALONE(interlocked_lists_give_back_the_neighbour, LockLists)
ALONE(lookaside_lists_count_and_free, LockLookaside)

/* --- several ------------------------------------------------------------------------------------------------------ */

struct contender {
    uint32_t(NTAPI *contend)(uint32_t kind, uint32_t rounds);
    uint32_t kind, rounds, line;
};

static void contend(void *context) {
    struct contender *contender = context;
    contender->line = contender->contend(contender->kind, contender->rounds);
}

/* In the order of the driver's. */
static const struct {
    const char *name;
} kinds[] = {{"spin lock"},     {"queued spin lock"}, {"shared or exclusive spin lock"}, {"resource"},
             {"push lock"},     {"fast mutex"},       {"fast mutex, by tries"},          {"fast mutex, unsafe"},
             {"guarded mutex"}, {"semaphore"}};

START_TEST(owners_and_sharers_exclude_each_other) {
    /* Every call is a step of a schedule, if there is one. */
    uint32_t rounds;
    start();
    IMPORT(uint32_t, LockContendBegin, void);
    IMPORT(uint32_t, LockContendEnd, int32_t);
    IMPORT(uint32_t, LockContend, uint32_t, uint32_t);
    rounds = sched_running() ? 4 : 400;
    for (uint32_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        struct contender contenders[THREADS];
        PETHREAD threads[THREADS];
        ASSERT_LINE(LockContendBegin());
        for (unsigned at = 0; at < THREADS; at++) {
            contenders[at] = (struct contender){LockContend, kind, rounds, 0};
            threads[at] = thread(contend, &contenders[at]);
        }
        for (unsigned at = 0; at < THREADS; at++) ps_thread_join(threads[at]);
        for (unsigned at = 0; at < THREADS; at++)
            ck_assert_msg(contenders[at].line == 0, "%s: locks.c:%u", kinds[kind].name, contenders[at].line);
        ASSERT_LINE(LockContendEnd((int32_t)(THREADS * rounds)));
    }
    stop();
}
END_TEST

struct caller {
    uint32_t(NTAPI *function)(void);
    uint32_t line;
};

static void call(void *context) {
    struct caller *caller = context;
    caller->line = caller->function();
}

START_TEST(sharers_of_a_spin_lock_are_inside_at_once_and_cannot_convert) {
    start();
    IMPORT(uint32_t, LockMeet, void);
    struct caller callers[2] = {{LockMeet, 0}, {LockMeet, 0}};
    PETHREAD threads[2] = {thread(call, &callers[0]), thread(call, &callers[1])};
    for (unsigned at = 0; at < 2; at++) ps_thread_join(threads[at]);
    for (unsigned at = 0; at < 2; at++) ASSERT_LINE(callers[at].line);
    stop();
}
END_TEST

static void shuffle(void *context) {
    struct contender *contender = context;
    contender->line = ((uint32_t(NTAPI *)(uint32_t))(uintptr_t)contender->contend)(contender->rounds);
}

START_TEST(no_entry_of_a_sequenced_list_is_lost_or_given_twice) {
    start();
    IMPORT(uint32_t, LockStackBegin, void);
    IMPORT(uint32_t, LockStackEnd, void);
    IMPORT(uint32_t, LockStackShuffle, uint32_t);
    struct contender contenders[THREADS];
    PETHREAD threads[THREADS];
    ASSERT_LINE(LockStackBegin());
    for (unsigned at = 0; at < THREADS; at++) {
        contenders[at] = (struct contender){.rounds = sched_running() ? 10 : 2000};
        contenders[at].contend = (uint32_t(NTAPI *)(uint32_t, uint32_t))(uintptr_t)LockStackShuffle;
        threads[at] = thread(shuffle, &contenders[at]);
    }
    for (unsigned at = 0; at < THREADS; at++) ps_thread_join(threads[at]);
    for (unsigned at = 0; at < THREADS; at++) ASSERT_LINE(contenders[at].line);
    ASSERT_LINE(LockStackEnd());
    stop();
}
END_TEST

/* --- who comes first to a resource -------------------------------------------------------------------------------- */

enum { EXCLUSIVE, SHARED, STARVE_EXCLUSIVE, WAIT_FOR_EXCLUSIVE };

struct taker {
    BOOLEAN(NTAPI *take)(uint32_t manner, BOOLEAN wait);
    void(NTAPI *give)(void);
    uint32_t manner;
    bool wait, taken;
};

static void take(void *context) {
    struct taker *taker = context;
    taker->taken = taker->take(taker->manner, taker->wait);
    if (taker->taken) taker->give();
}

static bool takes(struct taker taker) {
    ps_thread_join(thread(take, &taker));
    return taker.taken;
}

START_TEST(new_sharers_of_a_resource_wait_behind_an_exclusive_waiter) {
    start();
    IMPORT(uint32_t, LockResourceInit, void);
    IMPORT(void, LockResourceDelete, void);
    IMPORT(BOOLEAN, LockResourceTake, uint32_t, BOOLEAN);
    IMPORT(void, LockResourceGive, void);
    IMPORT(uint32_t, LockResourceWaiters, void);
    struct taker other = {LockResourceTake, LockResourceGive, SHARED, false, false};
    struct taker writer = {LockResourceTake, LockResourceGive, EXCLUSIVE, true, false};

    ASSERT_LINE(LockResourceInit());
    ck_assert(LockResourceTake(SHARED, FALSE));
    for (other.manner = SHARED; other.manner <= WAIT_FOR_EXCLUSIVE; other.manner++) ck_assert(takes(other));
    other.manner = EXCLUSIVE;
    ck_assert(!takes(other));
    PETHREAD waiting = thread(take, &writer);
    for (unsigned tries = 0; LockResourceWaiters() == 0; tries++) sched_relax(tries);
    other.manner = SHARED;
    ck_assert(!takes(other));
    other.manner = WAIT_FOR_EXCLUSIVE;
    ck_assert(!takes(other));
    other.manner = STARVE_EXCLUSIVE;
    ck_assert(takes(other));
    /* Not behind somebody who waits for this very thread. */
    ck_assert(LockResourceTake(SHARED, FALSE));
    LockResourceGive();
    ck_assert(!writer.taken);
    LockResourceGive();
    ps_thread_join(waiting);
    ck_assert(writer.taken);
    other.manner = SHARED;
    ck_assert(takes(other));
    LockResourceDelete();
    stop();
}
END_TEST

/* --- rules -------------------------------------------------------------------------------------------------------- */

static const struct rule {
    unsigned group, which;
    const char *name;
} rules[] = {
    {0, 0, "spin-lock-recursion"},
    {0, 1, "spin-lock-recursion"},
    {0, 2, "spin-lock-recursion"},
    {0, 3, "spin-lock-recursion"},
    {0, 4, "spin-lock-foreign-release"},
    {0, 5, "spin-lock-foreign-release"},
    {0, 6, "spin-lock-foreign-release"},
    {0, 7, "irql-lower-with-lock"},
    {1, 0, "resource-apc"},
    {1, 1, "resource-not-owned"},
    {1, 2, "resource-deleted-owned"},
    {1, 3, "resource-upgrade"},
    {1, 4, "resource-not-owned"},
    {2, 0, "fast-mutex-recursion"},
    {2, 1, "fast-mutex-not-owned"},
    {2, 2, "fast-mutex-apc"},
    {2, 3, "push-lock-apc"},
    {2, 4, "push-lock-recursion"},
    {2, 5, "push-lock-not-held"},
    {3, 0, "pool-holds-resource"},
    {3, 1, "pool-holds-lookaside"},
    {4, 0, "stall-too-long"},
    {4, 1, "critical-region-balance"},
    {4, 2, "slist-alignment"},
    {4, 3, "semaphore-limit"},
    {4, 4, "priority-range"},
};

START_TEST(broken_rules_are_named) {
    start();
    IMPORT(void, LockBreak, uint32_t, uint32_t);
    for (const struct rule *rule = rules; rule < rules + sizeof rules / sizeof *rules; rule++) {
        verify_expect(rule->name);
        LockBreak(rule->group, rule->which);
        ck_assert_msg(verify_seen(rule->name) > 0, "%s (%u, %u) was not seen", rule->name, rule->group, rule->which);
        verify_expect(NULL);
        ck_assert_int_eq(ke_irql(), PASSIVE_LEVEL);
        ck_assert_uint_eq(ke_locks_held(), 0);
    }
    stop();
}
END_TEST

static void forget(void *function) { ((void(NTAPI *)(void))(uintptr_t)function)(); }

START_TEST(a_thread_must_not_end_with_a_resource) {
    start();
    IMPORT(uint32_t, LockResourceInit, void);
    IMPORT(void, LockResourceDelete, void);
    IMPORT(void, LockResourceForget, void);
    IMPORT(void, LockResourceRemember, void);
    ASSERT_LINE(LockResourceInit());
    verify_expect("thread-ends-with-resource");
    ps_thread_join(thread(forget, (void *)(uintptr_t)LockResourceForget));
    ck_assert_uint_eq(verify_seen("thread-ends-with-resource"), 1);
    verify_expect(NULL);
    LockResourceRemember();
    LockResourceDelete();
    stop();
}
END_TEST

START_TEST(what_is_not_deleted_at_unload_is_a_leak) {
    start();
    IMPORT(uint32_t, LockResourceInit, void);
    IMPORT(void, LockResourceDelete, void);
    IMPORT(uint32_t, LockLookasideInit, void);
    IMPORT(void, LockLookasideDelete, void);
    ASSERT_LINE(LockResourceInit());
    verify_expect("leak");
    verify_no_leaks("in a test");
    ck_assert_uint_eq(verify_seen("leak"), 1);
    LockResourceDelete();
    ASSERT_LINE(LockLookasideInit());
    verify_expect("leak");
    verify_no_leaks("in a test");
    ck_assert_uint_eq(verify_seen("leak"), 1);
    LockLookasideDelete();
    verify_expect(NULL);
    stop();
}
END_TEST

TEST_CASES(locks, spin_locks_raise_and_restore_the_irql, a_single_sharer_becomes_exclusive,
           an_owner_of_a_resource_may_acquire_it_again, fast_mutexes_keep_apcs_away,
           a_semaphore_raises_rather_than_pass_its_limit, a_thread_keeps_its_priority_and_gives_back_the_last,
           time_passes_while_a_processor_stalls, interlocked_lists_give_back_the_neighbour,
           lookaside_lists_count_and_free, owners_and_sharers_exclude_each_other,
           sharers_of_a_spin_lock_are_inside_at_once_and_cannot_convert,
           no_entry_of_a_sequenced_list_is_lost_or_given_twice,
           new_sharers_of_a_resource_wait_behind_an_exclusive_waiter, broken_rules_are_named,
           a_thread_must_not_end_with_a_resource, what_is_not_deleted_at_unload_is_a_leak)
