/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Processes beside the client, and their sudden ends.
 */
#include "host/program.h"

#include <stdlib.h>

#include "host/kernel_private.h"
#include "host/win32_private.h"

struct program {
    PEPROCESS process;
    PETHREAD thread;
    void (*body)(void *context);
    void *context;
    unsigned kill_at;
    enum program_state state; /* the thread's until it has ended */
    DWORD exit_code;
};

unsigned program_mortals;
static __thread struct program *own; /* the program whose thread this is */

static void mortal_count(int change) { __atomic_fetch_add(&program_mortals, (unsigned)change, __ATOMIC_RELAXED); }

/* Back to where the thread began: nothing of the images' code is run on the way, as with TerminateProcess. */
_Noreturn static void leave(enum program_state state) {
    PETHREAD self = (PETHREAD)ps_self();
    own->state = state;
    self->calls_left = 0;
    longjmp(self->end, 1);
}

/* A killed thread's time comes when it returns to its program, so only the program's own calls count. */
void program_call(const void *caller) {
    PETHREAD self = ps_this;
    if (!self || !self->calls_left || !win32_module_has(self->process, caller)) return;
    if (--self->calls_left) return;
    self->killed = true;
    leave(PROGRAM_KILLED);
}

void program_exit(DWORD code) {
    if (!own) return;
    own->exit_code = code;
    leave(PROGRAM_EXITED);
}

static void run(void *context) {
    struct program *program = context;
    own = program;
    ((PETHREAD)ps_self())->calls_left = program->kill_at;
    program->body(program->context);
    ((PETHREAD)ps_self())->calls_left = 0;
    program->state = PROGRAM_RETURNED;
}

struct program *program_start(const char *name, void (*body)(void *context), void *context, unsigned kill_at) {
    struct program *program = calloc(1, sizeof *program);
    if (!program) return NULL;
    program->body = body;
    program->context = context;
    program->kill_at = kill_at;
    program->process = ps_process_create(name);
    if (program->process) {
        if (kill_at) mortal_count(1);
        program->thread = ps_thread_create(program->process, run, program, name);
        if (program->thread) return program;
        if (kill_at) mortal_count(-1);
        ps_process_kill(program->process);
        ob_dereference(program->process);
    }
    free(program);
    return NULL;
}

enum program_state program_wait(struct program *program) {
    if (!program->thread) return program->state;
    ps_thread_join(program->thread);
    program->thread = NULL;
    if (program->kill_at) mortal_count(-1);
    return program->state;
}

DWORD program_exit_code(struct program *program) { return program->exit_code; }

PEPROCESS program_process(struct program *program) { return program->process; }

void program_end(struct program *program) {
    program_wait(program);
    ps_process_kill(program->process);
    ob_dereference(program->process);
    free(program);
}
