/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The command line when something is not as it should be: what is said, to people and to programs.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/pnp.h"
#include "host/win32.h"
#include "include/wintun.h"
#include "test/cli/run.h"
#include "test/common/testing.h"

static void says(const char *where, const char *text) {
    ck_assert_msg(strstr(where, text) != NULL, "\"%s\" is not in: %s", text, where);
}

static void ends(struct outcome outcome, unsigned code, const char *text) {
    ck_assert_msg(outcome.code == code, "exit code %u: %s%s", outcome.code, outcome.out, outcome.err);
    says(outcome.err, text);
}

static void good(struct outcome outcome) { ends(outcome, 0, ""); }

static int64_t number(json_object *object, const char *key) { return json_object_get_int64(json_member(object, key)); }

static const char *text(json_object *object, const char *key) {
    return json_object_get_string(json_member(object, key));
}

/* --- finding one's way -------------------------------------------------------------------------------------------- */

START_TEST(groups_of_commands_explain_themselves) {
    static const char *const ways[] = {"adapter --help", "adapter -h", "adapter /?", "help adapter"};
    world_start(true);
    for (unsigned at = 0; at < sizeof ways / sizeof *ways; at++) {
        struct outcome outcome = run(ways[at]);
        ends(outcome, 0, "");
        says(outcome.out, "usage: warren adapter COMMAND");
        says(outcome.out, "adapter rename");
        ck_assert_ptr_null(strstr(outcome.out, "driver"));
    }
    world_stop();
}
END_TEST

START_TEST(what_was_meant_is_suggested) {
    world_start(true);
    ends(run("list"), 2, "Did you mean: warren adapter list");
    ends(run("delete Office"), 2, "Did you mean: warren adapter delete");
    ends(run("driver instal"), 2, "Did you mean: warren driver install");
    ends(run("adapter create A --persistant"), 2, "Did you mean: --persistent");
    ends(run("adapter create A -persistent"), 2, "Did you mean: --persistent");
    ends(run("repair --dry_run=1"), 2, "Did you mean: --dry-run");
    ends(run("--verison"), 2, "there is no option --verison");
    struct outcome outcome = run("adapter remove A");
    ends(outcome, 2, "there is no command adapter remove");
    says(outcome.err, "warren adapter delete");
    ck_assert_ptr_null(strstr(outcome.err, "Did you mean")); /* not "rename", which is nearer than "delete" */
    ends(run("stats A --interval 500"), 2, "go with --watch");
    world_stop();
}
END_TEST

START_TEST(every_command_has_an_example) {
    static const char *const commands[] = {"adapter create", "adapter list",   "adapter show",  "adapter rename",
                                           "adapter delete", "driver install", "driver remove", "driver version",
                                           "stats",          "capture",        "echo",          "repair",
                                           "version"};
    char line[64], example[64];
    world_start(true);
    for (unsigned at = 0; at < sizeof commands / sizeof *commands; at++) {
        snprintf(line, sizeof line, "%s --help", commands[at]);
        snprintf(example, sizeof example, "\n  warren %s", commands[at]);
        says(run(line).out, example);
    }
    world_stop();
}
END_TEST

START_TEST(options_that_all_commands_have_may_come_first) {
    world_start(true);
    struct outcome outcome = run("--json version");
    good(outcome);
    json_object_put(json_of(&outcome));
    outcome = run("-v --json adapter list");
    good(outcome);
    ck_assert_str_eq(outcome.out, "[]\n");
    world_stop();
}
END_TEST

/* --- JSON --------------------------------------------------------------------------------------------------------- */

START_TEST(every_failure_is_one_json_document) {
    static const struct {
        const char *arguments;
        int code;
    } failures[] = {{"--json", 2},
                    {"frobnicate --json", 2},
                    {"adapter --json", 2},
                    {"adapter show --json", 2},
                    {"adapter create A --mtu 1 --json", 2},
                    {"adapter create A --guid x --json", 2},
                    {"adapter create \"\" --json", 2},
                    {"adapter create A --persistent --sddl x --json", 2},
                    {"adapter list --colour --json", 2},
                    {"adapter show A --json", 4},
                    {"adapter rename A B --json", 4},
                    {"adapter delete A --json", 4},
                    {"stats A --json", 4},
                    {"stats A --watch --json", 4},
                    {"stats A --count 1 --json", 2},
                    {"capture A --json", 2},
                    {"capture A -w /tmp/none --json", 4},
                    {"echo --seconds 0 --json", 2}};
    world_start(true);
    for (unsigned at = 0; at < sizeof failures / sizeof *failures; at++) {
        struct outcome outcome = run(failures[at].arguments);
        ck_assert_uint_eq(outcome.code, failures[at].code);
        json_object *object = json_of(&outcome);
        ck_assert_int_eq(number(object, "exit_code"), failures[at].code);
        says(outcome.err, text(object, "error"));
        json_object_put(object);
    }
    world_stop();
}
END_TEST

