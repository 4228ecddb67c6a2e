/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Malformed images, made from a good one. Each must be refused with a line that names the file and the cause.
 */
#include "test/common/testing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/pe.h"

static uint8_t *good;
static size_t good_size;
static char folder[] = "/tmp/pe-test-XXXXXX", file[64];

static void begin(void) {
    char path[4096];
    const char *named = getenv("WARREN_TEST_SEH");
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);
    ck_assert_int_gt(length, 0);
    path[length] = 0;
    strcpy(strrchr(path, '/'), "/../win-x64/test/seh.sys");
    FILE *from = fopen(named ? named : path, "rb");
    ck_assert_msg(from != NULL, "%s is missing", path);
    good = malloc(1 << 20);
    good_size = fread(good, 1, 1 << 20, from);
    fclose(from);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/bad.sys", folder);
}

static void end(void) {
    unlink(file);
    rmdir(folder);
    free(good);
}

static void put(const void *bytes, size_t size) {
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
    close(fd);
}

static void refused(const void *bytes, size_t size, const char *cause) {
    char why[512] = "";
    put(bytes, size);
    struct image *image = image_load(file, why, sizeof why);
    ck_assert_msg(image == NULL, "loaded, although: %s", cause);
    ck_assert_msg(!strncmp(why, "bad.sys: ", 9), "'%s' does not name the file", why);
    ck_assert_msg(strstr(why, cause) != NULL, "'%s' does not say '%s'", why, cause);
    ck_assert_ptr_null(strchr(why, '\n'));
}

/* --- places in the file ------------------------------------------------------------------------------------------ */

static size_t header(void) { return pe_32(good + 60); }
static size_t optional(void) { return header() + 24; }
static size_t section_header(const char *name) {
    size_t at = optional() + pe_16(good + header() + 20);
    for (unsigned i = 0; i < pe_16(good + header() + 6); i++, at += 40)
        if (!strncmp((char *)good + at, name, 8)) return at;
    ck_abort_msg("no section %s", name);
}
static size_t directory(unsigned index) { return optional() + 112 + index * 8; }
static size_t offset_of(uint32_t rva) {
    size_t at = optional() + pe_16(good + header() + 20);
    for (unsigned i = 0; i < pe_16(good + header() + 6); i++, at += 40)
        if (rva >= pe_32(good + at + 12) && rva - pe_32(good + at + 12) < pe_32(good + at + 16))
            return rva - pe_32(good + at + 12) + pe_32(good + at + 20);
    ck_abort_msg("0x%x is not in the file", rva);
}
static size_t inside(unsigned index) { return offset_of(pe_32(good + directory(index))); }

/* The good image with `size` bytes of `value` at the place, and no checksum that would tell first. */
static void changed(size_t at, uint64_t value, unsigned size, const char *cause) {
    uint8_t *copy = malloc(good_size);
    memcpy(copy, good, good_size);
    memset(copy + optional() + 64, 0, 4);
    ck_assert_uint_le(at + size, good_size);
    memcpy(copy + at, &value, size);
    refused(copy, good_size, cause);
    free(copy);
}

START_TEST(the_good_image_loads_and_its_parts_are_where_they_should) {
    char why[512] = "", text[256];
    begin();
    put(good, good_size);
    struct image *image = image_load(file, why, sizeof why);
    ck_assert_msg(image != NULL, "%s", why);
    uint8_t *symbol = image_symbol(image, "SehRaise");
    ck_assert_ptr_nonnull(symbol);
    ck_assert_ptr_null(image_symbol(image, "SehNothing"));
    ck_assert_ptr_eq(image_find(symbol), image);
    ck_assert_ptr_null(image_find(&image));
    ck_assert(image_is_code(image, image_entry(image)));
    ck_assert(!image_is_native(image));
    image_describe(symbol + 1, text, sizeof text);
    ck_assert_msg(strstr(text, "bad.sys+0x") && strstr(text, "(SehRaise+0x1)"), "%s", text);
    image_unload(image);
    ck_assert_ptr_null(image_find(symbol));
    end();
}
END_TEST

