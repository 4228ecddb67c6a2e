/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * One test in a process of its own, with its output kept.
 */
#ifndef TEST_COMMON_CHILD_H
#define TEST_COMMON_CHILD_H

#include <check.h>
#include <stdbool.h>
#include <sys/types.h>

struct named_test {
    const char *name; /* topic/name */
    const TTest *test;
};

struct child {
    pid_t pid; /* 0: none runs */
    int output;
};

/* setup is called in the new process before the test. */
bool child_start(struct child *child, const struct named_test *test, void (*setup)(void *context), void *context,
                 double limit);
/* Prints the end of what it wrote, as TAP comments. */
void child_show(const struct child *child);
void child_forget(struct child *child);
/* "signal 6", "exit 1" */
const char *child_how(int status, char text[static 32]);

#endif
