/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The same test with every failure that it can meet.
 */
#include "test/common/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/fault.h"
#include "host/sched.h"

static struct fault_sweep *sweep; /* shared with the children */

/* One thread at a time: a run that hangs after its failure is a deadlock, and known at once. */
static void setup(void *unused) {
    (void)unused;
    sched_request(&(struct sched_plan){.seed = 1});
    fault_sweep(sweep);
}

static int run_once(const struct named_test *test, double limit, struct child *child) {
    int status = -1;
    if (!child_start(child, test, setup, NULL, limit)) {
        printf("Bail out! cannot start a process\n");
        exit(2);
    }
    while (waitpid(child->pid, &status, 0) < 0);
    return status;
}

static bool run_test(const struct named_test *test, unsigned number, bool verbose, double limit) {
    unsigned runs = 0, failures = 0;
    uint32_t before;
    memset(sweep, 0, sizeof *sweep);
    do {
        struct child child;
        char how[32];
        before = sweep->count;
        int status = run_once(test, limit, &child);
        bool failed = sweep->count != before;
        runs++;
        if (failed && verbose) printf("# %4u %s\n", sweep->count, sweep->places[before].text);
        if (status != 0) {
            failures++;
            printf("# %s fails (%s) when this does: %s\n", test->name, child_how(status, how),
                   failed ? sweep->places[before].text : "nothing");
            if (failures <= 5) child_show(&child);
        }
        child_forget(&child);
        if (isatty(STDERR_FILENO)) fprintf(stderr, "\r%u runs, %u failed ", runs, failures);
    } while (sweep->count != before && sweep->count < FAULT_PLACES_MAX);
    if (isatty(STDERR_FILENO)) fputc('\n', stderr);
    printf("%sok %u - %s: %u places that may fail, each failed once; %u runs, %u of them wrong\n",
           failures ? "not " : "", number, test->name, sweep->count, runs, failures);
    fflush(stdout);
    return failures == 0;
}

unsigned faults_run(const struct named_test *tests, unsigned count, bool verbose, double limit) {
    unsigned failed = 0;
    sweep = mmap(NULL, sizeof *sweep, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sweep == MAP_FAILED) {
        printf("Bail out! no memory\n");
        exit(2);
    }
    for (unsigned i = 0; i < count; i++) failed += !run_test(&tests[i], i + 1, verbose, limit);
    printf("1..%u\n", count);
    return failed;
}
