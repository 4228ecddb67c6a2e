/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * When it is worth looking before going to sleep. Time is told by hand: a limit of no ticks makes each look short.
 */
#include "core/spin.h"
#include "test/common/testing.h"

static struct spin spin_with(uint32_t limit) {
    struct spin spin;
    spin_init(&spin, true);
    ck_assert_uint_gt(spin.limit, 0);
    spin.limit = limit;
    return spin;
}

static void sleeps(struct spin *spin, uint64_t ticks_ago) {
    spin->asleep = spin_clock() - ticks_ago;
    spin_wake(spin);
    ck_assert_uint_eq(spin->asleep, 0);
}

START_TEST(nobody_looks_where_it_cannot_pay) {
    struct spin spin;
    spin_init(&spin, false);
    ck_assert(!spin_worthwhile(&spin));
    for (unsigned at = 0; at < 10 * SPIN_PROBE; at++) {
        spin_sleep(&spin);
        spin_wake(&spin);
    }
    ck_assert(!spin_worthwhile(&spin));
    ck_assert(!spin_while(&spin, &(uint32_t){2}, 1));
}
END_TEST

START_TEST(who_looks_in_vain_gives_up) {
    struct spin spin = spin_with(1);
    uint32_t word = 1;
    ck_assert(spin_worthwhile(&spin));
    ck_assert(!spin_while(&spin, &word, 1));
    ck_assert(!spin_worthwhile(&spin));
    spin.credit = SPIN_CREDIT;
    for (unsigned at = 0; at < SPIN_CREDIT; at++) {
        ck_assert(spin_worthwhile(&spin));
        ck_assert(!spin_while(&spin, &word, 1));
    }
    ck_assert(!spin_worthwhile(&spin));
}
END_TEST

START_TEST(what_pays_is_gone_on_with) {
    struct spin spin = spin_with(1);
    uint32_t word = 2;
    for (unsigned at = 0; at < 100; at++) ck_assert(spin_while(&spin, &word, 1));
    ck_assert_uint_eq(spin.credit, SPIN_CREDIT);
    /* As often as that it may be in vain. */
    for (unsigned at = 0; at < SPIN_CREDIT; at++) ck_assert(!spin_while(&spin, &word, 2));
    ck_assert(!spin_worthwhile(&spin));
}
END_TEST

START_TEST(short_sleeps_buy_a_try_and_long_ones_do_not) {
    const uint32_t limit = 1u << 30; /* ticks: what happens in a test is short */
    struct spin spin = spin_with(limit);
    spin.credit = 0;
    for (unsigned at = 0; at < 10 * SPIN_PROBE; at++) sleeps(&spin, (uint64_t)limit * (SPIN_SHORT + 1));
    ck_assert(!spin_worthwhile(&spin));
    for (unsigned at = 1; at < SPIN_PROBE; at++) {
        sleeps(&spin, 0);
        ck_assert(!spin_worthwhile(&spin));
    }
    sleeps(&spin, limit);
    ck_assert(spin_worthwhile(&spin));
    ck_assert_uint_eq(spin.credit, 1);
    /* One try, not more, however long it takes to be used. */
    for (unsigned at = 0; at < 10 * SPIN_PROBE; at++) sleeps(&spin, 0);
    ck_assert_uint_eq(spin.credit, 1);
}
END_TEST

START_TEST(who_was_not_asleep_has_nothing_to_learn) {
    struct spin spin = spin_with(1000);
    spin.credit = 0;
    for (unsigned at = 0; at < 10 * SPIN_PROBE; at++) spin_wake(&spin);
    ck_assert(!spin_worthwhile(&spin));
}
END_TEST

TEST_CASES(spin, nobody_looks_where_it_cannot_pay, who_looks_in_vain_gives_up, what_pays_is_gone_on_with,
           short_sleeps_buy_a_try_and_long_ones_do_not, who_was_not_asleep_has_nothing_to_learn)
