/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Images, of either kind, and who is where in memory.
 */
#include "host/image_native.h"
#include "host/kernel_private.h"
#include "host/os.h"
#include "host/pdb.h"
#include "host/pe.h"
#include "host/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMAGES_MAX 64
#define FILE_LIMIT (256 << 20)

struct image {
    char *path;
    const char *name;
    uint8_t *base;
    size_t size;
    struct image_native native; /* of a native image; otherwise without a module */
    struct pe pe;
    struct pe_symbols symbols;
    bool discarded;
    struct pdb *pdb;     /* read when somebody asks for a name; pdb_lock */
    bool pdb_looked_for; /* pdb_lock */
};

/* Lock legend: w written under places_lock, read atomically without: in signals, and on each NBL's way. */
static struct {
    uintptr_t base, end; /* w: end is 0 while the place is free */
    struct image *image; /* w */
} places[IMAGES_MAX];
static unsigned places_used; /* w: never shrinks */
static pthread_mutex_t places_lock = PTHREAD_MUTEX_INITIALIZER;

static bool place_add(struct image *image) {
    bool added = false;
    pthread_mutex_lock(&places_lock);
    for (unsigned i = 0; i < IMAGES_MAX && !added; i++) {
        if (places[i].end) continue;
        __atomic_store_n(&places[i].image, image, __ATOMIC_RELAXED);
        __atomic_store_n(&places[i].base, (uintptr_t)image->base, __ATOMIC_RELAXED);
        __atomic_store_n(&places[i].end, (uintptr_t)image->base + image->size, __ATOMIC_RELEASE);
        if (i >= places_used) __atomic_store_n(&places_used, i + 1, __ATOMIC_RELEASE);
        added = true;
    }
    pthread_mutex_unlock(&places_lock);
    return added;
}

static void place_remove(struct image *image) {
    pthread_mutex_lock(&places_lock);
    for (unsigned i = 0; i < IMAGES_MAX; i++)
        if (places[i].end && places[i].image == image) __atomic_store_n(&places[i].end, 0, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&places_lock);
}

struct image *image_find(const void *address) {
    uintptr_t at = (uintptr_t)address;
    unsigned used = __atomic_load_n(&places_used, __ATOMIC_ACQUIRE);
    for (unsigned i = 0; i < used; i++)
        if (at < __atomic_load_n(&places[i].end, __ATOMIC_ACQUIRE) &&
            at >= __atomic_load_n(&places[i].base, __ATOMIC_RELAXED))
            return __atomic_load_n(&places[i].image, __ATOMIC_RELAXED);
    return NULL;
}

unsigned image_list(struct image_place *list, unsigned room) {
    unsigned count = 0;
    pthread_mutex_lock(&places_lock);
    for (unsigned i = 0; i < places_used; i++) {
        if (!places[i].end) continue;
        const struct image *image = places[i].image;
        if (count < room) {
            list[count] = (struct image_place){.base = image->base, .size = image->size};
            snprintf(list[count].name, sizeof list[count].name, "%s", image->name);
        }
        count++;
    }
    pthread_mutex_unlock(&places_lock);
    return count;
}

bool image_is_users(const void *address) {
    const struct image *image = image_find(address);
    return image && !image->native.module && !image->pe.is_native;
}

bool image_is_drivers(const void *address) {
    const struct image *image = image_find(address);
    return image && !image->native.module && image->pe.is_native;
}

static bool has_paged(const struct image *image);
static unsigned paged_images; /* atomic */

/* --- loading ----------------------------------------------------------------------------------------------------- */

