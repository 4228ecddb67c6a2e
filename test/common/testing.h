/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * How a file of tests makes itself known to the program that runs them:
 *
 *   START_TEST(a_sentence_that_is_true) { ... } END_TEST
 *   TEST_CASES(topic, a_sentence_that_is_true, another_one)
 */
#ifndef TEST_COMMON_TESTING_H
#define TEST_COMMON_TESTING_H

#include <check.h>

/* Where the images for this machine are, beside the tests. */
#if defined(__x86_64__)
#define TEST_WIN "win-x64"
#else
#define TEST_WIN "win-arm64"
#endif

void testing_register(const char *topic, const TTest *const *tests, unsigned count);

#define TEST_CASES(topic, ...)                                                                                         \
    __attribute__((constructor)) static void topic##_register(void) {                                                  \
        const TTest *const tests[] = {__VA_ARGS__};                                                                    \
        testing_register(#topic, tests, sizeof(tests) / sizeof(*tests));                                               \
    }

#endif
