/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Headers and sections of a PE file, checked against the file.
 *
 * Stricter than Windows where real linkers never differ: a rule that no honest file breaks costs nothing, and tells a
 * damaged one.
 */
#include "host/pe.h"

#include <stdarg.h>
#include <string.h>

#define SIZE_LIMIT (256u << 20)
#define OPTIONAL_FIXED 112u /* of PE32+, in front of the directories */

bool pe_fail(struct pe *pe, const char *format, ...) {
    va_list arguments;
    int length = snprintf(pe->why, pe->why_size, "%s: ", pe->name);
    if (length < 0 || (size_t)length >= pe->why_size) return false;
    va_start(arguments, format);
    vsnprintf(pe->why + length, pe->why_size - (size_t)length, format, arguments);
    va_end(arguments);
    return false;
}

#if defined(__x86_64__)
#define PE_MACHINE 0x8664
#else
#define PE_MACHINE 0xaa64
#endif

static const char *machine_name(uint16_t machine) {
    switch (machine) {
    case 0x014c: return "x86";
    case 0x01c4: return "ARM";
    case 0xaa64: return "ARM64";
    case 0x8664: return "x86-64";
    default: return "unknown";
    }
}

/* The checksum is a sum of 16-bit words with the carry added back, over all but the checksum itself, plus the size. */
static uint32_t checksum_of(const uint8_t *file, size_t size, size_t field) {
    uint32_t sum = 0;
    for (size_t at = 0; at < size; at += 2) {
        if (at == field || at == field + 2) continue;
        sum += at + 1 < size ? pe_16(file + at) : file[at];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum + (uint32_t)size;
}

static bool file_header(struct pe *pe, uint32_t at, uint32_t *optional, uint32_t *table) {
    const uint8_t *header = pe->file + at;
    uint16_t machine = pe_16(header + 4), size = pe_16(header + 20), flags = pe_16(header + 22);
    *optional = at + 24;
    *table = *optional + size;
    pe->section_count = pe_16(header + 6);
    if (machine != PE_MACHINE)
        return pe_fail(pe, "is made for machine 0x%04x (%s), the host runs 0x%04x (%s) only", machine,
                       machine_name(machine), PE_MACHINE, machine_name(PE_MACHINE));
    if (size < OPTIONAL_FIXED || *table > pe->file_size)
        return pe_fail(pe, "truncated or corrupt: the optional header (%u bytes) does not fit", size);
    if (!pe->section_count || pe->section_count > PE_SECTIONS_MAX)
        return pe_fail(pe, "has %u sections, allowed are 1 to %u", pe->section_count, PE_SECTIONS_MAX);
    if (pe->section_count * 40u > pe->file_size - *table)
        return pe_fail(pe, "truncated: the section table does not fit");
    if (!(flags & 0x0002)) return pe_fail(pe, "is not an executable image (an object file, or a failed link)");
    if (flags & 0x0001) return pe_fail(pe, "has no relocations and so cannot be loaded at any address");
    pe->is_dll = flags & 0x2000;
    return true;
}

static bool optional_header(struct pe *pe, uint32_t at, uint32_t size) {
    const uint8_t *header = pe->file + at;
    uint16_t magic = pe_16(header);
    if (magic == 0x10b) return pe_fail(pe, "is a 32-bit image (PE32); the host runs 64-bit ones (PE32+)");
    if (magic != 0x20b) return pe_fail(pe, "corrupt: the optional header begins with 0x%04x, not 0x020b", magic);
    pe->entry = pe_32(header + 16);
    pe->preferred_base = pe_64(header + 24);
    pe->alignment = pe_32(header + 32);
    pe->size = pe_32(header + 56);
    pe->headers = pe_32(header + 60);
    pe->checksum = pe_32(header + 64);
    uint32_t file_alignment = pe_32(header + 36), count = pe_32(header + 108);
    uint16_t subsystem = pe_16(header + 68);
    if (pe->alignment < PE_PAGE || pe->alignment > (1u << 21) || pe->alignment & (pe->alignment - 1))
        return pe_fail(pe, "section alignment 0x%x is not a power of two from a page to 2 MiB", pe->alignment);
    if (file_alignment < 512 || file_alignment > 65536 || file_alignment & (file_alignment - 1))
        return pe_fail(pe, "file alignment 0x%x is not a power of two from 512 to 64 KiB", file_alignment);
    if (!pe->size || pe->size > SIZE_LIMIT || pe->size % pe->alignment)
        return pe_fail(pe, "image size 0x%x is zero, above 256 MiB or not a multiple of the section alignment",
                       pe->size);
    if (pe->headers > pe->file_size || pe->headers > pe->size)
        return pe_fail(pe, "truncated or corrupt: headers of 0x%x bytes lie outside the file", pe->headers);
    if (pe->preferred_base % 65536) return pe_fail(pe, "corrupt: the preferred base is not a multiple of 64 KiB");
    if (subsystem < 1 || subsystem > 3) return pe_fail(pe, "is for subsystem %u; known are 1, 2 and 3", subsystem);
    pe->is_native = subsystem == 1;
    if (count > PE_DIRECTORIES || count * 8 > size - OPTIONAL_FIXED)
        return pe_fail(pe, "corrupt: %u data directories do not fit into the optional header", count);
    for (uint32_t i = 0; i < count; i++) {
        pe->directories[i].rva = pe_32(header + OPTIONAL_FIXED + i * 8);
        pe->directories[i].size = pe_32(header + OPTIONAL_FIXED + i * 8 + 4);
    }
    if (pe->checksum) {
        uint32_t is = checksum_of(pe->file, pe->file_size, at + 64);
        if (is != pe->checksum)
            return pe_fail(pe, "truncated or corrupt: its checksum is 0x%08x, its contents give 0x%08x", pe->checksum,
                           is);
    }
    return true;
}

static bool section_read(struct pe *pe, struct pe_section *section, const uint8_t *header) {
    for (unsigned i = 0; i < 8 && header[i]; i++)
        section->name[i] = header[i] > ' ' && header[i] < 127 ? (char)header[i] : '?';
    uint32_t flags = pe_32(header + 36);
    section->size = pe_32(header + 8);
    section->rva = pe_32(header + 12);
    section->stored = pe_32(header + 16);
    section->offset = pe_32(header + 20);
    section->execute = flags & 0x20000000u;
    section->read = flags & 0x40000000u || section->execute;
    section->write = flags & 0x80000000u;
    section->discardable = flags & 0x02000000u;
    if (!section->size) section->size = section->stored;
    if (!section->size) return pe_fail(pe, "section %s is empty", section->name);
    if ((uint64_t)section->offset + section->stored > pe->file_size)
        return pe_fail(pe, "section %s lies outside the file (bytes 0x%x to 0x%llx of 0x%zx): truncated", section->name,
                       section->offset, (unsigned long long)section->offset + section->stored, pe->file_size);
    if (section->stored && section->offset < pe->headers)
        return pe_fail(pe, "section %s overlaps the headers in the file", section->name);
    if (section->rva % pe->alignment) return pe_fail(pe, "section %s is not aligned", section->name);
    if ((uint64_t)section->rva + section->size > pe->size)
        return pe_fail(pe, "section %s lies outside the image", section->name);
    if (section->write && section->execute) return pe_fail(pe, "section %s is writable and executable", section->name);
    return true;
}

/* In memory sections must ascend; in the file they may come in any order. */
static bool sections_apart(struct pe *pe) {
    uint64_t end = pe->headers;
    const char *before = "the headers";
    for (unsigned i = 0; i < pe->section_count; i++) {
        struct pe_section *section = &pe->sections[i];
        if (section->rva < end) return pe_fail(pe, "section %s overlaps %s in memory", section->name, before);
        end = (uint64_t)section->rva + section->size;
        before = section->name;
        for (unsigned j = 0; j < i; j++) {
            const struct pe_section *other = &pe->sections[j];
            if (section->stored && other->stored && section->offset < (uint64_t)other->offset + other->stored &&
                other->offset < (uint64_t)section->offset + section->stored)
                return pe_fail(pe, "section %s overlaps %s in the file", section->name, other->name);
        }
        /* What is stored beyond the size in memory is padding. */
        if (section->stored > section->size) section->stored = section->size;
    }
    return true;
}

static bool directories_check(struct pe *pe) {
    static const struct {
        enum pe_directory_index index;
        const char *name;
    } known[] = {{PE_EXPORT, "export"},       {PE_IMPORT, "import"},        {PE_RESOURCE, "resource"},
                 {PE_EXCEPTION, "exception"}, {PE_BASERELOC, "relocation"}, {PE_LOAD_CONFIG, "load configuration"}};
    if (pe->directories[PE_TLS].rva) return pe_fail(pe, "has thread-local storage, which the host does not support");
    if (pe->directories[PE_CLR].rva) return pe_fail(pe, "is a .NET image, which the host does not support");
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        struct pe_directory *directory = &pe->directories[known[i].index];
        if (!directory->rva) {
            directory->size = 0;
            continue;
        }
        if (!pe_section_of(pe, directory->rva, directory->size ? directory->size : 1))
            return pe_fail(pe, "corrupt: the %s directory lies outside the sections", known[i].name);
    }
    return true;
}

