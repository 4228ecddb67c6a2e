/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Runs the tests that registered themselves, each in a process of its own, and prints TAP.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/common/faults.h"
#include "test/common/schedules.h"
#include "test/common/testing.h"

#define TOPICS 32

static struct {
    const char *name;
    const TTest *const *tests;
    unsigned count;
} topics[TOPICS];
static unsigned topic_count;

void testing_register(const char *topic, const TTest *const *tests, unsigned count) {
    const TTest **copy;

    if (topic_count == TOPICS || (copy = malloc(count * sizeof(*copy))) == NULL) abort();
    memcpy(copy, tests, count * sizeof(*copy));
    topics[topic_count].name = topic;
    topics[topic_count].tests = copy;
    topics[topic_count++].count = count;
}

/* A hang is a failure; the limit is long, because it must hold under sanitizers on a busy machine, too. */
static double time_limit(void) {
    const char *text = getenv("WARREN_TEST_TIMEOUT");
    return text != NULL ? strtod(text, NULL) : 120;
}

/* The name of a test as filters see it. */
static const char *name_of(unsigned topic, unsigned test, char name[static 256]) {
    snprintf(name, 256, "%s/%s", topics[topic].name, topics[topic].tests[test]->name);
    return name;
}

static int list(const char *filter) {
    char name[256];

    for (unsigned topic = 0; topic < topic_count; topic++)
        for (unsigned test = 0; test < topics[topic].count; test++)
            if (strstr(name_of(topic, test, name), filter) != NULL) puts(name);
    return EXIT_SUCCESS;
}

static Suite *select_tests(unsigned topic, const char *filter) {
    Suite *suite = suite_create(topics[topic].name);
    char name[256];

    for (unsigned test = 0; test < topics[topic].count; test++) {
        TCase *tcase;

        if (strstr(name_of(topic, test, name), filter) == NULL) continue;
        tcase = tcase_create(topics[topic].tests[test]->name);
        tcase_set_timeout(tcase, time_limit());
        tcase_add_test(tcase, topics[topic].tests[test]);
        suite_add_tcase(suite, tcase);
    }
    return suite;
}

/* Seeds "FIRST:COUNT". */
static bool seeds_parse(const char *text, struct schedules_options *options) {
    char *end;
    options->first = strtoull(text, &end, 10);
    if (*end != ':' || options->first == 0) return false;
    options->count = strtoull(end + 1, &end, 10);
    return *end == 0 && options->count > 0;
}

#define NAMED_MAX 512

static unsigned select_named(const char *filter, struct named_test *tests) {
    static char names[NAMED_MAX][256];
    unsigned count = 0;

    for (unsigned topic = 0; topic < topic_count; topic++)
        for (unsigned test = 0; test < topics[topic].count && count < NAMED_MAX; test++) {
            if (strstr(name_of(topic, test, names[count]), filter) == NULL) continue;
            tests[count] = (struct named_test){names[count], topics[topic].tests[test]};
            count++;
        }
    return count;
}

static int usage(const char *program) {
    fprintf(stderr,
            "usage: %s [-l] [-n] [-f TEXT] [-s FIRST:COUNT [-j JOBS] | -x [-v]]\n  -l  list them, do not run\n  -n  "
            "run in this "
            "process, for a debugger\n"
            "  -f  only tests whose topic/name contains TEXT\n"
            "  -s  each under so many schedules, with seeds from FIRST on\n  -j  so many at a time\n"
            "  -x  each with every failure that it meets, one at a time\n  -v  and what they are\n",
            program);
    return 2;
}

int main(int argc, char **argv) {
    const char *filter = "";
    bool only_list = false, in_process = false, faults = false, verbose = false;
    struct schedules_options schedules = {.limit = time_limit()};
    SRunner *runner;
    int option;

    while ((option = getopt(argc, argv, "lnf:s:j:xv")) != -1) {
        switch (option) {
        case 'l': only_list = true; break;
        case 'n': in_process = true; break;
        case 'f': filter = optarg; break;
        case 's':
            if (!seeds_parse(optarg, &schedules)) return usage(argv[0]);
            break;
        case 'x': faults = true; break;
        case 'v': verbose = true; break;
        case 'j': schedules.jobs = (unsigned)strtoul(optarg, NULL, 10); break;
        default: return usage(argv[0]);
        }
    }
    if (optind != argc) return usage(argv[0]);
    if (only_list) return list(filter);
    if (schedules.count || faults) {
        static struct named_test tests[NAMED_MAX];
        unsigned count = select_named(filter, tests);
        unsigned failed =
            faults ? faults_run(tests, count, verbose, time_limit()) : schedules_run(tests, count, &schedules);
        return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    runner = srunner_create(NULL);
    if (in_process) srunner_set_fork_status(runner, CK_NOFORK);
    for (unsigned topic = 0; topic < topic_count; topic++) srunner_add_suite(runner, select_tests(topic, filter));
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    option = srunner_ntests_failed(runner);
    srunner_free(runner);
    return option == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
