/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The seeded scheduler itself: that a seed is a schedule, that seeds differ, and that races on purpose are found.
 */
#include "host/sched.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/image.h"
#include "nt/win32.h"
#include "test/common/testing.h"

#define SEEDS 100

static struct image *image;
static void (*race_reset)(void) __attribute__((ms_abi));
static uint32_t (*race_counter)(void) __attribute__((ms_abi));
static void (*race_increment)(void) __attribute__((ms_abi));
static void (*race_locks)(BOOLEAN reversed) __attribute__((ms_abi));

static void load(void) {
    char path[4096], why[512] = "";
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);
    ck_assert_int_gt(length, 0);
    path[length] = 0;
    strcpy(strrchr(path, '/'), "/../" TEST_WIN "/test/race.sys");
    image = image_load(path, why, sizeof(why));
    ck_assert_msg(image != NULL, "%s", why);
    *(void **)&race_reset = image_symbol(image, "RaceReset");
    *(void **)&race_counter = image_symbol(image, "RaceCounter");
    *(void **)&race_increment = image_symbol(image, "RaceIncrement");
    *(void **)&race_locks = image_symbol(image, "RaceLocks");
    ck_assert(race_reset && race_counter && race_increment && race_locks);
}

static void begin(uint64_t seed, unsigned changes) {
    struct host_config config = {.stack = HOST_STACK_FAKE, .quiet = true};
    const char *why = NULL;
    sched_request(&(struct sched_plan){.seed = seed, .changes = changes, .choices = 8});
    ck_assert(NT_SUCCESS(host_start(&config, &why)));
    ck_assert(sched_running());
    load();
    race_reset();
}

static struct sched_report end(void) {
    host_stop();
    ck_assert(!sched_running());
    image_unload(image);
    return sched_result();
}

static void increment(void *unused) {
    (void)unused;
    race_increment();
}

static void locks(void *reversed) { race_locks(reversed != NULL); }

static void both(void (*function)(void *), void *first, void *second) {
    PETHREAD threads[] = {ps_thread_create(ps_client_process, function, first, "a"),
                          ps_thread_create(ps_client_process, function, second, "b")};
    for (unsigned at = 0; at < 2; at++) ps_thread_join(threads[at]);
}

START_TEST(a_seed_is_a_schedule) {
    struct sched_report reports[2];
    unsigned different = 0;

    for (uint64_t seed = 1; seed <= 20; seed++) {
        static uint64_t last;
        for (unsigned at = 0; at < 2; at++) {
            begin(seed, 2);
            both(increment, NULL, NULL);
            reports[at] = end();
        }
        ck_assert_uint_eq(reports[0].trace, reports[1].trace);
        ck_assert_uint_eq(reports[0].steps, reports[1].steps);
        ck_assert_uint_eq(reports[0].switches, reports[1].switches);
        different += reports[0].trace != last;
        last = reports[0].trace;
    }
    ck_assert_uint_gt(different, 5);
}
END_TEST

START_TEST(a_lost_update_is_found) {
    unsigned lost = 0, kept = 0;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        begin(seed, 2);
        both(increment, NULL, NULL);
        if (race_counter() == 2)
            kept++;
        else
            lost++;
        end();
    }
    ck_assert_uint_gt(lost, 0);
    ck_assert_uint_gt(kept, 0);
}
END_TEST

/* A deadlock is for ever: each seed in a process of its own. Returns whether it was one. */
static bool deadlocks(uint64_t seed) {
    static char output[4096];
    int pipes[2], status;
    ck_assert_int_eq(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(pipes[1], STDERR_FILENO);
        begin(seed, 2);
        both(locks, NULL, &image);
        end();
        _exit(0);
    }
    close(pipes[1]);
    size_t size = 0;
    for (ssize_t got; (got = read(pipes[0], output + size, sizeof(output) - 1 - size)) > 0; size += (size_t)got);
    output[size] = 0;
    close(pipes[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return false;
    ck_assert_msg(strstr(output, "VERIFIER: deadlock:") != NULL, "%s", output);
    return true;
}

START_TEST(two_locks_in_either_order_are_a_deadlock) {
    unsigned found = 0, passed = 0;

    for (uint64_t seed = 1; seed <= 40; seed++) {
        if (deadlocks(seed))
            found++;
        else
            passed++;
    }
    ck_assert_uint_gt(found, 0);
    ck_assert_uint_gt(passed, 0);
}
END_TEST

static void wait_a_day(void *context) {
    LARGE_INTEGER day = {.QuadPart = -24LL * 3600 * 10000000};
    uint64_t before = sched_clock(CLOCK_MONOTONIC);
    KeDelayExecutionThread(KernelMode, FALSE, &day);
    *(uint64_t *)context = sched_clock(CLOCK_MONOTONIC) - before;
}

START_TEST(time_is_virtual_and_passes_when_nobody_can_run) {
    uint64_t a = 0, b = 0;
    begin(7, 1);
    both(wait_a_day, &a, &b);
    end();
    ck_assert_uint_ge(a, 24ull * 3600 * 1000000000);
    ck_assert_uint_ge(b, 24ull * 3600 * 1000000000);
    ck_assert_uint_lt(a, 25ull * 3600 * 1000000000);
}
END_TEST

TEST_CASES(sched, a_seed_is_a_schedule, a_lost_update_is_found, two_locks_in_either_order_are_a_deadlock,
           time_is_virtual_and_passes_when_nobody_can_run)
