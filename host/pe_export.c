/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A PE's own exports, by name.
 */
#include "host/pe.h"

#include <stdlib.h>
#include <string.h>

/* "NTDLL.RtlFoo": a function of somebody else's, which here can only be the host. */
static bool forwarder_resolve(struct pe *pe, const char *name, uint32_t rva, void **address) {
    const char *text = pe_text(pe, rva), *dot = text ? strrchr(text, '.') : NULL;
    char module[64];
    if (!dot || dot == text || !dot[1] || (size_t)(dot - text) >= sizeof module)
        return pe_fail(pe, "bad export forwarder of %s", name);
    memcpy(module, text, (size_t)(dot - text));
    module[dot - text] = 0;
    const struct host_export *export = host_export_find(module, dot + 1);
    if (!export) return pe_fail(pe, "forwards its export %s to %s, which the host does not have", name, text);
    *address = export->bound;
    return true;
}

static int compare(const void *left, const void *right) {
    return strcmp(((const struct pe_symbol *)left)->name, ((const struct pe_symbol *)right)->name);
}

static bool symbol_read(struct pe *pe, uint32_t name_rva, uint32_t rva, struct pe_symbol *symbol) {
    const struct pe_directory directory = pe->directories[PE_EXPORT];
    symbol->name = pe_text(pe, name_rva);
    if (!symbol->name) return pe_fail(pe, "corrupt: an export has no name");
    symbol->forwarded = rva - directory.rva < directory.size;
    if (symbol->forwarded) return forwarder_resolve(pe, symbol->name, rva, &symbol->address);
    symbol->address = pe_at(pe, rva, 1);
    if (!symbol->address) return pe_fail(pe, "corrupt: export %s lies outside the sections", symbol->name);
    return true;
}

bool pe_export_list(struct pe *pe, struct pe_symbols *symbols) {
    const struct pe_directory directory = pe->directories[PE_EXPORT];
    if (!directory.size) return true;
    const uint8_t *header = pe_at(pe, directory.rva, 40);
    if (!header) return pe_fail(pe, "corrupt: the export directory is too small");
    uint32_t functions = pe_32(header + 20), names = pe_32(header + 24);
    const uint8_t *function = pe_at(pe, pe_32(header + 28), functions * 4ull);
    const uint8_t *name = pe_at(pe, pe_32(header + 32), names * 4ull);
    const uint8_t *index = pe_at(pe, pe_32(header + 36), names * 2ull);
    if (!names) return true;
    if (!function || !name || !index) return pe_fail(pe, "corrupt: the export tables lie outside the sections");
    symbols->list = calloc(names, sizeof *symbols->list);
    if (!symbols->list) return pe_fail(pe, "out of memory");
    for (uint32_t i = 0; i < names; i++) {
        uint16_t at = pe_16(index + i * 2);
        if (at >= functions) return pe_fail(pe, "corrupt: export %u of %u functions", at, functions);
        if (!symbol_read(pe, pe_32(name + i * 4), pe_32(function + at * 4), &symbols->list[i])) return false;
    }
    symbols->count = names;
    /* They should be sorted, but a name that a search misses would be a strange error. */
    qsort(symbols->list, names, sizeof *symbols->list, compare);
    return true;
}

void pe_export_free(struct pe_symbols *symbols) {
    free(symbols->list);
    *symbols = (struct pe_symbols){0};
}

const struct pe_symbol *pe_export_find(const struct pe_symbols *symbols, const char *name) {
    struct pe_symbol wanted = {.name = name};
    return symbols->count ? bsearch(&wanted, symbols->list, symbols->count, sizeof wanted, compare) : NULL;
}
