/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The export table and the way from a name to its entry.
 */
#include "host/host.h"

#include <pthread.h>
#include <string.h>

/* Only addresses are wanted here, whatever the functions' types: C names of our own for the same symbols. */
#define PLAIN(symbol) extern char address_of_##symbol[] __asm__(#symbol);
#define RAISES(symbol) PLAIN(symbol) extern char stub_of_##symbol[] __asm__("stub_" #symbol);
#define EXPORT(module, name, max_irql, may_fail, fidelity, note) PLAIN(name)
#define EXPORT_DATA(module, name, note) PLAIN(name)
#define EXPORT_RAISES(module, name, max_irql, may_fail, fidelity, note) RAISES(name)
#define EXPORT_AS(module, name, symbol, max_irql, may_fail, fidelity, note) PLAIN(symbol)
#define EXPORT_RAISES_AS(module, name, symbol, max_irql, may_fail, fidelity, note) RAISES(symbol)
#include "host/exports.def"
#undef EXPORT
#undef EXPORT_DATA
#undef EXPORT_RAISES
#undef EXPORT_AS
#undef EXPORT_RAISES_AS

#define ENTRY(module, name, address, bound, max_irql, may_fail, raises, is_data, fidelity, note)                       \
    {#module,  name, address, bound, max_irql, may_fail,        raises,       is_data,                                 \
     fidelity, note, 0,       0,     NULL,     IRQL_NOT_STATED, PASSIVE_LEVEL},

struct host_export host_exports[EXPORT_COUNT] = {
#define EXPORT(m, n, irql, fail, fidelity, note)                                                                       \
    ENTRY(m, #n, address_of_##n, address_of_##n, irql, fail, false, false, fidelity, note)
#define EXPORT_DATA(m, n, note)                                                                                        \
    ENTRY(m, #n, address_of_##n, address_of_##n, HIGH_LEVEL, false, false, true, FIDELITY_FULL, note)
#define EXPORT_RAISES(m, n, irql, fail, fidelity, note)                                                                \
    ENTRY(m, #n, address_of_##n, stub_of_##n, irql, fail, true, false, fidelity, note)
#define EXPORT_AS(m, n, s, irql, fail, fidelity, note)                                                                 \
    ENTRY(m, #n, address_of_##s, address_of_##s, irql, fail, false, false, fidelity, note)
#define EXPORT_RAISES_AS(m, n, s, irql, fail, fidelity, note)                                                          \
    ENTRY(m, #n, address_of_##s, stub_of_##s, irql, fail, true, false, fidelity, note)
#include "host/exports.def"

/* What is documented of them goes over the defaults. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winitializer-overrides"
#define PAGE(symbol, url, highest, lowest, why)                                                                        \
    [EXPORT_##symbol].page = url, [EXPORT_##symbol].documented_irql = highest, [EXPORT_##symbol].min_irql = lowest,
#include "host/export_pages.def"
#pragma clang diagnostic pop
};

#define BUCKETS 1024

/* Names hash to chains of 1 + index; 0 ends one. */
static uint16_t buckets[BUCKETS], chain[EXPORT_COUNT];
static pthread_once_t indexed = PTHREAD_ONCE_INIT;

_Static_assert(EXPORT_COUNT < UINT16_MAX, "chains hold 16-bit indexes");

static unsigned hash_of(const char *name) {
    uint32_t hash = 2166136261u;
    for (; *name; name++) hash = (hash ^ (uint8_t)*name) * 16777619u;
    return (hash ^ hash >> 16) % BUCKETS;
}

static void index_build(void) {
    for (unsigned i = 0; i < EXPORT_COUNT; i++) {
        unsigned bucket = hash_of(host_exports[i].name);
        chain[i] = buckets[bucket];
        buckets[bucket] = (uint16_t)(i + 1);
    }
}

/* "NTOSKRNL.exe" to "ntoskrnl"; a name too long for any module ends up as one that none has. */
static void module_fold(const char *module, char *folded, size_t size) {
    size_t length = strlen(module);
    const char *dot = strrchr(module, '.');
    static const char *const extensions[] = {".exe", ".dll", ".sys"};
    for (unsigned i = 0; dot && i < sizeof extensions / sizeof *extensions; i++)
        if (!strcasecmp(dot, extensions[i])) length = (size_t)(dot - module);
    if (length >= size) length = 0;
    for (size_t i = 0; i < length; i++)
        folded[i] = module[i] >= 'A' && module[i] <= 'Z' ? (char)(module[i] + 32) : module[i];
    folded[length] = 0;
}

static bool is_kernel(const char *module) {
    return !strcmp(module, "ntoskrnl") || !strcmp(module, "hal") || !strcmp(module, "ndis");
}

/* What the kernel and the system's user-mode libraries have in common: the runtime, exceptions above all. */
static bool is_runtime(const struct host_export *export) {
    static const char *const names[] = {"__C_specific_handler", "memcpy", "memmove", "memset", "memcmp"};
    if (strcmp(export->module, "ntoskrnl")) return false;
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(export->name, names[i])) return true;
    return !strncmp(export->name, "Rtl", 3);
}

static bool module_has(const char *asked, const struct host_export *export) {
    static const char *const runtimes[] = {"ntdll", "kernel32", "kernelbase", "vcruntime140", "msvcrt", "ucrtbase"};
    const char *module = export->module;
    if (!strcmp(asked, module)) return true;
    if (!strncmp(asked, "api-ms-win-", 11)) return !is_kernel(module) || is_runtime(export);
    if (!strcmp(asked, "kernelbase") && (!strcmp(module, "kernel32") || !strcmp(module, "advapi32"))) return true;
    for (unsigned i = 0; i < sizeof runtimes / sizeof *runtimes; i++)
        if (!strcmp(asked, runtimes[i])) return is_runtime(export);
    /* Drivers may take what the HAL once had from either. */
    if (!strcmp(asked, "hal")) return !strcmp(module, "ntoskrnl");
    return !strcmp(asked, "ntoskrnl") && !strcmp(module, "hal");
}

struct host_export *host_export_find(const char *module, const char *name) {
    char asked[64];
    pthread_once(&indexed, index_build);
    module_fold(module, asked, sizeof asked);
    struct host_export *found = NULL;
    for (unsigned i = buckets[hash_of(name)]; i; i = chain[i - 1]) {
        struct host_export *export = &host_exports[i - 1];
        if (strcmp(export->name, name) || !module_has(asked, export)) continue;
        if (!found || !strcmp(asked, export->module)) found = export;
    }
    return found;
}
