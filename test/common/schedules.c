/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The same test under many schedules.
 */
#include "test/common/schedules.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/sched.h"

#define JOBS_MAX 64
#define SHOWN 6000 /* bytes of a failed run's output */

struct job {
    pid_t pid; /* 0: free */
    unsigned test;
    uint64_t seed;
    int output;
    struct sched_report *report; /* shared with the child */
};

struct result {
    uint64_t most_steps, most_choices; /* of one run */
    uint64_t runs, failures, first_failed;
    unsigned threads;
};

static struct job jobs[JOBS_MAX];

/* --- one run ----------------------------------------------------------------------------------------------------- */

static _Noreturn void child(const struct schedules_test *test, const struct job *job, uint64_t choices, double limit) {
    struct sched_plan plan = {.seed = job->seed, .choices = choices, .report = job->report};
    /* The first only measures; the others have one to five changes. */
    if (choices) plan.changes = 1 + (unsigned)(job->seed % 5);
    dup2(job->output, STDOUT_FILENO);
    dup2(job->output, STDERR_FILENO);
    /* When the time is over, libcheck kills its process group. */
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm((unsigned)limit + 1);
    sched_request(&plan);

    Suite *suite = suite_create("schedule");
    TCase *tcase = tcase_create(test->name);
    tcase_add_test(tcase, test->test);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    fflush(NULL);
    _exit(srunner_ntests_failed(runner) != 0);
}

static bool job_start(struct job *job, const struct schedules_test *test, uint64_t choices, double limit) {
    if (!job->report)
        job->report = mmap(NULL, sizeof *job->report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    job->output = memfd_create("output", MFD_CLOEXEC);
    if (job->report == MAP_FAILED || job->output < 0) return false;
    memset(job->report, 0, sizeof *job->report);
    fflush(NULL);
    job->pid = fork();
    if (job->pid == 0) child(test, job, choices, limit);
    return job->pid > 0;
}

static void show_output(int output) {
    static char text[SHOWN + 1];
    off_t size = lseek(output, 0, SEEK_END);
    ssize_t got = pread(output, text, SHOWN, size > SHOWN ? size - SHOWN : 0);
    text[got > 0 ? got : 0] = 0;
    for (char *line = text, *end; line && *line; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n');
        printf("#   %.*s\n", end ? (int)(end - line) : (int)strlen(line), line);
    }
}

/* Waits for any run to end. */
static struct job *job_wait(int *status) {
    for (;;) {
        pid_t pid = wait(status);
        if (pid < 0) return NULL;
        for (unsigned i = 0; i < JOBS_MAX; i++)
            if (jobs[i].pid == pid) return &jobs[i];
    }
}

static void job_account(struct job *job, int status, const struct schedules_test *test, struct result *result) {
    result->runs++;
    if (job->report->steps > result->most_steps) result->most_steps = job->report->steps;
    if (job->report->choices > result->most_choices) result->most_choices = job->report->choices;
    if (job->report->threads > result->threads) result->threads = job->report->threads;
    if (status != 0) {
        if (!result->failures++) {
            result->first_failed = job->seed;
            printf("# %s fails with seed %llu (%s %d):\n", test->name, (unsigned long long)job->seed,
                   WIFSIGNALED(status) ? "signal" : "exit",
                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
            show_output(job->output);
        }
    }
    close(job->output);
    job->pid = 0;
}

/* --- all runs ---------------------------------------------------------------------------------------------------- */

static void progress(uint64_t done, uint64_t all, uint64_t failures, bool last) {
    static time_t told;
    time_t now = time(NULL);
    if (!isatty(STDERR_FILENO) || (now == told && !last)) return;
    told = now;
    fprintf(stderr, "\r%llu of %llu runs, %llu failed%s", (unsigned long long)done, (unsigned long long)all,
            (unsigned long long)failures, last ? "\n" : " ");
}

static struct job *job_free(unsigned count) {
    for (unsigned i = 0; i < count; i++)
        if (!jobs[i].pid) return &jobs[i];
    return NULL;
}

static void report(const struct schedules_test *test, unsigned number, const struct result *result) {
    if (result->failures)
        printf("not ok %u - %s: %llu of %llu seeds fail; again: -f %s -s %llu:1\n", number, test->name,
               (unsigned long long)result->failures, (unsigned long long)result->runs, test->name,
               (unsigned long long)result->first_failed);
    else
        printf("ok %u - %s: %llu seeds, %u threads, up to %llu steps, %llu of them with a choice\n", number, test->name,
               (unsigned long long)result->runs, result->threads, (unsigned long long)result->most_steps,
               (unsigned long long)result->most_choices);
    fflush(stdout);
}

unsigned schedules_run(const struct schedules_test *tests, unsigned count, const struct schedules_options *options) {
    unsigned parallel = options->jobs < 1 ? 1 : options->jobs > JOBS_MAX ? JOBS_MAX : options->jobs, failed = 0;
    uint64_t done = 0, failures = 0;

    for (unsigned i = 0; i < count; i++) {
        struct result result = {0};
        uint64_t started = 0, estimate = 0, running = 0;
        /* A measuring run, then the seeds. A test that is failing is not run on and on. */
        while (running || (started <= options->count && !result.failures)) {
            struct job *job = job_free(parallel);
            if (job && !result.failures && started <= options->count && (estimate || !started)) {
                job->test = i;
                job->seed = started ? options->first + started - 1 : 1;
                started++;
                running++;
                if (!job_start(job, &tests[i], estimate, options->limit)) {
                    printf("Bail out! cannot start a process\n");
                    exit(2);
                }
                continue;
            }
            int status;
            if (!(job = job_wait(&status))) break;
            running--;
            if (!estimate) estimate = job->report->choices ? job->report->choices : 1;
            job_account(job, status, &tests[i], &result);
            failures += status != 0;
            progress(++done, count * (options->count + 1), failures, false);
        }
        failed += result.failures != 0;
        report(&tests[i], i + 1, &result);
    }
    progress(done, count * (options->count + 1), failures, true);
    printf("1..%u\n", count);
    return failed;
}