static bool entry_check(struct pe *pe) {
    if (!pe->entry) {
        if (!pe->is_dll) return pe_fail(pe, "has no entry point");
        return true; /* a library need not have one */
    }
    const struct pe_section *section = pe_section_of(pe, pe->entry, 1);
    if (!section || !section->execute)
        return pe_fail(pe, "bad entry point: 0x%x is not in an executable section", pe->entry);
    return true;
}

bool pe_parse(struct pe *pe) {
    uint32_t at, optional, table;
    if (pe->file_size < 2 || pe_16(pe->file) != 0x5a4d) return pe_fail(pe, "is not a PE image (no MZ header)");
    if (pe->file_size < 64) return pe_fail(pe, "truncated: %zu bytes are less than the smallest header", pe->file_size);
    at = pe_32(pe->file + 60);
    if (at % 4 || at < 64 || (uint64_t)at + 24 > pe->file_size)
        return pe_fail(pe, "truncated or corrupt: the PE header at 0x%x lies outside the file", at);
    if (pe_32(pe->file + at) != 0x00004550) return pe_fail(pe, "is not a PE image (no PE signature at 0x%x)", at);
    if (!file_header(pe, at, &optional, &table)) return false;
    if (!optional_header(pe, optional, table - optional)) return false;
    if (table + pe->section_count * 40u > pe->headers)
        return pe_fail(pe, "corrupt: the section table lies outside the headers");
    for (unsigned i = 0; i < pe->section_count; i++)
        if (!section_read(pe, &pe->sections[i], pe->file + table + i * 40u)) return false;
    return sections_apart(pe) && directories_check(pe) && entry_check(pe);
}

const struct pe_section *pe_section_of(const struct pe *pe, uint32_t rva, uint64_t size) {
    for (unsigned i = 0; i < pe->section_count; i++) {
        const struct pe_section *section = &pe->sections[i];
        if (rva >= section->rva && size <= section->size && rva - section->rva <= section->size - size) return section;
    }
    return NULL;
}

void *pe_at(const struct pe *pe, uint32_t rva, uint64_t size) {
    const struct pe_section *section = pe_section_of(pe, rva, size);
    return section && section->read ? pe->base + rva : NULL;
}

const char *pe_text(const struct pe *pe, uint32_t rva) {
    const struct pe_section *section = pe_section_of(pe, rva, 1);
    if (!section || !section->read) return NULL;
    const char *text = (const char *)pe->base + rva;
    size_t room = section->size - (rva - section->rva);
    if (room > 512) room = 512;
    for (size_t i = 0; i < room; i++) {
        if (!text[i]) return i ? text : NULL;
        if (text[i] < 33 || text[i] > 126) return NULL;
    }
    return NULL;
}
