/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#include "test/cli/run.h"

#include <check.h>
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gen/brand.h>

#include "host/win32.h"

struct running {
    struct program *program;
    int input, out, err; /* input: the end that is written to, -1: closed */
};

static const char *from_environment(const char *name) {
    const char *value = getenv(name);
    ck_assert_msg(value != NULL, "%s must name an image under test", name);
    return value;
}

static void start(bool with_driver, bool with_library) {
    struct host_config config = {.stack = HOST_STACK_FAKE,
                                 .driver = from_environment("WARREN_DRIVER"),
                                 .library = with_library ? from_environment("WARREN_LIBRARY") : NULL,
                                 .hardware_id = with_driver ? BRAND_HARDWARE_ID : NULL,
                                 .service = BRAND_SERVICE,
                                 .version = BRAND_PACKAGE_VERSION,
                                 .provider = BRAND_COMPANY,
                                 .quiet = true};
    const char *why = NULL;
    NTSTATUS status = host_start(&config, &why);
    ck_assert_msg(NT_SUCCESS(status), "host_start: %08x %s", (unsigned)status, why ? why : "");
}

void world_start(bool with_driver) { start(with_driver, true); }
void world_start_bare(void) { start(true, false); }
void world_stop(void) { host_stop(); }

const char *run_folder;

/* The program beside the library: warren.dll -> warren.exe, warren.dll.so -> warren.exe.so. */
static char *program_path(void) {
    char *path = strdup(from_environment("WARREN_LIBRARY")), *other = NULL;
    char *dot = strstr(path, ".dll");
    ck_assert_ptr_nonnull(dot);
    dot[1] = 'e', dot[2] = 'x', dot[3] = 'e';
    if (!run_folder) return path;
    ck_assert_int_gt(asprintf(&other, "%s/%s", run_folder, strrchr(path, '/') + 1), 0);
    free(path);
    return other;
}

static struct running *begin(const char *arguments, const char *input, int out) {
    struct running *running = calloc(1, sizeof *running);
    char *path = program_path(), *line = NULL;
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    running->input = ends[1];
    running->out = out;
    running->err = memfd_create("err", MFD_CLOEXEC);
    if (input) {
        ck_assert_int_eq(write(ends[1], input, strlen(input)), strlen(input));
        run_stop_input(running);
    }
    ck_assert_int_gt(asprintf(&line, "\"C:\\Program Files\\Warren\\warren.exe\" %s", arguments), 0);
    running->program = program_start_file(path, line, (int[]){ends[0], out, running->err}, 0);
    ck_assert_ptr_nonnull(running->program);
    free(line);
    free(path);
    return running;
}

struct running *run_begin(const char *arguments, const char *input) {
    return begin(arguments, input, memfd_create("out", MFD_CLOEXEC));
}

void run_stop_input(struct running *running) {
    if (running->input >= 0) close(running->input);
    running->input = -1;
}

PEPROCESS run_process(struct running *running) { return program_process(running->program); }

static void slurp(int fd, char *to, size_t room) {
    ssize_t size = pread(fd, to, room - 1, 0);
    to[size > 0 ? size : 0] = 0;
}

void run_wait_for(struct running *running, const char *text) {
    char out[16384];
    do {
        SwitchToThread();
        slurp(running->out, out, sizeof out);
    } while (!strstr(out, text));
}

bool run_has_written(const char *file) {
    struct stat status;
    return stat(file, &status) == 0 && status.st_size > 0;
}

struct outcome run_end(struct running *running) {
    struct outcome outcome = {.code = 999};
    run_stop_input(running);
    ck_assert_int_eq(program_wait(running->program), PROGRAM_EXITED);
    outcome.code = program_exit_code(running->program);
    program_end(running->program);
    slurp(running->out, outcome.out, sizeof outcome.out);
    slurp(running->err, outcome.err, sizeof outcome.err);
    close(running->out);
    close(running->err);
    free(running);
    fprintf(stderr, "exit code %u\n%s%s", outcome.code, outcome.out, outcome.err); /* for the log, should it fail */
    return outcome;
}

void run_kill(struct running *running) {
    run_stop_input(running);
    program_kill(running->program);
    close(running->out);
    close(running->err);
    free(running);
}

struct outcome run_answering(const char *arguments, const char *input) { return run_end(run_begin(arguments, input)); }

struct outcome run(const char *arguments) { return run_answering(arguments, ""); }

struct outcome run_to_full_disk(const char *arguments) {
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(full, 0);
    return run_end(begin(arguments, "", full));
}

struct outcome run_to_closed_pipe(const char *arguments) {
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    return run_end(begin(arguments, "", ends[1]));
}

struct outcome run_on_terminal(const char *arguments, const char *input) {
    struct outcome outcome = {0};
    char *path = program_path(), *line = NULL;
    int ours, theirs;
    size_t size = 0;
    ssize_t got;
    ck_assert_int_eq(openpty(&ours, &theirs, NULL, NULL, NULL), 0);
    ck_assert_int_eq(write(ours, input, strlen(input)), strlen(input));
    ck_assert_int_gt(asprintf(&line, "warren %s", arguments), 0);
    struct program *program = program_start_file(path, line, (int[]){theirs, theirs, theirs}, 0);
    ck_assert_ptr_nonnull(program);
    ck_assert_int_eq(program_wait(program), PROGRAM_EXITED);
    outcome.code = program_exit_code(program);
    program_end(program);
    close(theirs);
    while (size + 1 < sizeof outcome.out && (got = read(ours, outcome.out + size, sizeof outcome.out - 1 - size)) > 0)
        size += (size_t)got;
    close(ours);
    free(line);
    free(path);
    fprintf(stderr, "exit code %u\n%s", outcome.code, outcome.out);
    return outcome;
}

struct outcome run_as_user(const char *arguments) {
    program_token = SE_TOKEN_USER;
    struct running *running = run_begin(arguments, "");
    program_token = SE_TOKEN_ADMINISTRATOR;
    return run_end(running);
}

json_object *json_of(const struct outcome *outcome) {
    struct json_tokener *tokener = json_tokener_new();
    json_object *object = json_tokener_parse_ex(tokener, outcome->out, (int)strlen(outcome->out) + 1);
    ck_assert_msg(object != NULL, "%s: %s", json_tokener_error_desc(json_tokener_get_error(tokener)), outcome->out);
    const char *rest = outcome->out + json_tokener_get_parse_end(tokener);
    ck_assert_msg(!rest[strspn(rest, "\n")], "more than one document: %s", outcome->out);
    json_tokener_free(tokener);
    return object;
}

json_object *json_member(json_object *object, const char *key) {
    json_object *member = NULL;
    ck_assert_msg(json_object_object_get_ex(object, key, &member), "no \"%s\" in %s", key,
                  json_object_to_json_string(object));
    return member;
}
