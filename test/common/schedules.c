/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The same test under many schedules.
 */
#include "test/common/schedules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/sched.h"

#define JOBS_MAX 64

struct job {
    struct child child;
    struct sched_plan plan;
};

struct result {
    uint64_t most_steps, most_choices; /* of one run */
    uint64_t runs, failures, first_failed;
    unsigned threads;
};

static struct job jobs[JOBS_MAX];

/* --- one run ----------------------------------------------------------------------------------------------------- */

static void job_setup(void *plan) { sched_request(plan); }

static bool job_start(struct job *job, const struct named_test *test, uint64_t seed, uint64_t choices, double limit) {
    struct sched_report *report = job->plan.report;
    if (!report) report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED) return false;
    memset(report, 0, sizeof *report);
    job->plan = (struct sched_plan){.seed = seed, .choices = choices, .report = report};
    /* The first only measures; the others have one to five changes. */
    if (choices) job->plan.changes = 1 + (unsigned)(seed % 5);
    return child_start(&job->child, test, job_setup, &job->plan, limit);
}

/* Waits for any run to end. */
static struct job *job_wait(int *status) {
    for (;;) {
        pid_t pid = wait(status);
        if (pid < 0) return NULL;
        for (unsigned i = 0; i < JOBS_MAX; i++)
            if (jobs[i].child.pid == pid) return &jobs[i];
    }
}

static void job_account(struct job *job, int status, const struct named_test *test, struct result *result) {
    const struct sched_report *report = job->plan.report;
    char how[32];
    result->runs++;
    if (report->steps > result->most_steps) result->most_steps = report->steps;
    if (report->choices > result->most_choices) result->most_choices = report->choices;
    if (report->threads > result->threads) result->threads = report->threads;
    if (status != 0 && !result->failures++) {
        result->first_failed = job->plan.seed;
        printf("# %s fails with seed %llu (%s):\n", test->name, (unsigned long long)job->plan.seed,
               child_how(status, how));
        child_show(&job->child);
    }
    child_forget(&job->child);
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
        if (!jobs[i].child.pid) return &jobs[i];
    return NULL;
}

static void report(const struct named_test *test, unsigned number, const struct result *result) {
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

unsigned schedules_run(const struct named_test *tests, unsigned count, const struct schedules_options *options) {
    unsigned parallel = options->jobs < 1 ? 1 : options->jobs > JOBS_MAX ? JOBS_MAX : options->jobs, failed = 0;
    uint64_t done = 0, failures = 0;

    for (unsigned i = 0; i < count; i++) {
        struct result result = {0};
        uint64_t started = 0, estimate = 0, running = 0;
        /* A measuring run, then the seeds. A test that is failing is not run on and on. */
        while (running || (started <= options->count && !result.failures)) {
            struct job *job = job_free(parallel);
            if (job && !result.failures && started <= options->count && (estimate || !started)) {
                uint64_t seed = started ? options->first + started - 1 : 1;
                started++;
                running++;
                if (!job_start(job, &tests[i], seed, estimate, options->limit)) {
                    printf("Bail out! cannot start a process\n");
                    exit(2);
                }
                continue;
            }
            int status;
            if (!(job = job_wait(&status))) break;
            running--;
            if (!estimate) estimate = job->plan.report->choices ? job->plan.report->choices : 1;
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
