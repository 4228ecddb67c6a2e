/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A further process with a thread of its own, beside the client: it has its own copies of the libraries that it loads, its
 * own heap and handles, and it may be killed at any call.
 */
#ifndef HOST_PROGRAM_H
#define HOST_PROGRAM_H

#include "host/kernel.h"

struct program;

/* The rights that programs start with. */
extern enum se_token_kind program_token;

enum program_state { PROGRAM_RUNS, PROGRAM_RETURNED, PROGRAM_EXITED, PROGRAM_KILLED };

/* Starts `body` in a new process. NULL: no memory, or a driver forbade it. With kill_at, the thread is killed on entry to
 * that call (1: the first) which code of the process's own images makes to the host; not inside their entry points. */
struct program *program_start(const char *name, void (*body)(void *context), void *context, unsigned kill_at);
/* A program from a file (a PE, or a native .so with a function Start), with its standard input, output and errors. NULL also
 * when it cannot be loaded, which is said. */
struct program *program_start_file(const char *path, const char *command_line, const int fds[3], unsigned kill_at);
/* Waits until its thread has ended, and with it all others, each at its next call; the process lives on, with all that the thread has left open. */
enum program_state program_wait(struct program *program);
DWORD program_exit_code(struct program *program); /* of ExitProcess */
PEPROCESS program_process(struct program *program);
/* Kills a program that waits for Ctrl-C (or any other of its waits that a handler of that ends): it does not get any
 * further. Then as program_end. */
void program_kill(struct program *program);
/* The process ends: handles are closed, what it loaded and allocated is gone. Waits for its thread first. */
void program_end(struct program *program);

/* The process ends: each of its threads at its next call, as after a console event for a window that is closed. */
void program_terminate(PEPROCESS process);
/* A thread that sleeps without an end: does not return if its process has ended. */
void program_sleeps(void);

/* The calling thread's program ends here: ExitProcess (win32_process.c). Returns if it is not one of these. */
void program_exit(DWORD code);

#endif