START_TEST(every_answer_is_one_json_document) {
    static const char *const answers[] = {"version --json",
                                          "driver version --json",
                                          "driver install --json",
                                          "adapter list --json",
                                          "adapter create Office --persistent --json",
                                          "adapter list --json",
                                          "adapter show Office --json",
                                          "adapter rename Office Branch --json",
                                          "stats Branch --json",
                                          "repair --json",
                                          "repair --dry-run --json",
                                          "adapter create Guest --json",
                                          "echo --no-address --seconds 1 --json",
                                          "adapter delete Branch --json",
                                          "driver remove --json"};
    world_start(true);
    for (unsigned at = 0; at < sizeof answers / sizeof *answers; at++) {
        struct outcome outcome = run(answers[at]);
        ck_assert_uint_eq(outcome.code, 0);
        ck_assert_str_eq(outcome.err, "");
        json_object_put(json_of(&outcome));
    }
    world_stop();
}
END_TEST

START_TEST(json_of_an_adapter_has_its_connection_and_index) {
    world_start(true);
    struct outcome made = run("adapter create Office --persistent --json"), shown = run("adapter show Office --json");
    json_object *first = json_of(&made), *second = json_of(&shown);
    ck_assert_int_gt(number(first, "index"), 0);
    ck_assert_int_eq(number(first, "index"), number(second, "index"));
    ck_assert_int_eq(number(first, "luid"), number(second, "luid"));
    ck_assert_str_eq(text(second, "connection"), "Office");
    json_object_put(first);
    json_object_put(second);
    good(run("adapter delete Office"));
    world_stop();
}
END_TEST

START_TEST(an_adapter_that_goes_ends_its_watcher_with_an_object_in_a_line) {
    world_start(true);
    good(run("adapter create Office --persistent"));
    struct running *watcher = run_begin("stats Office --watch --interval 100 --json", NULL);
    run_wait_for(watcher, "\"to_stack_dropped_invalid\": 0, \"dropped\": 0}\n");
    good(run("adapter delete Office"));
    struct outcome outcome = run_end(watcher);
    ends(outcome, 4, "the adapter is gone");
    char *last = strstr(outcome.out, "\n{\"error\"");
    ck_assert_ptr_nonnull(last);
    memmove(outcome.out, last + 1, strlen(last));
    json_object *object = json_of(&outcome);
    ck_assert_int_eq(number(object, "exit_code"), outcome.code);
    ck_assert_str_eq(strchr(outcome.out, '\n'), "\n");
    json_object_put(object);
    world_stop();
}
END_TEST

START_TEST(names_that_are_no_unicode_are_escaped_in_json) {
    static const WCHAR name[] = {'a', 0xd83d, '"', 0xdc00, '\t', 0x7f, 0xd83d, 0xde87, 'z', 0};
    world_start(true);
    HMODULE library = LoadLibraryW(L"wintun.dll");
    WINTUN_CREATE_ADAPTER_FUNC *create = (void *)GetProcAddress(library, "WintunCreateAdapter");
    WINTUN_CLOSE_ADAPTER_FUNC *close_it = (void *)GetProcAddress(library, "WintunCloseAdapter");
    WINTUN_ADAPTER_HANDLE adapter = create(name, L"Test", NULL);
    ck_assert_ptr_nonnull(adapter);
    struct outcome outcome = run("adapter list --json");
    good(outcome);
    says(outcome.out, "\"name\": \"a\\ud83d\\\"\\udc00\\u0009\\u007f\xf0\x9f\x9a\x87z\"");
    json_object_put(json_of(&outcome));
    says(run("adapter list").out, "a\xef\xbf\xbd\"\xef\xbf\xbd\t");
    close_it(adapter);
    FreeLibrary(library);
    world_stop();
}
END_TEST

/* --- arguments ---------------------------------------------------------------------------------------------------- */

START_TEST(arguments_that_the_library_refuses_are_mistakes_of_usage) {
    char line[300] = "adapter create ";
    world_start(true);
    ends(run("adapter create \"\" --persistent"), 2, "the name is empty");
    memset(line + strlen(line), 'x', 128);
    ends(run(line), 2, "longer than 127 characters");
    ends(run("adapter create A --sddl nonsense"), 2, "no security descriptor");
    ends(run("adapter create A --mtu="), 2, "not nothing");
    ends(run("adapter create A --timeout 99999999999999999999"), 2, "--timeout takes a number");
    ck_assert_str_eq(run("adapter list").out, "There are no adapters.\n");
    world_stop();
}
END_TEST

