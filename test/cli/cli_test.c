/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The command line as somebody uses it who sees it for the first time.
 */
#include "test/cli/run.h"
#include "test/common/testing.h"

#include <stdlib.h>
#include <string.h>

#include <gen/brand.h>

#include "host/drvstore.h"
#include "host/pnp.h"
#include "host/win32.h"

static void says(const char *where, const char *text) {
    ck_assert_msg(strstr(where, text) != NULL, "\"%s\" is not in: %s", text, where);
}

static void good(struct outcome outcome) {
    ck_assert_msg(outcome.code == 0, "exit code %u: %s%s", outcome.code, outcome.out, outcome.err);
    ck_assert_str_eq(outcome.err, "");
}

static void bad(struct outcome outcome, unsigned code, const char *text) {
    ck_assert_msg(outcome.code == code, "exit code %u: %s%s", outcome.code, outcome.out, outcome.err);
    says(outcome.err, text);
    says(outcome.err, "error: ");
}

/* --- finding one's way -------------------------------------------------------------------------------------------- */

static const char *const commands[] = {"adapter create", "adapter list",   "adapter show",  "adapter rename",
                                       "adapter delete", "driver install", "driver remove", "driver version",
                                       "stats",          "capture",        "echo",          "repair",
                                       "selftest",       "version"};

START_TEST(help_names_every_command_and_each_explains_itself) {
    char line[64];
    world_start(true);
    struct outcome overview = run("--help");
    good(overview);
    for (unsigned at = 0; at < sizeof commands / sizeof *commands; at++) {
        says(overview.out, commands[at]);
        snprintf(line, sizeof line, "%s --help", commands[at]);
        struct outcome outcome = run(line);
        good(outcome);
        snprintf(line, sizeof line, "usage: warren %s", commands[at]);
        says(outcome.out, line);
        says(outcome.out, "--json");
        snprintf(line, sizeof line, "help %s", commands[at]);
        struct outcome other = run(line);
        ck_assert_str_eq(outcome.out, other.out);
    }
    says(overview.out, "Exit codes");
    ck_assert_uint_eq(run("-h").code, 0);
    ck_assert_uint_eq(run("/?").code, 0);
    ck_assert_uint_eq(run("stats Any -h").code, 0);
    struct outcome nothing = run("");
    ck_assert_uint_eq(nothing.code, 2);
    ck_assert_str_eq(nothing.out, overview.out);
    world_stop();
}
END_TEST

START_TEST(mistakes_are_named_and_the_right_thing_is_suggested) {
    world_start(true);
    struct outcome outcome = run("adapter lst");
    bad(outcome, 2, "there is no command adapter");
    says(outcome.err, "Did you mean: warren adapter list");
    outcome = run("statz Office");
    bad(outcome, 2, "Did you mean: warren stats");
    bad(run("frobnicate"), 2, "--help lists the commands");
    outcome = run("adapter");
    bad(outcome, 2, "adapter what?");
    says(outcome.err, "warren adapter delete");
    bad(run("adapter list extra"), 2, "one too many: extra");
    bad(run("adapter show"), 2, "missing: NAME");
    bad(run("adapter list --colour"), 2, "there is no option --colour");
    bad(run("adapter create A --mtu"), 2, "a value is missing for --mtu");
    bad(run("adapter create A --mtu 100"), 2, "--mtu takes a number from 1280 to 65535, not 100");
    bad(run("adapter create A --mtu=many"), 2, "not many");
    bad(run("adapter create A --guid 12"), 2, "--guid takes {");
    bad(run("adapter list --json=yes"), 2, "no value belongs to --json=yes");
    bad(run("capture A"), 2, "-w FILE is missing");
    bad(run("stats A --interval 1"), 2, "--interval takes a number from 100");
    world_stop();
}
END_TEST

/* --- adapters ----------------------------------------------------------------------------------------------------- */

START_TEST(a_persistent_adapter_is_made_listed_shown_renamed_and_deleted) {
    world_start(true);
    struct outcome outcome = run("adapter list");
    good(outcome);
    ck_assert_str_eq(outcome.out, "There are no adapters.\n");
    good(run("adapter create Office --persistent --mtu 1420 --description \"A branch\""));
    outcome = run("adapter list");
    good(outcome);
    says(outcome.out, "Office");
    says(outcome.out, "running");
    outcome = run("adapter show office");
    good(outcome);
    says(outcome.out, "persistent");
    says(outcome.out, "Connection:  Office");
    good(run("adapter rename Office \"The branch\""));
    outcome = run("adapter show \"The branch\" --json");
    good(outcome);
    json_object *object = json_of(&outcome);
    ck_assert_str_eq(json_object_get_string(json_member(object, "name")), "The branch");
    ck_assert_str_eq(json_object_get_string(json_member(object, "state")), "running");
    ck_assert(json_object_get_boolean(json_member(object, "persistent")));
    ck_assert_int_eq(json_object_get_int(json_member(object, "problem")), 0);
    json_object_put(object);
    bad(run("adapter show Office"), 4, "there is no adapter Office");
    bad(run("adapter rename Office Else"), 4, "there is no adapter Office");
    good(run("adapter delete \"The branch\""));
    bad(run("adapter delete \"The branch\""), 4, "there is no adapter The branch");
    world_stop();
}
END_TEST

