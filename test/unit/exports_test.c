/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The export table against what is known of the functions' documentation (tools/gen_export_pages.py).
 */
#include "host/host.h"
#include "test/common/testing.h"

#include <string.h>

static bool is_kernel(const struct host_export *export) {
    static const char *const modules[] = {"ntoskrnl", "hal", "ndis", "netio", "fwpkclnt", "cng"};
    for (unsigned i = 0; i < sizeof modules / sizeof *modules; i++)
        if (!strcmp(export->module, modules[i])) return true;
    return false;
}

START_TEST(every_export_has_a_documentation_page_or_a_reason) {
    for (unsigned i = 0; i < EXPORT_COUNT; i++) {
        const struct host_export *export = &host_exports[i];
        ck_assert_msg(export->page, "%s!%s: run tools/gen_export_pages.py", export->module, export->name);
        ck_assert_msg(!*export->page || !strncmp(export->page, "https://learn.microsoft.com/", 28), "%s", export->page);
    }
}
END_TEST

START_TEST(every_export_is_limited_to_its_documented_irql_unless_its_note_says_why_not) {
    for (unsigned i = 0; i < EXPORT_COUNT; i++) {
        const struct host_export *export = &host_exports[i];
        ck_assert_msg(export->documented_irql == IRQL_NOT_STATED || export->documented_irql == export->max_irql ||
                          export->is_data || strstr(export->note, "IRQL"),
                      "%s!%s: up to %u in the table, %u in its documentation", export->module, export->name,
                      export->max_irql, export->documented_irql);
        ck_assert_uint_le(export->min_irql, export->max_irql);
        ck_assert(is_kernel(export) || export->max_irql == PASSIVE_LEVEL || export->is_data);
    }
}
END_TEST

TEST_CASES(exports, every_export_has_a_documentation_page_or_a_reason,
           every_export_is_limited_to_its_documented_irql_unless_its_note_says_why_not)