START_TEST(a_guid_may_go_without_braces) {
    static const char guid[] = "6EC40E66-5A1F-4C3E-9D27-0A66FD66EC40";
    char line[128];
    world_start(true);
    snprintf(line, sizeof line, "adapter create A --persistent --guid %s", guid);
    good(run(line));
    says(run("adapter show A").out, guid);
    good(run("adapter delete A"));
    snprintf(line, sizeof line, "adapter create A --persistent --guid={%s}", guid);
    good(run(line));
    says(run("adapter show A").out, guid);
    good(run("adapter delete A"));
    world_stop();
}
END_TEST

START_TEST(a_guid_or_name_that_is_taken_has_its_own_exit_code) {
    world_start(true);
    struct running *holder = run_begin("adapter create Guest --guid 6ec40e66-5a1f-4c3e-9d27-0a66fd66ec40", NULL);
    run_wait_for(holder, "It lasts until");
    ends(run("adapter create Other --guid 6ec40e66-5a1f-4c3e-9d27-0a66fd66ec40"), 5, "the requested GUID exists");
    good(run("adapter create Office --persistent"));
    ends(run("adapter rename Office Guest"), 5, "error: ");
    good(run("adapter delete Office"));
    good(run_end(holder));
    world_stop();
}
END_TEST

/* --- the end ------------------------------------------------------------------------------------------------------ */

START_TEST(a_window_that_is_closed_leaves_no_device) {
    world_start(true);
    struct running *holder = run_begin("adapter create Guest", NULL);
    run_wait_for(holder, "It lasts until");
    win32_console_event_to(run_process(holder), CTRL_CLOSE_EVENT);
    good(run_end(holder));
    ck_assert_str_eq(run("adapter list").out, "There are no adapters.\n");
    struct running *echo = run_begin("echo --no-address", NULL);
    run_wait_for(echo, "is up");
    win32_console_event_to(run_process(echo), CTRL_SHUTDOWN_EVENT);
    good(run_end(echo));
    ck_assert_str_eq(run("adapter list").out, "There are no adapters.\n");
    world_stop();
}
END_TEST

/* --- outputs ------------------------------------------------------------------------------------------------------ */

START_TEST(a_pipe_that_nobody_reads_is_a_failure) {
    world_start(true);
    ends(run_to_closed_pipe("--help"), 7, "the output cannot be written");
    ends(run_to_closed_pipe("adapter list --json"), 7, "the output cannot be written");
    ends(run_to_closed_pipe("echo --no-address"), 7, "the output cannot be written");
    good(run("adapter create Office --persistent"));
    ends(run_to_closed_pipe("stats Office --watch --interval 100"), 7, "the output cannot be written");
    good(run("adapter delete Office"));
    ck_assert_str_eq(run("adapter list").out, "There are no adapters.\n");
    world_stop();
}
END_TEST

START_TEST(a_terminal_gets_all_characters) {
    world_start(true);
    good(run("adapter create \"B\xc3\xbcro \xf0\x9f\x9a\x87\" --persistent"));
    ck_assert_uint_eq(host_exports[EXPORT_WriteConsoleW].calls, 0);
    struct outcome outcome = run_on_terminal("adapter show \"B\xc3\xbcro \xf0\x9f\x9a\x87\"", "");
    ck_assert_uint_eq(outcome.code, 0);
    says(outcome.out, "Name:        B\xc3\xbcro \xf0\x9f\x9a\x87\r\n");
    ck_assert_uint_gt(host_exports[EXPORT_WriteConsoleW].calls, 0);
    outcome = run_on_terminal("adapter show None", "");
    ck_assert_uint_eq(outcome.code, 4);
    says(outcome.out, "error: there is no adapter None");
    outcome = run_on_terminal("adapter create --help", "");
    says(outcome.out, "--persistent");
    says(outcome.out, "show this\r\n");
    good(run("adapter delete \"B\xc3\xbcro \xf0\x9f\x9a\x87\""));
    struct running *holder = run_begin("adapter create Guest", NULL);
    run_wait_for(holder, "It lasts until");
    run_kill(holder);
    pnp_wait_idle();
    outcome = run_on_terminal("repair", "y\n");
    ck_assert_uint_eq(outcome.code, 0);
    says(outcome.out, "Remove them? [y/N] ");
    says(outcome.out, "Removed 1.");
    world_stop();
}
END_TEST

/* --- rights ------------------------------------------------------------------------------------------------------- */