START_TEST(an_adapter_without_persistence_lasts_as_long_as_its_program) {
    world_start(true);
    struct running *holder = run_begin("adapter create Guest --type VPN", NULL);
    run_wait_for(holder, "It lasts until");
    says(run("adapter list").out, "Guest");
    bad(run("adapter delete Guest"), 5, "belongs to a process");
    run_stop_input(holder);
    struct outcome outcome = run_end(holder);
    good(outcome);
    says(outcome.out, "interface index");
    says(run("adapter list").out, "There are no adapters");
    world_stop();
}
END_TEST

START_TEST(ctrl_c_ends_what_waits) {
    world_start(true);
    struct running *holder = run_begin("adapter create Guest", NULL);
    run_wait_for(holder, "It lasts until");
    win32_console_event_to(run_process(holder), CTRL_C_EVENT);
    good(run_end(holder));
    struct running *echo = run_begin("echo --no-address", NULL);
    run_wait_for(echo, "is up");
    win32_console_event_to(run_process(echo), CTRL_C_EVENT);
    struct outcome outcome = run_end(echo);
    good(outcome);
    says(outcome.out, "Received 0 packets");
    world_stop();
}
END_TEST

START_TEST(names_of_any_letters_come_through_unharmed) {
    static const char name[] = "B\xc3\xbcro \xe2\x80\x9eM\xc3\xbcnchen\xe2\x80\x9c \xf0\x9f\x9a\x87 \\ 1";
    char line[200];
    world_start(true);
    snprintf(line, sizeof line, "adapter create \"%s\" --persistent --json", name);
    struct outcome outcome = run(line);
    good(outcome);
    json_object *object = json_of(&outcome);
    ck_assert_str_eq(json_object_get_string(json_member(object, "name")), name);
    json_object_put(object);
    says(run("adapter list").out, name);
    outcome = run("adapter list --json");
    object = json_of(&outcome);
    ck_assert_int_eq(json_object_array_length(object), 1);
    ck_assert_str_eq(json_object_get_string(json_member(json_object_array_get_idx(object, 0), "name")), name);
    json_object_put(object);
    snprintf(line, sizeof line, "adapter delete \"%s\"", name);
    good(run(line));
    /* Quotation marks, and a name that looks like an option. */
    good(run("adapter create --persistent --json -- \"--a \\\"b\\\" c\""));
    good(run("adapter delete -- \"--a \\\"b\\\" c\""));
    world_stop();
}
END_TEST

/* --- the driver --------------------------------------------------------------------------------------------------- */

START_TEST(the_driver_is_installed_seen_and_removed) {
    world_start(false);
    struct outcome outcome = run("version --json");
    good(outcome);
    json_object *object = json_of(&outcome);
    ck_assert_str_eq(json_object_get_string(json_member(object, "library")), BRAND_VERSION_STRING ".0");
    ck_assert_str_eq(json_object_get_string(json_member(object, "installed")), "");
    ck_assert(json_object_get_boolean(json_member(object, "carried")));
    json_object_put(object);
    says(run("version").out, "Driver, installed: none");
    outcome = run("driver install");
    good(outcome);
    says(outcome.out, "Driver, installed: " BRAND_VERSION_STRING);
    says(outcome.out, "not running");
    struct running *holder = run_begin("adapter create Guest", NULL);
    run_wait_for(holder, "It lasts until");
    says(run("driver version").out, "Driver, running:   " BRAND_VERSION_STRING);
    bad(run("driver remove"), 5, "an adapter uses the driver");
    good(run_end(holder));
    good(run("driver remove"));
    says(run("version").out, "Driver, installed: none");
    world_stop();
}
END_TEST

START_TEST(a_driver_that_windows_refuses_has_its_own_exit_code) {
    world_start(false);
    drvstore_signature(ERROR_NO_CATALOG_FOR_OEM_INF);
    bad(run("driver install"), 6, "no signature");
    struct outcome outcome = run("adapter create A --persistent --json");
    bad(outcome, 6, "no signature");
    json_object *object = json_of(&outcome);
    ck_assert_int_eq(json_object_get_int(json_member(object, "stage")), 3);
    ck_assert_uint_eq((uint64_t)json_object_get_int64(json_member(object, "win32")), ERROR_NO_CATALOG_FOR_OEM_INF);
    json_object_put(object);
    world_stop();
}
END_TEST

/* --- rights, outputs ---------------------------------------------------------------------------------------------- */

