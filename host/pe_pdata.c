/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The exception directory, checked once at load, so that the unwinder may follow it blindly.
 */
#include "host/pe.h"
#include "host/seh.h"

#if defined(__x86_64__) /* for ARM64: host/arm64/unwind.c */
#define CHAIN_LIMIT 32

static bool unwind_info_check(struct pe *pe, uint32_t rva, uint32_t function, unsigned depth) {
    const uint8_t *info = rva % 4 ? NULL : pe_at(pe, rva, 4);
    if (!info) return pe_fail(pe, "corrupt: the unwind data of 0x%x lies outside the sections", function);
    unsigned version = info[0] & 7, flags = info[0] >> 3, count = info[2];
    if (version != 1 && version != 2) return pe_fail(pe, "unwind data of 0x%x has version %u", function, version);
    uint32_t tail = rva + 4 + (count + 1u) / 2 * 4;
    uint32_t behind = flags & UNWIND_CHAINED ? 12 : flags & (UNWIND_EXCEPTION | UNWIND_TERMINATION) ? 4 : 0;
    if (!pe_at(pe, rva, tail - rva + behind))
        return pe_fail(pe, "corrupt: the unwind data of 0x%x lies outside the sections", function);
    for (unsigned i = 0; i < count;) {
        unsigned slots = seh_code_slots(version, info[5 + i * 2]);
        if (!slots || slots > count - i)
            return pe_fail(pe, "corrupt: bad unwind code in the unwind data of 0x%x", function);
        i += slots;
    }
    const uint8_t *last = pe->base + tail;
    if (flags & UNWIND_CHAINED) {
        if (depth == CHAIN_LIMIT)
            return pe_fail(pe, "corrupt: the unwind data of 0x%x is chained without end", function);
        return unwind_info_check(pe, pe_32(last + 8), function, depth + 1);
    }
    if (behind) {
        const struct pe_section *section = pe_section_of(pe, pe_32(last), 1);
        if (!section || !section->execute)
            return pe_fail(pe, "corrupt: the exception handler of 0x%x is no code", function);
    }
    return true;
}

bool pe_check_functions(struct pe *pe) {
    struct pe_directory directory = pe->directories[PE_EXCEPTION];
    if (directory.size % 12 || directory.rva % 4)
        return pe_fail(pe, "corrupt: the exception directory has 0x%x bytes", directory.size);
    const uint8_t *at = directory.size ? pe_at(pe, directory.rva, directory.size) : NULL;
    uint32_t before = 0;
    for (uint32_t i = 0; at && i < directory.size / 12; i++, at += 12) {
        uint32_t begin = pe_32(at), end = pe_32(at + 4);
        const struct pe_section *section = begin < end ? pe_section_of(pe, begin, end - begin) : NULL;
        if (begin < before || !section || !section->execute)
            return pe_fail(pe, "corrupt: entry %u of the exception directory (0x%x to 0x%x) is out of order or no code",
                           i, begin, end);
        if (!unwind_info_check(pe, pe_32(at + 8), begin, 0)) return false;
        before = end;
    }
    return true;
}
#endif
