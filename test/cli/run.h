/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The command line, run in the host as a program of its own, and what came of it.
 */
#ifndef TEST_CLI_RUN_H
#define TEST_CLI_RUN_H

#include <json-c/json.h>

#include "host/program.h"

struct outcome {
    unsigned code;
    char out[16384], err[4096];
};

void world_start(bool with_driver);
void world_start_bare(void);   /* no library but what is beside the program */
extern const char *run_folder; /* where the program is; NULL: beside the library */
void world_stop(void);

struct running;
/* "warren.exe " and the arguments; `input` is what its standard input says before it ends, NULL: it does not end until
 * run_stop_input. */
struct running *run_begin(const char *arguments, const char *input);
void run_stop_input(struct running *running);
PEPROCESS run_process(struct running *running);
/* Waits for the text on standard output. */
void run_wait_for(struct running *running, const char *text);
bool run_has_written(const char *file);          /* there is something in it */
struct outcome run_end(struct running *running); /* waits */
void run_kill(struct running *running);          /* in its wait for Ctrl-C */
struct outcome run(const char *arguments);       /* all of it, with an empty input */
struct outcome run_answering(const char *arguments, const char *input);
/* The same as an ordinary user, or with an output that is full. */
struct outcome run_as_user(const char *arguments);
struct outcome run_to_full_disk(const char *arguments);
struct outcome run_to_closed_pipe(const char *arguments);
struct outcome run_on_terminal(const char *arguments, const char *input); /* all it says is in `out`, with \r\n */

/* What standard output says, one JSON document and nothing else; to be freed with json_object_put. */
json_object *json_of(const struct outcome *outcome);
json_object *json_member(json_object *object, const char *key);

#endif