static bool file_read(struct pe *pe, const char *path) {
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return pe_fail(pe, "cannot be opened: %s", strerror(errno));
    if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_size > FILE_LIMIT) {
        close(fd);
        return pe_fail(pe, "is not a file, or larger than 256 MiB");
    }
    pe->file = malloc((size_t)status.st_size + 1);
    while (pe->file && pe->file_size < (size_t)status.st_size) {
        ssize_t got = read(fd, pe->file + pe->file_size, (size_t)status.st_size - pe->file_size);
        if (got <= 0) break;
        pe->file_size += (size_t)got;
    }
    close(fd);
    return pe->file && pe->file_size == (size_t)status.st_size ? true : pe_fail(pe, "cannot be read");
}

static bool native_load(struct image *image) {
    if (!image_native_load(&image->native, &image->pe, image->path)) return false;
    image->base = image->native.base;
    image->size = image->native.size;
    return true;
}

static bool pe_load(struct image *image) {
    struct pe *pe = &image->pe;
    if (!pe_parse(pe) || !pe_map(pe)) return false;
    image->base = pe->base;
    image->size = pe->size;
    return pe_relocate(pe) && pe_check_functions(pe) && pe_export_list(pe, &image->symbols) && pe_bind(pe) &&
           pe_configure(pe) && pe_protect(pe);
}

static void image_free(struct image *image) {
    pe_export_free(&image->symbols);
    pdb_free(image->pdb);
    pe_unmap(&image->pe);
    image_native_unload(&image->native);
    free(image->pe.file);
    free(image->path);
    free(image);
}

struct image *image_load(const char *path, char *why, size_t why_size) {
    struct image *image = calloc(1, sizeof *image);
    if (image) image->path = strdup(path);
    if (!image || !image->path) {
        snprintf(why, why_size, "%s: out of memory", path);
        free(image);
        return NULL;
    }
    const char *slash = strrchr(image->path, '/');
    image->name = slash ? slash + 1 : image->path;
    image->pe.name = image->name;
    image->pe.why = why;
    image->pe.why_size = why_size;
    bool ok = file_read(&image->pe, path);
    if (ok && image->pe.file_size > 4 && !memcmp(image->pe.file, "\177ELF", 4))
        ok = native_load(image);
    else
        ok = ok && pe_load(image);
    free(image->pe.file);
    image->pe.file = NULL;
    if (ok && !place_add(image)) ok = pe_fail(&image->pe, "too many images are loaded");
    image->pe.why = NULL;
    image->pe.why_size = 0;
    if (ok && has_paged(image)) {
        __atomic_add_fetch(&paged_images, 1, __ATOMIC_RELAXED);
        verify_paged_block(1);
    }
    if (ok) return image;
    image_free(image);
    return NULL;
}

bool image_fits(const struct image *image, bool kernel, char *why, size_t why_size) {
    if (image->native.module || image->pe.is_native == kernel) return true;
    snprintf(why, why_size, "%s: is %s", image->name,
             kernel ? "a program's image (its subsystem is not native), not a driver" : "a driver, not a library");
    return false;
}

