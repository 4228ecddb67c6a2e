/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Imports of a PE, bound to the export table by name.
 */
#include "host/pe.h"

#include <string.h>

struct missing {
    const char *module, *name; /* the first one */
    uint16_t ordinal;
    unsigned count;
};

static void missing_add(struct missing *missing, const char *module, const char *name, uint16_t ordinal) {
    if (missing->count++) return;
    missing->module = module;
    missing->name = name;
    missing->ordinal = ordinal;
}

/* One function: `value` is what the lookup table says, `slot` where its address goes. */
static bool bind_one(struct pe *pe, const char *module, uint64_t value, void *slot, struct missing *missing) {
    if (value >> 63) {
        missing_add(missing, module, NULL, (uint16_t)value);
        return true;
    }
    if (value >> 31 || value > UINT32_MAX - 2)
        return pe_fail(pe, "corrupt: a bad import of %s (0x%llx)", module, (unsigned long long)value);
    const char *name = pe_text(pe, (uint32_t)value + 2); /* behind a hint for Windows' own tables */
    if (!name) return pe_fail(pe, "corrupt: an import of %s has no name", module);
    const struct host_export *export = host_export_find(module, name);
    if (!export)
        missing_add(missing, module, name, 0);
    else
        memcpy(slot, &export->bound, sizeof export->bound);
    return true;
}

static bool bind_module(struct pe *pe, const uint8_t *descriptor, struct missing *missing) {
    const char *module = pe_text(pe, pe_32(descriptor + 12));
    uint32_t slots = pe_32(descriptor + 16), names = pe_32(descriptor) ? pe_32(descriptor) : slots;
    if (!module) return pe_fail(pe, "corrupt: an import descriptor has no module name");
    for (;; names += 8, slots += 8) {
        const uint8_t *name = names > UINT32_MAX - 8 ? NULL : pe_at(pe, names, 8);
        uint8_t *slot = slots > UINT32_MAX - 8 ? NULL : pe_at(pe, slots, 8);
        if (!name || !slot) return pe_fail(pe, "corrupt: the imports of %s lie outside the sections", module);
        uint64_t value = pe_64(name);
        if (!value) return true;
        if (!bind_one(pe, module, value, slot, missing)) return false;
    }
}

/* The kernel has nobody who would load a module at the first call. Programs have: their helper is code of their own, and
 * ends in LoadLibrary and GetProcAddress. */
static bool delay_check(struct pe *pe) {
    struct pe_directory directory = pe->directories[PE_DELAY_IMPORT];
    if (!directory.rva || !pe->is_native) return true;
    const uint8_t *descriptor = pe_at(pe, directory.rva, 32);
    const char *module = descriptor ? pe_text(pe, pe_32(descriptor + 4)) : NULL;
    return pe_fail(pe, "loads imports of %s late, which the host does not support for drivers",
                   module && *module ? module : "an unnamed module");
}

bool pe_bind(struct pe *pe) {
    struct missing missing = {0};
    struct pe_directory directory = pe->directories[PE_IMPORT];
    if (!delay_check(pe)) return false;
    /* The directory ends with an empty descriptor; its size field is not to be relied on. */
    for (uint32_t rva = directory.rva; rva; rva += 20) {
        const uint8_t *descriptor = rva > UINT32_MAX - 20 ? NULL : pe_at(pe, rva, 20);
        if (!descriptor) return pe_fail(pe, "corrupt: the import directory does not end");
        if (!pe_32(descriptor + 12) && !pe_32(descriptor + 16)) break;
        if (!bind_module(pe, descriptor, &missing)) return false;
    }
    char more[64] = "";
    if (missing.count > 1) snprintf(more, sizeof more, " (and %u more)", missing.count - 1);
    if (missing.count && missing.name)
        return pe_fail(pe, "imports %s!%s, which the host does not have%s", missing.module, missing.name, more);
    if (missing.count)
        return pe_fail(pe, "imports %s by ordinal %u, which the host does not have%s", missing.module, missing.ordinal,
                       more);
    return true;
}
