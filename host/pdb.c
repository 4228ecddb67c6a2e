/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A PDB is a file of blocks (MSF), in which numbered streams lie in pieces. Stream 1 has the GUID that the image names, too;
 * stream 3 says which stream has the public symbols, and which ones have each module's own. Nothing in it is believed:
 * every stream is put together from blocks that the file has, every record lies inside of its stream.
 */
#include "host/pdb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LIMIT (1 << 30)
#define SYMBOLS_MAX (1u << 22)
#define DEBUG_DIRECTORY 6
#define CODEVIEW 2
#define STREAM_INFO 1
#define STREAM_DEBUG 3
#define NO_STREAM 0xffff
#define S_PUB32 0x110e
#define S_LPROC32 0x110f
#define S_GPROC32 0x1110
#define S_LPROC32_ID 0x1146
#define S_GPROC32_ID 0x1147

static const char magic[32] = "Microsoft C/C++ MSF 7.00\r\n\032DS\0\0";

struct bytes {
    uint8_t *at;
    size_t size;
};

struct symbol {
    uint32_t rva;
    const char *name; /* in one of the streams kept */
};

struct pdb {
    struct bytes file; /* mapped */
    uint32_t block_size, blocks;
    struct bytes directory;
    uint32_t streams;
    struct bytes *kept; /* whose names are used */
    uint32_t kept_count, kept_room;
    struct symbol *symbols; /* by rva */
    uint32_t count, room;
};

/* --- the file of blocks ------------------------------------------------------------------------------------------- */

/* The stream that consists of these blocks, one after the other, in memory of its own. */
static struct bytes gather(const struct pdb *pdb, const uint8_t *numbers, uint64_t numbers_size, uint32_t size) {
    uint64_t count = ((uint64_t)size + pdb->block_size - 1) / pdb->block_size;
    struct bytes bytes = {NULL, 0};
    if (count * 4 > numbers_size || size > pdb->file.size || !(bytes.at = malloc((size_t)size + 1))) return bytes;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t number = pe_32(numbers + i * 4), part = pdb->block_size;
        if (number >= pdb->blocks) {
            free(bytes.at);
            return (struct bytes){NULL, 0};
        }
        if (part > size - bytes.size) part = (uint32_t)(size - bytes.size);
        memcpy(bytes.at + bytes.size, pdb->file.at + (uint64_t)number * pdb->block_size, part);
        bytes.size += part;
    }
    bytes.at[size] = 0; /* a text at the end of a damaged one ends, too */
    return bytes;
}

static uint32_t stream_size(const struct pdb *pdb, uint32_t stream) {
    uint32_t size = pe_32(pdb->directory.at + 4 + (size_t)stream * 4);
    return size == UINT32_MAX ? 0 : size;
}

static struct bytes stream_read(const struct pdb *pdb, uint32_t stream) {
    uint64_t at = 4 + (uint64_t)pdb->streams * 4;
    if (stream >= pdb->streams) return (struct bytes){NULL, 0};
    for (uint32_t i = 0; i < stream; i++)
        at += ((uint64_t)stream_size(pdb, i) + pdb->block_size - 1) / pdb->block_size * 4;
    if (at > pdb->directory.size) return (struct bytes){NULL, 0};
    return gather(pdb, pdb->directory.at + at, pdb->directory.size - at, stream_size(pdb, stream));
}

static bool open_blocks(struct pdb *pdb) {
    const uint8_t *header = pdb->file.at;
    if (pdb->file.size < 56 || memcmp(header, magic, sizeof magic)) return false;
    pdb->block_size = pe_32(header + 32);
    if (pdb->block_size < 512 || pdb->block_size > 65536 || pdb->block_size & (pdb->block_size - 1)) return false;
    pdb->blocks = (uint32_t)(pdb->file.size / pdb->block_size);
    uint32_t map = pe_32(header + 52);
    if (map >= pdb->blocks) return false;
    /* The directory's own blocks are listed in that one; more than it has room for are not read. */
    pdb->directory = gather(pdb, pdb->file.at + (uint64_t)map * pdb->block_size, pdb->block_size, pe_32(header + 44));
    if (!pdb->directory.at || pdb->directory.size < 4) return false;
    pdb->streams = pe_32(pdb->directory.at);
    return pdb->streams <= (pdb->directory.size - 4) / 4;
}

