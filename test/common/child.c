/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#include "test/common/child.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOWN 6000 /* bytes */

static _Noreturn void run(const struct named_test *test, int output, double limit) {
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    /* When the time is over, libcheck kills its process group. */
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm((unsigned)limit + 1);

    Suite *suite = suite_create("child");
    TCase *tcase = tcase_create(test->name);
    tcase_add_test(tcase, test->test);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    fflush(NULL);
    _exit(srunner_ntests_failed(runner) != 0);
}

bool child_start(struct child *child, const struct named_test *test, void (*setup)(void *context), void *context,
                 double limit) {
    child->output = memfd_create("output", MFD_CLOEXEC);
    if (child->output < 0) return false;
    fflush(NULL);
    child->pid = fork();
    if (child->pid == 0) {
        setup(context);
        run(test, child->output, limit);
    }
    return child->pid > 0;
}

void child_show(const struct child *child) {
    static char text[SHOWN + 1];
    off_t size = lseek(child->output, 0, SEEK_END);
    ssize_t got = pread(child->output, text, SHOWN, size > SHOWN ? size - SHOWN : 0);
    text[got > 0 ? got : 0] = 0;
    for (char *line = text, *end; line && *line; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n');
        printf("#   %.*s\n", end ? (int)(end - line) : (int)strlen(line), line);
    }
}

void child_forget(struct child *child) {
    close(child->output);
    child->pid = 0;
}

const char *child_how(int status, char text[static 32]) {
    if (WIFSIGNALED(status))
        snprintf(text, 32, "signal %d", WTERMSIG(status));
    else
        snprintf(text, 32, "exit %d", WEXITSTATUS(status));
    return text;
}