void image_unload(struct image *image) {
    ke_image_check(image->base, image->size, image->name);
    place_remove(image);
    verify_locks_forget(image->base, image->size);
    if (has_paged(image)) {
        __atomic_sub_fetch(&paged_images, 1, __ATOMIC_RELAXED);
        verify_paged_block(-1);
    }
    image_free(image);
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

void *image_symbol(struct image *image, const char *name) {
    if (image->native.module) return image_native_symbol(&image->native, name);
    const struct pe_symbol *symbol = pe_export_find(&image->symbols, name);
    return symbol ? symbol->address : NULL;
}

void *image_entry(struct image *image) {
    if (image->native.module) {
        void *entry = image_native_symbol(&image->native, "DriverEntry");
        return entry ? entry : image_native_symbol(&image->native, "DllMain");
    }
    return image->pe.entry ? image->base + image->pe.entry : NULL;
}

const char *image_path(const struct image *image) { return image->path; }
const char *image_name(const struct image *image) { return image->name; }
void *image_base(const struct image *image) { return image->base; }
size_t image_size(const struct image *image) { return image->size; }
bool image_is_native(const struct image *image) { return image->native.module; }

const RUNTIME_FUNCTION *image_functions(const struct image *image, uint32_t *count) {
    struct pe_directory directory = image->pe.directories[PE_EXCEPTION];
    *count = directory.size / sizeof(RUNTIME_FUNCTION);
    if (image->native.module || !*count) return NULL;
    return (const RUNTIME_FUNCTION *)(const void *)(image->base + directory.rva);
}

bool image_is_code(const struct image *image, const void *address) {
    if (image->native.module) return image_find(address) == image;
    size_t rva = (size_t)((const uint8_t *)address - image->base);
    const struct pe_section *section = rva < image->size ? pe_section_of(&image->pe, (uint32_t)rva, 1) : NULL;
    return section && section->execute;
}

/* --- sections that are not always there -------------------------------------------------------------------------- */

static bool has_paged(const struct image *image) {
    for (unsigned i = 0; !image->native.module && i < image->pe.section_count; i++)
        if (pe_is_pageable(&image->pe.sections[i])) return true;
    return false;
}

static const struct pe_section *section_at(const struct image *image, const void *address) {
    if (!image || image->native.module) return NULL;
    return pe_section_of(&image->pe, (uint32_t)((const uint8_t *)address - image->base), 1);
}

void image_discard(struct image *image) {
    if (!image->native.module) pe_discard(&image->pe);
    image->discarded = true;
}

bool image_is_paged(const void *address) {
    if (!__atomic_load_n(&paged_images, __ATOMIC_RELAXED)) return false;
    const struct pe_section *section = section_at(image_find(address), address);
    return section && pe_is_paged(section);
}

void *image_section_lock(const void *address, int change) {
    struct image *image = image_find(address);
    const struct pe_section *found = section_at(image, address);
    if (!found) return NULL;
    struct pe_section *section = &image->pe.sections[found - image->pe.sections];
    if (__atomic_add_fetch(&section->locked, change, __ATOMIC_RELAXED) >= 0) return image->base + section->rva;
    __atomic_sub_fetch(&section->locked, change, __ATOMIC_RELAXED);
    return NULL;
}

void image_paged_access(bool accessible) {
    pthread_mutex_lock(&places_lock);
    for (unsigned i = 0; i < IMAGES_MAX; i++)
        if (places[i].end && has_paged(places[i].image)) pe_paged_access(&places[i].image->pe, accessible);
    pthread_mutex_unlock(&places_lock);
}

const char *image_explain(const void *address, char *text, size_t size) {
    struct image *image = image_find(address);
    const struct pe_section *section = section_at(image, address);
    if (!section) return NULL;
    snprintf(text, size, "%p in section %s of %s", address, section->name, image->name);
    if (image->discarded && section->discardable) return "init-discarded";
    if (!pe_is_paged(section)) return NULL;
    return section->execute ? "pageable-code" : "pageable-data";
}

/* --- naming ------------------------------------------------------------------------------------------------------ */

/* The linker's map beside the image, warren.sys.map: lines "0001:00000010  name  0000000180001010  file.obj". */
static bool map_lookup(const struct image *image, uint32_t rva, char *name, size_t size, uint32_t *offset) {
    char path[4096], line[1024], symbol[256];
    if ((size_t)snprintf(path, sizeof path, "%s.map", image->path) >= sizeof path) return false;
    FILE *file = fopen(path, "re");
    bool found = false;
    while (file && fgets(line, sizeof line, file)) {
        unsigned section;
        unsigned long long address, in_section;
        /* The widths bound every number. NOLINTNEXTLINE(cert-err34-c) */
        if (sscanf(line, " %4x:%8llx %255s %16llx", &section, &in_section, symbol, &address) != 4) continue;
        uint64_t at = address - image->pe.preferred_base;
        if (at > rva || (found && rva - at >= *offset)) continue;
        *offset = rva - (uint32_t)at;
        snprintf(name, size, "%s", symbol);
        found = true;
    }
    if (file) fclose(file);
    return found;
}

static bool pdb_lookup(struct image *image, uint32_t rva, char *name, size_t size, uint32_t *offset) {
    static pthread_mutex_t pdb_lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&pdb_lock);
    if (!image->pdb_looked_for) image->pdb = pdb_beside(&image->pe, image->path);
    image->pdb_looked_for = true;
    pthread_mutex_unlock(&pdb_lock);
    const char *found = image->pdb ? pdb_find(image->pdb, rva, offset) : NULL;
    if (found) snprintf(name, size, "%s", found);
    return found;
}