/* --- symbols ------------------------------------------------------------------------------------------------------ */

static void symbol_add(struct pdb *pdb, const struct pe *pe, uint32_t section, uint32_t offset, const char *name) {
    if (!section || section > pe->section_count || offset >= pe->sections[section - 1].size || !*name) return;
    if (pdb->count == pdb->room) {
        uint32_t room = pdb->room ? pdb->room * 2 : 256;
        struct symbol *grown = room <= SYMBOLS_MAX ? realloc(pdb->symbols, room * sizeof *grown) : NULL;
        if (!grown) return;
        pdb->symbols = grown;
        pdb->room = room;
    }
    pdb->symbols[pdb->count++] = (struct symbol){pe->sections[section - 1].rva + offset, name};
}

/* Where a record of this kind has offset, section and name; false: it has none. */
static bool layout(uint16_t kind, uint32_t *offset, uint32_t *section, uint32_t *name) {
    bool procedure = kind == S_LPROC32 || kind == S_GPROC32 || kind == S_LPROC32_ID || kind == S_GPROC32_ID;
    *offset = procedure ? 28 : 4;
    *section = procedure ? 32 : 8;
    *name = procedure ? 35 : 10;
    return procedure || kind == S_PUB32;
}

/* Takes the stream over. */
static void records_add(struct pdb *pdb, const struct pe *pe, struct bytes bytes, size_t from, size_t to) {
    uint32_t offset, section, name;
    if (pdb->kept_count == pdb->kept_room || !bytes.at) {
        free(bytes.at);
        return;
    }
    pdb->kept[pdb->kept_count++] = bytes;
    if (to > bytes.size) to = bytes.size;
    for (size_t size; from + 4 <= to; from += size + 2) {
        const uint8_t *record = bytes.at + from + 4;
        size = pe_16(bytes.at + from);
        if (size < 2 || from + 2 + size > to) break;
        if (!layout(pe_16(bytes.at + from + 2), &offset, &section, &name) || size - 2 <= name) continue;
        if (memchr(record + name, 0, size - 2 - name))
            symbol_add(pdb, pe, pe_16(record + section), pe_32(record + offset), (const char *)record + name);
    }
}

/* The procedures of each module, which need not be public. */
static void modules_read(struct pdb *pdb, const struct pe *pe, const struct bytes *debug, size_t end) {
    for (size_t at = 64; at + 64 < end;) {
        uint32_t stream = pe_16(debug->at + at + 34), size = pe_32(debug->at + at + 36);
        if (stream != NO_STREAM) records_add(pdb, pe, stream_read(pdb, stream), 4, size);
        at += 64;
        for (unsigned text = 0; text < 2; text++) { /* the module's and the object's name */
            const uint8_t *zero = at < end ? memchr(debug->at + at, 0, end - at) : NULL;
            if (!zero) return;
            at = (size_t)(zero - debug->at) + 1;
        }
        at = (at + 3) & ~(size_t)3;
    }
}

/* Whether somebody moved the code about after it was linked: the addresses would be those of before. */
static bool moved(const struct bytes *debug) {
    uint64_t at = 64;
    for (unsigned i = 24; i <= 40; i += 4) at += pe_32(debug->at + i);
    at += pe_32(debug->at + 52);
    uint32_t size = pe_32(debug->at + 48);
    return size >= 10 && at + 10 <= debug->size &&
           (pe_16(debug->at + at + 6) != NO_STREAM || pe_16(debug->at + at + 8) != NO_STREAM) &&
           (pe_16(debug->at + at + 6) || pe_16(debug->at + at + 8));
}

static int by_rva(const void *a, const void *b) {
    const struct symbol *first = a, *second = b;
    return first->rva < second->rva ? -1 : first->rva > second->rva;
}

static bool symbols_read(struct pdb *pdb, const struct pe *pe) {
    struct bytes debug = stream_read(pdb, STREAM_DEBUG);
    bool good = debug.size >= 64 && pe_32(debug.at) == UINT32_MAX && !moved(&debug);
    if (good) {
        size_t end = 64 + (size_t)pe_32(debug.at + 24);
        uint32_t publics = pe_16(debug.at + 20);
        pdb->kept_room = pdb->streams + 1;
        pdb->kept = calloc(pdb->kept_room, sizeof *pdb->kept);
        if (end > debug.size) end = debug.size;
        if (pdb->kept && publics != NO_STREAM) records_add(pdb, pe, stream_read(pdb, publics), 0, SIZE_MAX);
        if (pdb->kept) modules_read(pdb, pe, &debug, end);
        if (pdb->count) qsort(pdb->symbols, pdb->count, sizeof *pdb->symbols, by_rva);
    }
    free(debug.at);
    return good && pdb->count;
}

