/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Statistics of traffic that is known.
 */
#include <string.h>

#include "host/stack_fake.h"
#include "host/win32.h"
#include "test/cli/run.h"
#include "test/common/testing.h"

#define SIZE 60
#define TOO_LONG 65536 /* for an IP packet */

/* Packets that the system sends; how many it is told to have been sent. */
static unsigned system_sends(unsigned count, uint32_t size) {
    static const uint8_t data[TOO_LONG] = {0x45, [3] = SIZE, [8] = 64, 17};
    struct fake_packet packets[8];
    for (unsigned at = 0; at < count; at++) packets[at] = (struct fake_packet){.data = data, .size = size};
    return fake_send_packets(fake_of(ndis_adapter_find(NULL)), packets, count, PASSIVE_LEVEL);
}

/* All members but these are 0. */
struct expected {
    const char *key;
    int64_t value;
};

static void statistics_are(const char *arguments, const struct expected *expected, unsigned count) {
    struct outcome outcome = run(arguments);
    ck_assert_uint_eq(outcome.code, 0);
    json_object *object = json_of(&outcome);
    for (unsigned at = 0; at < count; at++) json_member(object, expected[at].key);
    json_object_object_foreach(object, key, value) {
        int64_t wanted = 0;
        for (unsigned at = 0; at < count; at++)
            if (!strcmp(key, expected[at].key)) wanted = expected[at].value;
        /* How often somebody was woken is not known. */
        if (json_object_is_type(value, json_type_int) && strcmp(key, "client_wake_ups") != 0 &&
            strcmp(key, "driver_sleeps") != 0)
            ck_assert_msg(json_object_get_int64(value) == wanted, "%s: %s", key, outcome.out);
    }
    json_object_put(object);
}

#define ARE(arguments, ...)                                                                                            \
    statistics_are(arguments, (const struct expected[]){__VA_ARGS__},                                                  \
                   sizeof((const struct expected[]){__VA_ARGS__}) / sizeof(struct expected))

START_TEST(what_was_carried_and_dropped_is_told_by_its_reason) {
    world_start(true);
    ck_assert_uint_eq(run("adapter create Office --persistent").code, 0);
    ck_assert_uint_eq(system_sends(3, SIZE), 0);
    ARE("stats Office --json", {"to_client_dropped_refused", 3});
    ck_assert_uint_eq(run("adapter delete Office").code, 0);

    struct running *echo = run_begin("echo Office --no-address --json", NULL);
    do SwitchToThread();
    while (run("stats Office").code != 0);
    while (!strstr(run("stats Office").out, "a session is open")) SwitchToThread();
    ck_assert_uint_eq(system_sends(5, SIZE), 5);
    ck_assert_uint_eq(system_sends(2, TOO_LONG), 0);
    ARE("stats Office --json", {"to_client_packets", 5}, {"to_client_bytes", 5 * SIZE},
        {"to_client_dropped_invalid", 2});
    win32_console_event_to(run_process(echo), CTRL_C_EVENT);
    struct outcome outcome = run_end(echo);
    json_object *object = json_of(&outcome);
    ck_assert_int_eq(json_object_get_int64(json_member(object, "received")), 5);
    ck_assert_int_eq(json_object_get_int64(json_member(object, "received_bytes")), 5 * SIZE);
    ck_assert_int_eq(json_object_get_int64(json_member(object, "ignored")), 5);
    json_object_put(object);
    world_stop();
}
END_TEST

START_TEST(a_watcher_sees_a_drop_in_one_line_only) {
    world_start(true);
    ck_assert_uint_eq(run("adapter create Office --persistent").code, 0);
    struct running *watcher = run_begin("stats Office --watch --interval 100 --json", NULL);
    run_wait_for(watcher, "\"dropped\": 0}\n");
    system_sends(1, SIZE);
    run_wait_for(watcher, "\"to_client_dropped_refused\": 1, \"to_client_dropped_invalid\": 0, "
                          "\"to_stack_dropped_invalid\": 0, \"dropped\": 1}\n");
    run_wait_for(watcher, "\"dropped\": 1}\n{\"to_client_packets_per_second\": 0");
    win32_console_event_to(run_process(watcher), CTRL_C_EVENT);
    struct outcome outcome = run_end(watcher);
    ck_assert_uint_eq(outcome.code, 0);
    char *first = strstr(outcome.out, "\"dropped\": 1}");
    ck_assert_ptr_null(strstr(first + 1, "\"dropped\": 1}"));
    ck_assert_uint_eq(run("adapter delete Office").code, 0);
    world_stop();
}
END_TEST

TEST_CASES(stats, what_was_carried_and_dropped_is_told_by_its_reason, a_watcher_sees_a_drop_in_one_line_only)