static bool export_lookup(const struct image *image, uint32_t rva, char *name, size_t size, uint32_t *offset) {
    bool found = false;
    for (uint32_t i = 0; i < image->symbols.count; i++) {
        const struct pe_symbol *symbol = &image->symbols.list[i];
        uint64_t at = (uint64_t)((uint8_t *)symbol->address - image->base);
        if (symbol->forwarded || at > rva || (found && rva - at >= *offset)) continue;
        *offset = rva - (uint32_t)at;
        snprintf(name, size, "%s", symbol->name);
        found = true;
    }
    return found;
}

void image_describe(const void *address, char *text, size_t size) {
    struct image *image = image_find(address);
    char name[256];
    uint32_t offset;
    if (image && !image->native.module) {
        uint32_t rva = (uint32_t)((const uint8_t *)address - image->base);
        if (map_lookup(image, rva, name, sizeof name, &offset) || pdb_lookup(image, rva, name, sizeof name, &offset) ||
            export_lookup(image, rva, name, sizeof name, &offset))
            snprintf(text, size, "%s+0x%x (%s+0x%x)", image->name, rva, name, offset);
        else
            snprintf(text, size, "%s+0x%x", image->name, rva);
    } else if (!os_code_describe(address, text, size)) {
        snprintf(text, size, "%p", address);
    }
}

/* --- resources --------------------------------------------------------------------------------------------------- */

/* The entry of an id in the directory at `at` (from the resources' start), or its first one for id ~0. */
static bool resource_step(const struct pe *pe, uint32_t at, uint32_t id, uint32_t *next) {
    struct pe_directory all = pe->directories[PE_RESOURCE];
    const uint8_t *header = at < all.size ? pe_at(pe, all.rva + at, 16) : NULL;
    if (!header) return false;
    unsigned count = (unsigned)pe_16(header + 12) + pe_16(header + 14);
    const uint8_t *entry = pe_at(pe, all.rva + at + 16, count * 8ull);
    for (unsigned i = 0; entry && i < count; i++, entry += 8)
        if (id == UINT32_MAX || pe_32(entry) == id) {
            *next = pe_32(entry + 4);
            return true;
        }
    return false;
}

const void *image_resource(struct image *image, unsigned type, unsigned id, size_t *size) {
    const struct pe *pe = &image->pe;
    uint32_t at, rva = pe->directories[PE_RESOURCE].rva;
    *size = 0;
    if (image->native.module || !pe->directories[PE_RESOURCE].size) return NULL;
    /* type, then id, then language: any. The top bit says directory. */
    if (!resource_step(pe, 0, type, &at) || !(at >> 31)) return NULL;
    if (!resource_step(pe, at & INT32_MAX, id, &at) || !(at >> 31)) return NULL;
    if (!resource_step(pe, at & INT32_MAX, UINT32_MAX, &at) || at >> 31) return NULL;
    const uint8_t *entry = at < pe->directories[PE_RESOURCE].size ? pe_at(pe, rva + at, 16) : NULL;
    const void *data = entry ? pe_at(pe, pe_32(entry), pe_32(entry + 4)) : NULL;
    if (data) *size = pe_32(entry + 4);
    return data;
}
