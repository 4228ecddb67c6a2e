/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pool blocks of images, each in pages of its own. A block ends at the end of a page (but for what its alignment of 16
 * needs), and the page behind it is inaccessible; blocks of a page and more begin at a page instead, as Windows has it.
 * What lies around a block in its pages is filled, and looked at when it is freed. A freed block becomes inaccessible,
 * and its pages are used again as late as possible.
 */
#include "host/ex_pool_guard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host/image.h"
#include "host/mm.h"
#include "host/verify.h"

#define FILL 0xC7
/* Each guarded block splits the direct map, and Linux gives a process 65,530 pieces. */
#define BLOCKS_MAX 20000
#define RESTING_MAX 4000
#define RESTING_PAGES (64u << 20 >> 12)

/* Lock legend: G lock; i immutable while in `records`; a atomic. */
struct record {
    struct record *next;       /* G: resting, oldest first */
    struct record *next_paged; /* G */
    uint8_t *address;          /* i */
    size_t size;               /* i: asked for */
    uint64_t first;            /* i: page */
    uint64_t pages;            /* i: without the guard */
    uint32_t tag;              /* i */
    bool paged;                /* i */
    bool freed;                /* a */
    const void *allocated_by, *freed_by;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* G */
static struct record **records;                          /* a: by page */
static unsigned live, resting;                           /* G */
static uint64_t resting_pages;                           /* G */
static struct record *oldest, **newest = &oldest;        /* G */
static struct record *paged;                             /* G: live ones */

static struct record *record_of(const void *address) {
    uint64_t at = (uint64_t)((const uint8_t *)address - mm_direct) / PAGE_SIZE;
    if ((const uint8_t *)address < mm_direct || at >= MM_PHYSICAL_PAGES || !records) return NULL;
    return __atomic_load_n(&records[at], __ATOMIC_ACQUIRE);
}

static void record_set(const struct record *record, struct record *value) {
    for (uint64_t i = 0; i <= record->pages; i++)
        __atomic_store_n(&records[record->first + i], value, __ATOMIC_RELEASE);
}

static uint8_t *page_address(uint64_t page) { return mm_direct + page * PAGE_SIZE; }

static bool protect(uint64_t first, uint64_t count, int protection) {
    return mprotect(page_address(first), count * PAGE_SIZE, protection) == 0;
}

/* --- paged pool -------------------------------------------------------------------------------------------------- */

void ex_pool_paged_access(bool accessible) {
    pthread_mutex_lock(&lock);
    for (struct record *record = paged; record; record = record->next_paged)
        protect(record->first, record->pages, accessible ? PROT_READ | PROT_WRITE : PROT_NONE);
    pthread_mutex_unlock(&lock);
}

/* G: enters the live blocks of paged pool, or leaves them. */
static void paged_change_locked(struct record *record, bool enter) {
    struct record **link = &paged;
    if (enter) {
        record->next_paged = paged;
        paged = record;
        return;
    }
    while (*link != record) link = &(*link)->next_paged;
    *link = record->next_paged;
}

/* --- making ------------------------------------------------------------------------------------------------------ */

static struct record *record_new(SIZE_T size) {
    uint64_t pages = (size + 15) / PAGE_SIZE + 1;
    if (size >= 16 && (size + 15) / 16 * 16 % PAGE_SIZE == 0) pages--;
    struct record *record = calloc(1, sizeof *record);
    uint64_t first = record ? mm_pages_take(pages + 1) : 0;
    if (first && !protect(first + pages, 1, PROT_NONE)) {
        mm_pages_give(first, pages + 1);
        first = 0;
    }
    if (!first) {
        free(record);
        return NULL;
    }
    record->first = first;
    record->pages = pages;
    record->size = size;
    uint8_t *start = page_address(first), *end = start + pages * PAGE_SIZE;
    record->address = size >= PAGE_SIZE ? start : end - (size + 15) / 16 * 16;
    /* What surrounds it in its pages. */
    memset(start, FILL, (size_t)(record->address - start));
    memset(record->address + size, FILL, (size_t)(end - record->address) - size);
    return record;
}

void *guard_allocate(SIZE_T size, ULONG tag, bool pageable, const void *caller) {
    pthread_mutex_lock(&lock);
    if (!records) {
        records = mmap(NULL, MM_PHYSICAL_PAGES * sizeof *records, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (records == MAP_FAILED) records = NULL;
    }
    bool room = records && live < BLOCKS_MAX;
    live += room;
    pthread_mutex_unlock(&lock);
    struct record *record = room ? record_new(size) : NULL;
    if (!record) {
        pthread_mutex_lock(&lock);
        live -= room;
        pthread_mutex_unlock(&lock);
        return NULL;
    }
    record->tag = tag;
    record->paged = pageable;
    record->allocated_by = caller;
    record_set(record, record);
    if (pageable) {
        pthread_mutex_lock(&lock);
        paged_change_locked(record, true);
        pthread_mutex_unlock(&lock);
        verify_paged_block(1);
    }
    return record->address; /* NOLINT(clang-analyzer-unix.Malloc): the pages know it */
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

bool guard_owns(const void *address) { return record_of(address) != NULL; }

SIZE_T guard_size(const void *address) {
    const struct record *record = record_of(address);
    return record && !record->freed && record->address == address ? record->size : 0;
}

bool ex_pool_is_paged(const void *address) {
    const struct record *record = record_of(address);
    return record && record->paged;
}

static void describe(const struct record *record, const void *address, char *text, size_t size) {
    char allocated[128] = "?", freed[128] = "?";
    long long offset = (const uint8_t *)address - record->address;
    image_describe(record->allocated_by, allocated, sizeof allocated);
    if (record->freed) image_describe(record->freed_by, freed, sizeof freed);
    snprintf(text, size, "%p is byte %lld of a block of %zu bytes, tag '%.4s', allocated by %s%s%s", address, offset,
             record->size, (const char *)&record->tag, allocated, record->freed ? ", freed by " : "",
             record->freed ? freed : "");
}

const char *ex_pool_explain(const void *address, char *text, size_t size) {
    const struct record *record = record_of(address);
    if (!record) return NULL;
    describe(record, address, text, size);
    if (record->freed) return "pool-use-after-free";
    if (record->paged && (const uint8_t *)address >= record->address &&
        (const uint8_t *)address < record->address + record->size)
        return "pageable-data";
    return (const uint8_t *)address < record->address ? "pool-underrun" : "pool-overrun";
}

/* --- freeing ----------------------------------------------------------------------------------------------------- */

static const uint8_t *first_damage(const uint8_t *from, const uint8_t *to) {
    while (from < to && *from == FILL) from++;
    return from < to ? from : NULL;
}

static void check_surroundings(const struct record *record) {
    const uint8_t *start = page_address(record->first), *damage;
    char text[512];
    if ((damage = first_damage(start, record->address)) != NULL) {
        describe(record, damage, text, sizeof text);
        verify_violation("pool-underrun", "something wrote in front of a block: %s", text);
    }
    damage = first_damage(record->address + record->size, start + record->pages * PAGE_SIZE);
    if (damage) {
        describe(record, damage, text, sizeof text);
        verify_violation("pool-overrun", "something wrote behind a block: %s", text);
    }
}

/* G: lets the pages of those that have rested longest be used again. */
static struct record *wake_locked(void) {
    if (resting <= RESTING_MAX && resting_pages <= RESTING_PAGES) return NULL;
    struct record *record = oldest;
    if (!record) return NULL;
    oldest = record->next;
    if (!oldest) newest = &oldest;
    resting--;
    resting_pages -= record->pages;
    return record;
}

static void forget(struct record *record) {
    record_set(record, NULL);
    protect(record->first, record->pages + 1, PROT_READ | PROT_WRITE);
    mm_pages_give(record->first, record->pages + 1);
    free(record);
}

bool guard_free(void *address, ULONG tag, const void *caller) {
    struct record *record = record_of(address);
    char text[512];
    pthread_mutex_lock(&lock);
    bool again = record->freed, exact = record->address == address;
    if (!again && exact) {
        if (record->paged) paged_change_locked(record, false);
        record->freed_by = caller;
        __atomic_store_n(&record->freed, true, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&lock);
    if (again || !exact) {
        describe(record, address, text, sizeof text);
        verify_violation(again ? "pool-freed-twice" : "pool-bad-address", "ExFreePoolWithTag: %s", text);
        return false;
    }
    if (tag != 0 && tag != record->tag) {
        describe(record, address, text, sizeof text);
        verify_violation("pool-wrong-tag", "ExFreePoolWithTag with tag '%.4s': %s", (const char *)&tag, text);
    }
    if (record->paged) verify_paged_block(-1);
    check_surroundings(record);
    verify_locks_forget(record->address, record->size);
    protect(record->first, record->pages, PROT_NONE);
    pthread_mutex_lock(&lock);
    record->next = NULL;
    *newest = record;
    newest = &record->next;
    live--;
    resting++;
    resting_pages += record->pages;
    struct record *awake = wake_locked();
    pthread_mutex_unlock(&lock);
    if (awake) forget(awake);
    return true;
}
