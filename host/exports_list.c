/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The export table for people: plain lines, or docs/exports.md.
 */
#include "host/host.h"

#include <string.h>

static const char *const fidelities[] = {"full", "partial", "none"};

static const char *irql_name(KIRQL irql) {
    switch (irql) {
    case PASSIVE_LEVEL: return "PASSIVE_LEVEL";
    case APC_LEVEL: return "APC_LEVEL";
    case DISPATCH_LEVEL: return "DISPATCH_LEVEL";
    case HIGH_LEVEL: return "any";
    default: return "DIRQL";
    }
}

static void list_plain(void) {
    for (unsigned i = 0; i < EXPORT_COUNT; i++) {
        const struct host_export *export = &host_exports[i];
        printf("%-10s %-48s irql<=%-2u %-8s %-7s %s%s%s\n", export->module, export->name, export->max_irql,
               export->may_fail ? "may-fail" : "-", fidelities[export->fidelity], export->note,
               *export->note ? "  " : "", export->page ? export->page : "-");
    }
}

static void list_row(const struct host_export *export) {
    if (export->page && *export->page)
        printf("| [%s](%s) | ", export->name, export->page);
    else
        printf("| %s | ", export->name);
    if (export->is_data) {
        printf("data | ");
    } else {
        const char *bound = export->min_irql == export->max_irql || export->max_irql == HIGH_LEVEL ? "" : "≤ ";
        if (export->min_irql == PASSIVE_LEVEL)
            printf("%s%s | ", bound, irql_name(export->max_irql));
        else
            printf("%s %s | ", export->min_irql == export->max_irql ? "=" : "≥", irql_name(export->min_irql));
    }
    printf("%s | %s | %s |\n", export->may_fail ? "yes" : "", fidelities[export->fidelity], export->note);
}

/* A table for each module, in the order in which the modules come up first. */
static void list_markdown(void) {
    /* In two pieces, so that licence checkers read only this file's own lines. */
    printf("<!--\nSPDX%s 2026 The Warren Authors\nSPDX%s MIT\n-->\n", "-FileCopyrightText:", "-License-Identifier:");
    printf(
        "# What images may import\n\n"
        "This is the host's own table, as `warren-host --list-exports --markdown` prints it. IRQL: where a caller may\n"
        "be; the host enforces it. May fail: in the documented way, when faults are injected. Fidelity: *full* "
        "behaves\n"
        "as documented, *partial* does less, *none* resolves and fails when called; the note says what is missing.\n");
    for (unsigned i = 0; i < EXPORT_COUNT; i++) {
        const char *module = host_exports[i].module;
        unsigned first = 0;
        while (strcmp(host_exports[first].module, module)) first++;
        if (first != i) continue;
        printf("\n## %s\n\n| Name | IRQL | May fail | Fidelity | Note |\n| --- | --- | --- | --- | --- |\n", module);
        for (unsigned j = i; j < EXPORT_COUNT; j++)
            if (!strcmp(host_exports[j].module, module)) list_row(&host_exports[j]);
    }
}

void host_export_list(bool markdown) {
    if (markdown)
        list_markdown();
    else
        list_plain();
}
