/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * DPCs, timers and work items, as a driver made for it (drivers/deferred.c) uses them.
 */
#include "test/common/testing.h"

#include <string.h>
#include <unistd.h>

#include "host/kernel_private.h"
#include "host/pe.h"

static struct image *image;
static PDRIVER_OBJECT driver;

static void start(void) {
    struct host_config config = {.stack = HOST_STACK_FAKE, .quiet = true};
    char path[4096], text[512] = "";
    const char *why = NULL;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);

    ck_assert_int_gt(length, 0);
    path[length] = 0;
    strcpy(strrchr(path, '/'), "/../" TEST_WIN "/test/deferred.sys");
    ck_assert(NT_SUCCESS(host_start(&config, &why)));
    image = image_load(path, text, sizeof text);
    ck_assert_msg(image != NULL, "%s", text);
    ck_assert(NT_SUCCESS(io_driver_start("deferred", (PDRIVER_INITIALIZE)(uintptr_t)image_entry(image), &driver)));
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

#define WORKS(sentence, function)                                                                                      \
    START_TEST(sentence) {                                                                                             \
        start();                                                                                                       \
        IMPORT(uint32_t, function, void);                                                                              \
        uint32_t line = function();                                                                                    \
        ck_assert_msg(line == 0, "deferred.c:%u", line);                                                               \
        stop();                                                                                                        \
    }                                                                                                                  \
    END_TEST

WORKS(a_dpc_runs_once_however_often_it_is_queued, LaterOnce)
WORKS(important_dpcs_go_first_and_the_others_in_order, LaterInOrder)
WORKS(a_dpc_runs_on_its_processor_and_a_threaded_one_at_passive_level, LaterElsewhere)
WORKS(a_dpc_may_queue_itself_and_free_itself, LaterAgain)
WORKS(timers_take_relative_and_absolute_times, LaterTimers)
WORKS(a_cancelled_timer_and_a_flush_leave_nothing_to_run, LaterCancelled)
WORKS(a_work_item_may_queue_itself_again, LaterWork)

START_TEST(broken_rules_of_deferred_things_are_named) {
    static const char *const rules[] = {"dpc-not-initialized", "dpc-irql",         "dpc-lock",
                                        "pool-holds-dpc",      "pool-holds-timer", "timer-not-initialized"};
    start();
    IMPORT(void, LaterBreak, uint32_t);
    for (uint32_t which = 0; which < sizeof rules / sizeof *rules; which++) {
        verify_expect(rules[which]);
        LaterBreak(which);
        ck_assert_msg(verify_seen(rules[which]) == 1, "%s was not seen", rules[which]);
        verify_expect(NULL);
        ck_assert_int_eq(ke_irql(), PASSIVE_LEVEL);
    }
    stop();
}
END_TEST

START_TEST(a_driver_must_not_go_while_its_timer_runs) {
    start();
    IMPORT(void, LaterLeaveTimer, void);
    IMPORT(void, LaterCancelTimer, void);
    LaterLeaveTimer();
    verify_expect("unload-with-timer");
    ke_image_check(image_base(image), image_size(image), image_name(image));
    ck_assert_uint_eq(verify_seen("unload-with-timer"), 1);
    verify_expect(NULL);
    LaterCancelTimer();
    stop();
}
END_TEST

TEST_CASES(deferred, a_driver_must_not_go_while_its_timer_runs, a_dpc_runs_once_however_often_it_is_queued,
           important_dpcs_go_first_and_the_others_in_order,
           a_dpc_runs_on_its_processor_and_a_threaded_one_at_passive_level, a_dpc_may_queue_itself_and_free_itself,
           timers_take_relative_and_absolute_times, a_cancelled_timer_and_a_flush_leave_nothing_to_run,
           a_work_item_may_queue_itself_again, broken_rules_of_deferred_things_are_named)