START_TEST(a_truncated_file_is_refused_at_every_length) {
    begin();
    /* with the checksum, every byte counts; without, everything up to the last section */
    for (size_t size = 0; size < good_size; size += size < 1024 ? 1 : 97) {
        refused(good, size, size < 2 ? "is not a PE image" : "");
    }
    refused(good, good_size - 1, "truncated");
    uint8_t *copy = malloc(good_size);
    memcpy(copy, good, good_size);
    memset(copy + optional() + 64, 0, 4);
    refused(copy, good_size - 512, "lies outside the file");
    refused(copy, 1024, "truncated");
    free(copy);
    end();
}
END_TEST

START_TEST(a_flipped_bit_is_told_by_the_checksum) {
    begin();
    uint8_t *copy = malloc(good_size);
    memcpy(copy, good, good_size);
    copy[offset_of(pe_32(good + optional() + 16))] ^= 4;
    refused(copy, good_size, "checksum");
    free(copy);
    end();
}
END_TEST

START_TEST(what_is_no_image_for_this_machine_says_what_it_is) {
    begin();
    refused("#!/bin/sh\n", 10, "is not a PE image");
    refused("", 0, "is not a PE image");
    changed(0, 0x4d5a, 2, "no MZ header");
    changed(60, 0xfffffff0, 4, "PE header at 0xfffffff0 lies outside the file");
    changed(header(), 0x454e, 2, "no PE signature");
    changed(header() + 4, 0xaa64, 2, "machine 0xaa64 (ARM64), the host runs 0x8664 (x86-64)");
    changed(header() + 4, 0x014c, 2, "(x86)");
    changed(header() + 22, 0x0022 | 1, 2, "has no relocations");
    changed(header() + 22, 0x0020, 2, "is not an executable image");
    changed(optional(), 0x10b, 2, "is a 32-bit image");
    changed(optional(), 0x107, 2, "optional header begins with 0x0107");
    changed(optional() + 68, 10, 2, "subsystem 10");
    end();
}
END_TEST

START_TEST(bad_headers_are_refused) {
    begin();
    changed(header() + 6, 0, 2, "has 0 sections");
    changed(header() + 6, 97, 2, "has 97 sections");
    changed(header() + 20, 0xfff0, 2, "optional header");
    changed(optional() + 32, 48, 4, "section alignment");
    changed(optional() + 36, 3, 4, "file alignment");
    changed(optional() + 56, 0xfffff000, 4, "image size");
    changed(optional() + 56, 0x1000, 4, "lies outside the image");
    changed(optional() + 60, 0xffffff00, 4, "headers");
    changed(optional() + 108, 17, 4, "17 data directories");
    changed(optional() + 16, 0, 4, "has no entry point");
    changed(optional() + 16, 0xfffffff0, 4, "bad entry point");
    changed(optional() + 16, pe_32(good + section_header(".rdata") + 12), 4, "bad entry point");
    changed(directory(PE_TLS), 0x1000, 4, "thread-local storage");
    changed(directory(PE_CLR), 0x1000, 4, ".NET");
    changed(directory(PE_IMPORT), 0xfffff000, 4, "import directory lies outside");
    changed(directory(PE_BASERELOC) + 4, 0xfffff000, 4, "relocation directory lies outside");
    end();
}
END_TEST

START_TEST(bad_sections_are_refused) {
    begin();
    size_t text = section_header(".text"), data = section_header(".rdata");
    changed(data + 12, pe_32(good + text + 12), 4, "section .rdata overlaps .text in memory");
    changed(data + 20, pe_32(good + text + 20), 4, "section .rdata overlaps .text in the file");
    changed(text + 12, pe_32(good + text + 12) + 8, 4, "is not aligned");
    changed(text + 36, 0xe0000020, 4, "section .text is writable and executable");
    changed(text + 20, 0xffffff00, 4, "section .text lies outside the file");
    changed(text + 16, 0xffffff00, 4, "section .text lies outside the file");
    changed(text + 8, 0xfffff000, 4, "section .text lies outside the image");
    changed(text + 20, 0, 4, "overlaps the headers");
    end();
}
END_TEST

