/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A parsed PE's memory: one reservation, its sections copied in, moved to where it lies, and protected.
 */
#include "host/pe.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static size_t pages(size_t size) { return (size + PE_PAGE - 1) & ~(size_t)(PE_PAGE - 1); }

bool pe_map(struct pe *pe) {
    /* A whole reservation, so that nothing else moves into the gaps: a stray pointer there must fault. */
    void *base = mmap(NULL, pages(pe->size), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) return pe_fail(pe, "no memory for its 0x%x bytes: %s", pe->size, strerror(errno));
    pe->base = base;
    if (mprotect(pe->base, pages(pe->headers), PROT_READ | PROT_WRITE))
        return pe_fail(pe, "mprotect: %s", strerror(errno));
    memcpy(pe->base, pe->file, pe->headers);
    for (unsigned i = 0; i < pe->section_count; i++) {
        const struct pe_section *section = &pe->sections[i];
        if (mprotect(pe->base + section->rva, pages(section->size), PROT_READ | PROT_WRITE))
            return pe_fail(pe, "mprotect: %s", strerror(errno));
        memcpy(pe->base + section->rva, pe->file + section->offset, section->stored);
    }
    return true;
}

static bool relocate_block(struct pe *pe, uint32_t page, const uint8_t *entries, uint32_t count, uint64_t delta) {
    for (uint32_t i = 0; i < count; i++) {
        uint16_t entry = pe_16(entries + i * 2), type = entry >> 12;
        uint32_t rva = page + (entry & 0xfff);
        if (type == 0) continue; /* padding */
        if (type != 10) return pe_fail(pe, "bad relocation: type %u at 0x%x; x86-64 has type 10 only", type, rva);
        uint8_t *at = rva < page ? NULL : pe_at(pe, rva, 8);
        if (!at) return pe_fail(pe, "bad relocation: 0x%x lies outside the sections", rva);
        uint64_t value = pe_64(at) + delta;
        memcpy(at, &value, sizeof value);
    }
    return true;
}

bool pe_relocate(struct pe *pe) {
    uint64_t delta = (uint64_t)(uintptr_t)pe->base - pe->preferred_base;
    struct pe_directory directory = pe->directories[PE_BASERELOC];
    const uint8_t *at = directory.size ? pe_at(pe, directory.rva, directory.size) : NULL;
    for (uint32_t left = at ? directory.size : 0; left;) {
        uint32_t size = left >= 8 ? pe_32(at + 4) : 0;
        if (size < 8 || size > left || size % 2)
            return pe_fail(pe, "bad relocation: a block of %u bytes with %u bytes left", size, left);
        if (!relocate_block(pe, pe_32(at), at + 8, (size - 8) / 2, delta)) return false;
        at += size;
        left -= size;
    }
    return true;
}

bool pe_protect(struct pe *pe) {
    if (mprotect(pe->base, pages(pe->headers), PROT_READ)) return pe_fail(pe, "mprotect: %s", strerror(errno));
    for (unsigned i = 0; i < pe->section_count; i++) {
        const struct pe_section *section = &pe->sections[i];
        int protection =
            (section->read ? PROT_READ : 0) | (section->write ? PROT_WRITE : 0) | (section->execute ? PROT_EXEC : 0);
        if (mprotect(pe->base + section->rva, pages(section->size), protection))
            return pe_fail(pe, "section %s cannot be protected: %s", section->name, strerror(errno));
    }
    return true;
}

/* INIT and the like; not what the loader itself still reads. */
void pe_discard(struct pe *pe) {
    for (unsigned i = 0; i < pe->section_count; i++) {
        const struct pe_section *section = &pe->sections[i];
        if (section->discardable && (section->execute || !strncmp(section->name, "INIT", 4)))
            mprotect(pe->base + section->rva, pages(section->size), PROT_NONE);
    }
}

bool pe_is_pageable(const struct pe_section *section) { return !strncmp(section->name, "PAGE", 4); }

bool pe_is_paged(const struct pe_section *section) {
    return pe_is_pageable(section) && !__atomic_load_n(&section->locked, __ATOMIC_RELAXED);
}

void pe_paged_access(struct pe *pe, bool accessible) {
    for (unsigned i = 0; i < pe->section_count; i++) {
        const struct pe_section *section = &pe->sections[i];
        int protection =
            (section->read ? PROT_READ : 0) | (section->write ? PROT_WRITE : 0) | (section->execute ? PROT_EXEC : 0);
        if (pe_is_paged(section))
            mprotect(pe->base + section->rva, pages(section->size), accessible ? protection : PROT_NONE);
    }
}

void pe_unmap(struct pe *pe) {
    if (pe->base) munmap(pe->base, pages(pe->size));
    pe->base = NULL;
}