START_TEST(without_rights_it_says_what_to_do) {
    world_start(true);
    good(run("adapter create Office --persistent"));
    bad(run_as_user("adapter create Mine --persistent"), 3, "started as administrator");
    bad(run_as_user("adapter delete Office"), 3, "started as administrator");
    bad(run_as_user("stats Office"), 3, "started as administrator");
    /* Looking needs none. */
    good(run_as_user("adapter list"));
    good(run_as_user("version"));
    good(run("adapter delete Office"));
    world_stop();
}
END_TEST

START_TEST(an_output_that_is_full_is_a_failure) {
    world_start(true);
    struct outcome outcome = run_to_full_disk("--help");
    ck_assert_uint_eq(outcome.code, 7);
    says(outcome.err, "the output cannot be written");
    ck_assert_uint_eq(run_to_full_disk("adapter list").code, 7);
    ck_assert_uint_eq(run_to_full_disk("version --json").code, 7);
    ck_assert_uint_eq(run_to_full_disk("adapter create Guest").code, 7);
    says(run("adapter list").out, "There are no adapters");
    world_stop();
}
END_TEST

START_TEST(verbose_shows_what_the_library_logs) {
    world_start(true);
    struct outcome outcome = run("adapter create Office --persistent -v");
    ck_assert_uint_eq(outcome.code, 0);
    says(outcome.err, "info: CreateAdapter: adapter Office is ready");
    good(run("adapter delete Office"));
    world_stop();
}
END_TEST

/* --- statistics --------------------------------------------------------------------------------------------------- */

START_TEST(statistics_are_shown_once_or_as_rates) {
    world_start(true);
    good(run("adapter create Office --persistent"));
    struct outcome outcome = run("stats Office");
    good(outcome);
    says(outcome.out, "no session");
    says(outcome.out, "dropped, ring full");
    outcome = run("stats Office --json");
    good(outcome);
    json_object *object = json_of(&outcome);
    ck_assert_int_eq(json_object_get_int64(json_member(object, "to_client_packets")), 0);
    ck_assert(!json_object_get_boolean(json_member(object, "session")));
    json_object_put(object);
    outcome = run("stats Office --watch --interval 100 --count 2 --json");
    good(outcome);
    ck_assert_ptr_nonnull(strchr(outcome.out, '\n'));
    ck_assert_ptr_eq(strchr(strchr(outcome.out, '\n') + 1, '\n') + 1, outcome.out + strlen(outcome.out));
    *strchr(outcome.out, '\n') = 0;
    object = json_of(&outcome);
    ck_assert_int_eq(json_object_get_int64(json_member(object, "dropped")), 0);
    json_object_put(object);
    outcome = run("stats Office --watch --interval 100 --count 1");
    good(outcome);
    says(outcome.out, "to program");
    good(run("adapter delete Office"));
    bad(run("stats Office"), 4, "no running adapter Office");
    world_stop();
}
END_TEST

/* --- repair ------------------------------------------------------------------------------------------------------- */

static void leave_something(void) {
    struct running *holder = run_begin("adapter create Guest", NULL);
    run_wait_for(holder, "It lasts until");
    run_kill(holder);
    pnp_wait_idle();
}

START_TEST(repair_says_first_and_does_then) {
    world_start(true);
    struct outcome outcome = run("repair");
    good(outcome);
    says(outcome.out, "Nothing is left over");
    leave_something();
    says(run("adapter list").out, "left over");
    outcome = run("repair --dry-run");
    good(outcome);
    says(outcome.out, "Would remove 1 device ");
    says(outcome.out, "Guest");
    outcome = run_answering("repair", "n\n");
    ck_assert_uint_eq(outcome.code, 1);
    says(outcome.err, "Nothing was removed");
    says(run("adapter list").out, "left over");
    outcome = run_answering("repair", "y\n");
    ck_assert_uint_eq(outcome.code, 0);
    says(run("adapter list").out, "There are no adapters");
    leave_something();
    outcome = run("repair --yes --json");
    good(outcome);
    json_object *object = json_of(&outcome);
    ck_assert_int_eq(json_object_array_length(json_member(object, "leftovers")), 1);
    ck_assert_int_eq(json_object_get_int(json_member(object, "removed")), 1);
    json_object_put(object);
    world_stop();
}
END_TEST

TEST_CASES(cli, help_names_every_command_and_each_explains_itself, mistakes_are_named_and_the_right_thing_is_suggested,
           a_persistent_adapter_is_made_listed_shown_renamed_and_deleted,
           an_adapter_without_persistence_lasts_as_long_as_its_program, ctrl_c_ends_what_waits,
           names_of_any_letters_come_through_unharmed, the_driver_is_installed_seen_and_removed,
           a_driver_that_windows_refuses_has_its_own_exit_code, without_rights_it_says_what_to_do,
           an_output_that_is_full_is_a_failure, verbose_shows_what_the_library_logs,
           statistics_are_shown_once_or_as_rates, repair_says_first_and_does_then)
