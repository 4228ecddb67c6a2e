/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The inside of the image loader. Nothing of a file is believed: pe_parse.c checks headers and sections against the
 * file, and everything behind them is reached through pe_at, which checks it against the sections.
 */
#ifndef HOST_PE_H
#define HOST_PE_H

#include "host/image.h"

#define PE_SECTIONS_MAX 96
#define PE_PAGE 4096u

enum pe_directory_index {
    PE_EXPORT = 0,
    PE_IMPORT = 1,
    PE_RESOURCE = 2,
    PE_EXCEPTION = 3,
    PE_BASERELOC = 5,
    PE_TLS = 9,
    PE_LOAD_CONFIG = 10,
    PE_DELAY_IMPORT = 13,
    PE_CLR = 14,
    PE_DIRECTORIES = 16,
};

struct pe_directory {
    uint32_t rva, size;
};

struct pe_section {
    char name[9];
    uint32_t rva, size;      /* in memory */
    uint32_t offset, stored; /* in the file */
    bool read, write, execute;
    bool discardable; /* only for the start */
    int locked;       /* atomic: how often, if it is pageable */
};

struct pe {
    const char *name; /* for messages */
    char *why;
    size_t why_size;
    uint8_t *file; /* the file as read; gone after the load */
    size_t file_size;
    uint64_t preferred_base;
    uint32_t size, headers, entry, alignment, checksum;
    bool is_dll, is_native; /* native: of the kernel's subsystem */
    unsigned section_count;
    struct pe_section sections[PE_SECTIONS_MAX];
    struct pe_directory directories[PE_DIRECTORIES];
    uint8_t *base; /* the mapping */
};

struct pe_symbol {
    const char *name; /* in the image */
    void *address;
    bool forwarded; /* not in this image */
};

struct pe_symbols {
    struct pe_symbol *list; /* sorted by name */
    uint32_t count;
};

/* Writes the cause and returns false. */
bool pe_fail(struct pe *pe, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline uint16_t pe_16(const void *at) {
    uint16_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
}
static inline uint32_t pe_32(const void *at) {
    uint32_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
}
static inline uint64_t pe_64(const void *at) {
    uint64_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
}

/* pe_parse.c */
bool pe_parse(struct pe *pe);
/* The section in which all `size` bytes at the address lie, NULL if there is none. */
const struct pe_section *pe_section_of(const struct pe *pe, uint32_t rva, uint64_t size);
void *pe_at(const struct pe *pe, uint32_t rva, uint64_t size);
/* A printable text that ends in its section; NULL otherwise. */
const char *pe_text(const struct pe *pe, uint32_t rva);

/* pe_map.c */
bool pe_map(struct pe *pe); /* leaves everything writable */
bool pe_relocate(struct pe *pe);
bool pe_protect(struct pe *pe);
void pe_unmap(struct pe *pe);
void pe_discard(struct pe *pe);                        /* what was only for the start */
bool pe_is_pageable(const struct pe_section *section); /* by its name */
bool pe_is_paged(const struct pe_section *section);    /* and not locked */
void pe_paged_access(struct pe *pe, bool accessible);

/* pe_import.c, pe_config.c, pe_export.c, pe_pdata.c */
bool pe_bind(struct pe *pe);
bool pe_configure(struct pe *pe);       /* load configuration */
bool pe_check_functions(struct pe *pe); /* the exception directory */
bool pe_export_list(struct pe *pe, struct pe_symbols *symbols);
void pe_export_free(struct pe_symbols *symbols);
const struct pe_symbol *pe_export_find(const struct pe_symbols *symbols, const char *name);

/* Of a loaded PE: its function table; NULL for native images. */
const RUNTIME_FUNCTION *image_functions(const struct image *image, uint32_t *count);
size_t image_size(const struct image *image);
bool image_is_code(const struct image *image, const void *address); /* in an executable section */

#endif