START_TEST(an_administrator_who_is_refused_is_not_sent_to_become_one) {
    world_start(true);
    good(run("adapter create Locked --persistent --sddl \"D:P(A;;GA;;;SY)\""));
    struct outcome outcome = run("stats Locked");
    ends(outcome, 3, "has an administrator's rights already");
    ck_assert_ptr_null(strstr(outcome.err, "started as administrator"));
    ends(run_as_user("stats Locked"), 3, "started as administrator");
    good(run("adapter delete Locked"));
    world_stop();
}
END_TEST

/* --- the library -------------------------------------------------------------------------------------------------- */

static char folder[64], library_file[96], program_file[96];

static const char *library_path(void) {
    const char *path = getenv("WARREN_LIBRARY");
    if (!path) ck_abort_msg("WARREN_LIBRARY must name the image under test");
    return path;
}

static void copy(const char *from, const char *to, const char *spoil) {
    struct stat status;
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    ck_assert(in >= 0 && out >= 0 && fstat(in, &status) == 0);
    char *bytes = malloc((size_t)status.st_size);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(read(in, bytes, (size_t)status.st_size), status.st_size);
    char *at = spoil ? memmem(bytes, (size_t)status.st_size, spoil, strlen(spoil) + 1) : NULL;
    ck_assert(!spoil || at);
    if (at) at[strlen(spoil) - 1]++, at[strlen(spoil) - 3]--; /* the file's checksum stays */
    ck_assert_int_eq(write(out, bytes, (size_t)status.st_size), status.st_size);
    ck_assert_int_eq(close(in) | close(out), 0);
    free(bytes);
}

/* A folder with the program and no library. */
static void move_out(void) {
    char *from = strdup(library_path()), *dot = from ? strstr(from, ".dll") : NULL;
    ck_assert_ptr_nonnull(dot);
    dot[1] = 'e', dot[2] = 'x', dot[3] = 'e';
    strcpy(folder, "/tmp/warren-cli-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(program_file, sizeof program_file, "%s%s", folder, strrchr(from, '/'));
    snprintf(library_file, sizeof library_file, "%s/warren.dll", folder);
    copy(from, program_file, NULL);
    free(from);
    run_folder = folder;
    world_start_bare();
}

static void move_back(void) {
    world_stop();
    run_folder = NULL;
    unlink(library_file);
    unlink(program_file);
    rmdir(folder);
}

START_TEST(a_library_that_is_missing_is_named) {
    move_out();
    struct outcome outcome = run("adapter list --json");
    ends(outcome, 1, "warren.dll is missing");
    json_object *object = json_of(&outcome);
    ck_assert_int_eq(number(object, "exit_code"), 1);
    json_object_put(object);
    /* It is not what is in the current folder that is loaded. */
    char here[4096], *beside = strdup(library_path());
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    *strrchr(beside, '/') = 0;
    ck_assert_int_eq(chdir(beside), 0);
    ends(run("adapter list"), 1, "warren.dll is missing");
    ck_assert_int_eq(chdir(here), 0);
    free(beside);
    /* Help needs none. */
    good(run("--help"));
    good(run("stats --help"));
    move_back();
}
END_TEST

START_TEST(a_library_that_is_damaged_is_named) {
    move_out();
    FILE *out = fopen(library_file, "wb");
    ck_assert(out && fputs("this is no library", out) > 0 && !fclose(out));
    ends(run("adapter list"), 1, "warren.dll is damaged");
    move_back();
}
END_TEST

START_TEST(a_library_that_is_too_old_is_named_and_what_it_lacks) {
    move_out();
    copy(library_path(), library_file, "WarrenStartCapture");
    struct outcome outcome = run("adapter list");
    ends(outcome, 1, "warren.dll is older than this program");
    says(outcome.err, "WarrenStartCapture");
    copy(library_path(), library_file, NULL);
    good(run("adapter list"));
    move_back();
}
END_TEST

TEST_CASES(user, groups_of_commands_explain_themselves, what_was_meant_is_suggested, every_command_has_an_example,
           options_that_all_commands_have_may_come_first, every_failure_is_one_json_document,
           every_answer_is_one_json_document, json_of_an_adapter_has_its_connection_and_index,
           an_adapter_that_goes_ends_its_watcher_with_an_object_in_a_line,
           names_that_are_no_unicode_are_escaped_in_json, arguments_that_the_library_refuses_are_mistakes_of_usage,
           a_guid_may_go_without_braces, a_guid_or_name_that_is_taken_has_its_own_exit_code,
           a_window_that_is_closed_leaves_no_device, a_pipe_that_nobody_reads_is_a_failure,
           a_terminal_gets_all_characters, an_administrator_who_is_refused_is_not_sent_to_become_one,
           a_library_that_is_missing_is_named, a_library_that_is_damaged_is_named,
           a_library_that_is_too_old_is_named_and_what_it_lacks)