START_TEST(bad_imports_are_refused) {
    begin();
    size_t imports = inside(PE_IMPORT);
    size_t names = offset_of(pe_32(good + imports)), name = offset_of(pe_32(good + names)) + 2;
    size_t module = offset_of(pe_32(good + imports + 12));
    changed(name, 0x21212121, 4, "which the host does not have");
    changed(name, 0x007a7a5a, 4, "bad.sys: imports ntoskrnl.exe!Zzz, which the host does not have");
    changed(names, 0x8000000000000007, 8, "bad.sys: imports ntoskrnl.exe by ordinal 7, which the host does not have");
    changed(module, 0x2e6f6f66, 4, "which the host does not have"); /* foo.… */
    changed(names, 0x7fffffffffffffff, 8, "bad import");
    changed(names, 0x7ffffff0, 8, "has no name");
    changed(imports + 12, 0xfffffff0, 4, "no module name");
    changed(imports, 0xfffffff0, 4, "lie outside the sections");
    changed(imports + 16, 0xfffffff0, 4, "lie outside the sections");
    changed(name, 0x00000001, 4, "has no name");
    changed(directory(PE_DELAY_IMPORT), pe_32(good + directory(PE_IMPORT)), 4, "bad.sys: loads imports of");
    end();
}
END_TEST

START_TEST(bad_relocations_are_refused) {
    begin();
    size_t block = inside(PE_BASERELOC);
    changed(block + 4, 0, 4, "bad relocation: a block of 0 bytes");
    changed(block + 4, 0xfffffff0, 4, "bad relocation: a block of");
    changed(block, 0xfffff000, 4, "lies outside the sections");
    changed(block + 8, 0x3000, 2, "bad relocation: type 3");
    end();
}
END_TEST

START_TEST(bad_unwind_data_is_refused) {
    begin();
    size_t first = inside(PE_EXCEPTION), info = offset_of(pe_32(good + first + 8));
    changed(first, 0xffffff00, 4, "exception directory");
    changed(first + 4, 0, 4, "exception directory");
    changed(first + 8, 0xfffffff0, 4, "unwind data");
    changed(first + 8, 3, 4, "unwind data");
    changed(info, 7, 1, "version 7");
    changed(info + 5, 0x0f, 1, "bad unwind code");
    changed(directory(PE_EXCEPTION) + 4, 13, 4, "exception directory");
    end();
}
END_TEST

START_TEST(bad_exports_and_configuration_are_refused) {
    begin();
    size_t exports = inside(PE_EXPORT), config = inside(PE_LOAD_CONFIG);
    size_t functions = offset_of(pe_32(good + exports + 28)), names = offset_of(pe_32(good + exports + 32));
    changed(exports + 24, 0x40000000, 4, "export tables lie outside");
    changed(exports + 28, 0xfffffff0, 4, "export tables lie outside");
    changed(names, 0xfffffff0, 4, "an export has no name");
    changed(offset_of(pe_32(good + exports + 36)), 0xffff, 2, "export 65535 of");
    changed(functions, 0xfffffff0, 4, "lies outside the sections");
    /* an address inside of the export directory is a forwarder: here the module's own name, which has no such export */
    changed(functions, pe_32(good + exports + 12), 4, "bad.sys: forwards its export");
    changed(functions, pe_32(good + directory(PE_EXPORT)) + 1, 4, "bad export forwarder");
    changed(config, 0xfffffff0, 4, "load configuration's size");
    changed(config + 88, 0x10, 8, "cookie lies outside");
    end();
}
END_TEST

static unsigned mappings(void) {
    unsigned count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    ck_assert_ptr_nonnull(maps);
    for (int c; (c = fgetc(maps)) != EOF;) count += c == '\n';
    fclose(maps);
    return count;
}

