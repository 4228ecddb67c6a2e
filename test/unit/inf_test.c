/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * INF files, well-formed, malformed, and damaged at random.
 */
#include "host/inf.h"
#include "test/common/testing.h"

#include <stdlib.h>
#include <string.h>

static char why[160];

static struct inf *parse(const char *text) { return inf_parse(text, strlen(text), why, sizeof why); }

static void value_is(const struct inf *inf, const char *section, const char *key, unsigned index,
                     const char *expected) {
    ck_assert_str_eq(inf_value(inf_find(inf, section, key), index), expected);
}

START_TEST(sections_keys_values_comments_and_strings) {
    struct inf *inf = parse("; a comment\r\n"
                            "[Version] ; another\r\n"
                            "Signature = \"$Windows NT$\"\r\n"
                            "Provider=%Who%\r\n"
                            "Ver = 1 , 2,three  ; end\r\n"
                            "[strings]\r\n"
                            "Who = \"Somebody; \"\"Else\"\"\"\r\n"
                            "[VERSION]\r\n"
                            "More = a\\\r\n b, c\r\n"
                            "bare line, 100%%\r\n");
    ck_assert_msg(inf != NULL, "%s", why);
    value_is(inf, "version", "SIGNATURE", 0, "$Windows NT$");
    value_is(inf, "Version", "Provider", 0, "Somebody; \"Else\"");
    value_is(inf, "Version", "Ver", 1, "2");
    value_is(inf, "Version", "Ver", 2, "three");
    value_is(inf, "Version", "Ver", 3, "");
    value_is(inf, "Version", "More", 1, "c");
    value_is(inf, "Version", "Nothing", 0, "");
    const struct inf_line *line = inf_section(inf, "Version")->lines;
    while (line->key) line = line->next;
    ck_assert_str_eq(inf_value(line, 0), "bare line");
    ck_assert_str_eq(inf_value(line, 1), "100%");
    ck_assert_uint_eq(line->number, 11);
    inf_free(inf);
}
END_TEST

START_TEST(folder_numbers_stay_and_unicode_is_read) {
    static const char text[] = "\xff\xfe[\0S\0]\0\n\0B\0=\0%\0001\0003\0%\0\\\0\xfc\0\n\0";
    struct inf *inf = inf_parse(text, sizeof text - 1, why, sizeof why);
    ck_assert_msg(inf != NULL, "%s", why);
    value_is(inf, "S", "B", 0, "%13%\\\xc3\xbc");
    inf_free(inf);
    inf = parse("\xef\xbb\xbf[S]\nA=1\n");
    value_is(inf, "S", "A", 0, "1");
    inf_free(inf);
}
END_TEST

START_TEST(what_is_wrong_is_named_with_its_line) {
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"A=1\n", "line 1: a line before the first section"},
        {"[S\nA=1\n", "line 1: a section's name is not closed"},
        {"[S]\n\nA=\"1\n", "line 3: a quotation mark is missing"},
        {"[S]\nA=%None%\n", "line 2: a string that [Strings] does not have"},
        {"[S]\nA=50% of it\n", "line 2: a % without its partner"},
        {"[S]\nA=1,2,3,4,5,6,7,8,9\n", "line 2: too many values"},
    };
    for (unsigned at = 0; at < sizeof bad / sizeof *bad; at++) {
        ck_assert_ptr_null(parse(bad[at].text));
        ck_assert_str_eq(why, bad[at].why);
    }
    ck_assert_ptr_null(inf_parse("[S]\0\n", 5, why, sizeof why));
    struct inf *inf = parse("");
    ck_assert_ptr_nonnull(inf);
    ck_assert_ptr_null(inf_section(inf, "S"));
    inf_free(inf);
}
END_TEST

START_TEST(damage_does_no_harm) {
    static const char good[] = "[Version]\nSignature=\"$Windows NT$\"\nProvider=%P%\nA=b\\\nc,\"d\"\"e\",%13%\\f\n"
                               "[Strings]\nP=\"x\" ; y\n";
    static const char odd[] = "\"%[]=,;\\\n\r\t \0\xff\xfe";
    uint64_t state = 1;
    for (unsigned round = 0; round < 20000; round++) {
        char text[sizeof good];
        memcpy(text, good, sizeof good);
        for (unsigned hits = 1 + round % 4; hits; hits--) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            text[(state >> 33) % (sizeof good - 1)] = odd[(state >> 20) % sizeof odd];
        }
        struct inf *inf = inf_parse(text, (state >> 40) % sizeof good, why, sizeof why);
        if (!inf) ck_assert_msg(why[0] != 0, "refused without a reason");
        inf_free(inf);
    }
}
END_TEST

TEST_CASES(inf, sections_keys_values_comments_and_strings, folder_numbers_stay_and_unicode_is_read,
           what_is_wrong_is_named_with_its_line, damage_does_no_harm)
