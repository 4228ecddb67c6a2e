/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Processes beside the client, and their sudden ends.
 */
#include "host/program.h"

#include <stdlib.h>
#include <string.h>

#include "host/kernel_private.h"
#include "host/sched.h"
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

enum se_token_kind program_token = SE_TOKEN_ADMINISTRATOR;
static __thread struct program *own; /* the program whose thread this is */

static void mortal_count(int change) { __atomic_fetch_add(&program_mortals, (unsigned)change, __ATOMIC_RELAXED); }

/* Back to where the thread began: nothing of the images' code is run on the way, as with TerminateProcess. */
_Noreturn static void leave(enum program_state state) {
    PETHREAD self = (PETHREAD)ps_self();
    if (own) own->state = state; /* else it is one of the program's other threads */
    __atomic_store_n(&self->calls_left, 0, __ATOMIC_RELAXED);
    longjmp(self->end, 1);
}

_Noreturn static void die(PETHREAD self) {
    self->killed = true;
    win32_process_silence(self->process); /* all of it ends at once: nobody calls what is no more */
    leave(PROGRAM_KILLED);
}

/* A killed thread's time comes when it returns to its program, so only the program's own calls count. */
void program_call(const void *caller) {
    PETHREAD self = ps_this;
    unsigned left = self ? __atomic_load_n(&self->calls_left, __ATOMIC_RELAXED) : 0;
    if (!left || !win32_module_has(self->process, caller)) return;
    __atomic_store_n(&self->calls_left, left - 1, __ATOMIC_RELAXED);
    if (left == 1) die(self);
}

/* In a wait that has no end. */
void program_sleeps(void) {
    PETHREAD self = ps_this;
    if (self && __atomic_load_n(&self->calls_left, __ATOMIC_RELAXED) == 1 &&
        __atomic_load_n(&program_mortals, __ATOMIC_RELAXED))
        die(self);
}

void program_exit(DWORD code) {
    if (!own) return;
    own->exit_code = code;
    win32_process_silence(ps_current_process());
    leave(PROGRAM_EXITED);
}

static void run(void *context) {
    struct program *program = context;
    own = program;
    __atomic_store_n(&((PETHREAD)ps_self())->calls_left, program->kill_at, __ATOMIC_RELAXED);
    program->body(program->context);
    __atomic_store_n(&((PETHREAD)ps_self())->calls_left, 0, __ATOMIC_RELAXED);
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
        se_set_process_token(program->process, program_token);
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

/* --- from a file --------------------------------------------------------------------------------------------------- */

struct file_start {
    void(NTAPI *entry)(void);
    char why[512];
    const char *path, *command_line;
    const int *fds;
    KEVENT loaded;
};

static void file_main(void *context) {
    struct file_start *start = context;
    PEPROCESS process = ps_current_process();
    process->path = realpath(start->path, NULL);
    process->command_line = win32_widen(start->command_line);
    win32_std_set(start->fds);
    void *entry = win32_program_load(start->path, start->why, sizeof start->why);
    memcpy(&start->entry, &entry, sizeof entry);
    void(NTAPI * call)(void) = start->entry;
    KeSetEvent(&start->loaded, IO_NO_INCREMENT, FALSE); /* it is gone from here on */
    if (call) call();
}

struct program *program_start_file(const char *path, const char *command_line, const int fds[3], unsigned kill_at) {
    struct file_start start = {.path = path, .command_line = command_line, .fds = fds};
    KeInitializeEvent(&start.loaded, NotificationEvent, FALSE);
    struct program *program = program_start("program", file_main, &start, kill_at);
    if (!program) return NULL;
    KeWaitForSingleObject(&start.loaded, Executive, KernelMode, FALSE, NULL);
    if (start.entry) return program;
    host_log("%s", start.why);
    program_end(program);
    return NULL;
}

struct doomed {
    PEPROCESS process;
    bool any;
};

static bool doom(PETHREAD thread, void *context) {
    struct doomed *doomed = context;
    if (thread->home != doomed->process) return true;
    __atomic_store_n(&thread->calls_left, 1, __ATOMIC_RELAXED);
    doomed->any = true;
    return true;
}

void program_terminate(PEPROCESS process) {
    struct doomed doomed = {.process = process};
    mortal_count(1); /* for good: whoever waits for the program does not know of this */
    ps_each_thread(doom, &doomed);
}

enum program_state program_wait(struct program *program) {
    if (!program->thread) return program->state;
    ps_thread_join(program->thread);
    program->thread = NULL;
    mortal_count(1);
    for (unsigned tries = 0;; tries++) {
        struct doomed doomed = {.process = program->process};
        ps_each_thread(doom, &doomed);
        if (!doomed.any) break;
        sched_relax(tries);
    }
    mortal_count(program->kill_at ? -2 : -1);
    return program->state;
}

void program_kill(struct program *program) {
    mortal_count(1);
    __atomic_store_n(&program->thread->calls_left, 1, __ATOMIC_RELAXED);
    win32_console_event_to(program->process, CTRL_C_EVENT);
    program_wait(program);
    mortal_count(-1);
    program_end(program);
}

DWORD program_exit_code(struct program *program) { return program->exit_code; }

PEPROCESS program_process(struct program *program) { return program->process; }

void program_end(struct program *program) {
    program_wait(program);
    ps_process_kill(program->process);
    ob_dereference(program->process);
    free(program);
}
