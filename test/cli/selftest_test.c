/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * selftest when not all is well. With a network behind it: test/client/cli.t.
 */
#include "test/cli/run.h"
#include "test/common/testing.h"

#include <string.h>

/* Of the stage of this name: whether it passed; -1: it is not there. */
static int passed(json_object *answer, const char *name) {
    json_object *stages = json_member(answer, "stages");
    for (size_t at = 0; at < json_object_array_length(stages); at++) {
        json_object *stage = json_object_array_get_idx(stages, at);
        if (!strcmp(json_object_get_string(json_member(stage, "stage")), name))
            return json_object_get_boolean(json_member(stage, "passed"));
    }
    return -1;
}

START_TEST(selftest_without_a_network_behind_it_fails_the_pings_and_nothing_else) {
    world_start(true);
    struct outcome outcome = run("selftest --cycles 2 --packets 3000 --pings 2 --json");
    ck_assert_uint_eq(outcome.code, 1);
    json_object *answer = json_of(&outcome);
    ck_assert_int_eq(json_object_get_boolean(json_member(answer, "passed")), 0);
    ck_assert_int_eq(json_object_get_int(json_member(answer, "exit_code")), 1);
    static const char *const good[] = {
        "library", "create", "session", "many packets", "statistics", "life cycles", "nothing is left over"};
    for (unsigned at = 0; at < sizeof good / sizeof *good; at++) ck_assert_int_eq(passed(answer, good[at]), 1);
    static const char *const bad[] = {"addresses", "Windows pings the network", "the network pings Windows"};
    for (unsigned at = 0; at < sizeof bad / sizeof *bad; at++) ck_assert_int_eq(passed(answer, bad[at]), 0);
    ck_assert_ptr_nonnull(strstr(outcome.err, "3 of 10 stages failed"));
    json_object_put(answer);
    world_stop();
}
END_TEST

START_TEST(selftest_takes_an_administrator) {
    world_start(true);
    struct outcome outcome = run_as_user("selftest --json");
    ck_assert_uint_eq(outcome.code, 3);
    json_object *answer = json_of(&outcome);
    ck_assert_int_eq(passed(answer, "create"), 0);
    ck_assert_int_eq(passed(answer, "session"), -1);
    json_object_put(answer);
    world_stop();
}
END_TEST

START_TEST(selftest_wants_sensible_numbers) {
    world_start(true);
    ck_assert_uint_eq(run("selftest --cycles 0").code, 2);
    ck_assert_uint_eq(run("selftest --packets many").code, 2);
    ck_assert_uint_eq(run("selftest --pings").code, 2);
    world_stop();
}
END_TEST

TEST_CASES(selftest, selftest_without_a_network_behind_it_fails_the_pings_and_nothing_else,
           selftest_takes_an_administrator, selftest_wants_sensible_numbers)