/* --- which one it is ---------------------------------------------------------------------------------------------- */

/* NULL, too, for what is not always there. */
static const uint8_t *lasting(const struct pe *pe, uint32_t rva, uint32_t size) {
    const struct pe_section *section = pe_section_of(pe, rva, size);
    return section && !section->discardable && !pe_is_paged(section) ? pe_at(pe, rva, size) : NULL;
}

/* What the image says about its PDB: GUID, age, and a path on somebody's machine. */
static const uint8_t *codeview(const struct pe *pe, uint32_t *size) {
    struct pe_directory all = pe->directories[DEBUG_DIRECTORY];
    for (uint32_t at = 0; at + 28 <= all.size; at += 28) {
        const uint8_t *entry = lasting(pe, all.rva + at, 28);
        if (!entry) break;
        if (pe_32(entry + 12) != CODEVIEW) continue;
        *size = pe_32(entry + 16);
        const uint8_t *data = *size > 24 ? lasting(pe, pe_32(entry + 20), *size) : NULL;
        if (data && !memcmp(data, "RSDS", 4)) return data;
    }
    return NULL;
}

static bool same_build(const struct pdb *pdb, const struct pe *pe) {
    uint32_t size;
    const uint8_t *data = codeview(pe, &size);
    struct bytes info = stream_read(pdb, STREAM_INFO);
    bool same = data && info.size >= 28 && !memcmp(data + 4, info.at + 12, 16);
    free(info.at);
    return same;
}

static bool file_map(struct bytes *file, const char *path) {
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    if (!fstat(fd, &status) && S_ISREG(status.st_mode) && status.st_size > 0 && status.st_size <= FILE_LIMIT) {
        file->size = (size_t)status.st_size;
        file->at = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (file->at == MAP_FAILED) file->at = NULL;
    }
    close(fd);
    return file->at;
}

struct pdb *pdb_load(const struct pe *pe, const char *path) {
    struct pdb *pdb = calloc(1, sizeof *pdb);
    if (!pdb) return NULL;
    if (file_map(&pdb->file, path) && open_blocks(pdb) && same_build(pdb, pe) && symbols_read(pdb, pe)) return pdb;
    pdb_free(pdb);
    return NULL;
}

void pdb_free(struct pdb *pdb) {
    if (!pdb) return;
    for (uint32_t i = 0; i < pdb->kept_count; i++) free(pdb->kept[i].at);
    if (pdb->file.at) munmap(pdb->file.at, pdb->file.size);
    free(pdb->kept);
    free(pdb->directory.at);
    free(pdb->symbols);
    free(pdb);
}

struct pdb *pdb_beside(const struct pe *pe, const char *image_path) {
    char path[4096];
    const char *slash = strrchr(image_path, '/'), *dot = strrchr(image_path, '.');
    int folder = slash ? (int)(slash - image_path) + 1 : 0;
    int stem = dot && dot > image_path + folder ? (int)(dot - image_path) : (int)strlen(image_path);
    uint32_t size;
    const uint8_t *data = codeview(pe, &size);
    if (!data) return NULL;
    const char *name = (const char *)data + 24, *end = memchr(name, 0, size - 24);
    for (const char *at = name; end && at < end; at++)
        if (*at == '/' || *at == '\\') name = at + 1;
    struct pdb *pdb = NULL;
    if (end && *name && (size_t)snprintf(path, sizeof path, "%.*s%s", folder, image_path, name) < sizeof path)
        pdb = pdb_load(pe, path);
    if (!pdb && (size_t)snprintf(path, sizeof path, "%.*s.pdb", stem, image_path) < sizeof path)
        pdb = pdb_load(pe, path);
    return pdb;
}

const char *pdb_find(const struct pdb *pdb, uint32_t rva, uint32_t *offset) {
    uint32_t low = 0, high = pdb->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (pdb->symbols[middle].rva <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low) return NULL;
    *offset = rva - pdb->symbols[low - 1].rva;
    return pdb->symbols[low - 1].name;
}