/* Headers and directories are hit far more often than code, where nothing can be wrong. */
START_TEST(random_damage_never_crashes_and_leaves_nothing_mapped) {
    uint64_t random = 0x9e3779b97f4a7c15;
    unsigned loaded = 0, before = 0, after;
    begin();
    uint8_t *copy = malloc(good_size);
    const size_t areas[] = {0,
                            header(),
                            section_header(".text"),
                            inside(PE_IMPORT),
                            inside(PE_EXPORT),
                            inside(PE_BASERELOC),
                            inside(PE_EXCEPTION),
                            inside(PE_LOAD_CONFIG),
                            offset_of(pe_32(good + inside(PE_EXCEPTION) + 8))};
    for (unsigned i = 0; i < 2000; i++) {
        char why[512] = "";
        memcpy(copy, good, good_size);
        memset(copy + optional() + 64, 0, 4);
        for (unsigned hits = 1 + i % 3; hits; hits--) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            size_t at = areas[random % 9] + (random >> 8) % 320;
            static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
            if (at < good_size) copy[at] = random >> 62 ? values[(random >> 40) % 5] : (uint8_t)(random >> 48);
        }
        if (i == 100) before = mappings();
        put(copy, good_size);
        struct image *image = image_load(file, why, sizeof why);
        if (image) {
            size_t size;
            loaded++;
            image_symbol(image, "SehRaise");
            image_resource(image, 16, 1, &size);
            image_unload(image);
        } else {
            ck_assert_msg(strlen(why) > 12, "no cause in '%s'", why);
        }
    }
    after = mappings();
    ck_assert_msg(after <= before + 8, "%u mappings became %u", before, after);
    ck_assert_uint_gt(loaded, 0);
    free(copy);
    end();
}
END_TEST

START_TEST(exports_are_found_by_module_and_name) {
    struct host_export *export = host_export_find("NtOsKrnl.EXE", "ExRaiseStatus");
    ck_assert_ptr_nonnull(export);
    ck_assert_str_eq(export->name, "ExRaiseStatus");
    ck_assert_ptr_ne(export->bound, export->address);
    ck_assert_ptr_eq(host_export_find("hal.dll", "ExRaiseStatus"), export);
    export = host_export_find("HAL.dll", "KeQueryPerformanceCounter");
    ck_assert_ptr_nonnull(export);
    ck_assert_ptr_eq(host_export_find("ntoskrnl.exe", "KeQueryPerformanceCounter"), export);
    ck_assert_ptr_null(host_export_find("hal.dll", "NdisFreeMemory"));
    ck_assert_ptr_null(host_export_find("ntoskrnl.exe", "exraisestatus"));
    ck_assert_ptr_null(host_export_find("kernel32.dll", "ExRaiseStatus"));
    ck_assert_ptr_null(host_export_find("api-ms-win-core-synch-l1-2-0.dll", "ExRaiseStatus"));
    ck_assert_ptr_nonnull(host_export_find("api-ms-win-core-x-l1-1-0.dll", "__C_specific_handler"));
    ck_assert_ptr_nonnull(host_export_find("VCRUNTIME140.dll", "__C_specific_handler"));
    ck_assert_ptr_nonnull(host_export_find("KERNEL32.dll", "RtlCaptureContext"));
}
END_TEST

TEST_CASES(pe, the_good_image_loads_and_its_parts_are_where_they_should, a_truncated_file_is_refused_at_every_length,
           a_flipped_bit_is_told_by_the_checksum, what_is_no_image_for_this_machine_says_what_it_is,
           bad_headers_are_refused, bad_sections_are_refused, bad_imports_are_refused, bad_relocations_are_refused,
           bad_unwind_data_is_refused, bad_exports_and_configuration_are_refused,
           random_damage_never_crashes_and_leaves_nothing_mapped, exports_are_found_by_module_and_name)
