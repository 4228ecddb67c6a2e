/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pool: blocks in the direct map, so that their pages have numbers. Those of images are guarded (ex_pool_guard.c). The
 * others, those beyond its limits, and under AddressSanitizer all, have a header that says how large and whose they are in
 * front, and a guard word behind; both are looked at when one is freed. Freed blocks are filled, and with
 * AddressSanitizer they are poisoned, as is what lies behind the bytes asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "host/ex_pool_guard.h"
#include "host/image.h"
#include "host/mm.h"
#include "host/verify.h"

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define POISON(address, size) __asan_poison_memory_region((address), (size))
#define UNPOISON(address, size) __asan_unpoison_memory_region((address), (size))
#else
#define POISON(address, size) ((void)0)
#define UNPOISON(address, size) ((void)0)
#endif

#define LIVE 0x4c697665506f6f6cull
#define DEAD 0x44656164506f6f6cull
#define GUARD 0x6472617547646e65ull
#define CLASSES 12 /* 64 bytes to 128 KiB, by powers of two; larger ones are pages of their own */

struct block {
    _Alignas(64) uint64_t magic;
    uint64_t size; /* asked for */
    uint32_t tag;
    uint32_t class; /* CLASSES: pages of its own */
    uint64_t pages;
    struct block *next; /* free */
};
_Static_assert(sizeof(struct block) == 64, "blocks stay aligned to cache lines");

static struct block *free_blocks[CLASSES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct block *block_take(unsigned class) {
    size_t size = (size_t)64 << class;
    struct block *block;

    pthread_mutex_lock(&lock);
    block = free_blocks[class];
    if (block == NULL) {
        /* At least 16 pages at a time, cut into blocks. */
        size_t pages = size < 16 * PAGE_SIZE ? 16 : size / PAGE_SIZE;
        uint64_t first = mm_pages_take(pages);
        if (first == 0) {
            pthread_mutex_unlock(&lock);
            return NULL;
        }
        for (size_t at = 0; at + size <= pages * PAGE_SIZE; at += size) {
            struct block *each = (struct block *)(mm_direct + first * PAGE_SIZE + at);
            *each = (struct block){.magic = DEAD, .class = class, .next = free_blocks[class]};
            POISON(each + 1, size - sizeof(*each));
            free_blocks[class] = each;
        }
        block = free_blocks[class];
    }
    free_blocks[class] = block->next;
    pthread_mutex_unlock(&lock);
    UNPOISON(block + 1, size - sizeof(*block));
    return block;
}

static void *pool_allocate(SIZE_T size, ULONG tag, bool zero, const void *caller) {
    uint64_t guard = GUARD;
    size_t total = sizeof(struct block) + size + sizeof(guard);
    unsigned class = 0;
    struct block *block;

    while (class < CLASSES && ((size_t)64 << class) < total) class ++;
    if (class < CLASSES) {
        block = block_take(class);
    } else {
        uint64_t pages = (total + PAGE_SIZE - 1) / PAGE_SIZE, first = mm_pages_take(pages);
        block = first ? (struct block *)(mm_direct + first * PAGE_SIZE) : NULL;
        if (block) block->pages = pages;
    }
    if (block == NULL) return NULL;
    block->magic = LIVE;
    block->size = size;
    block->tag = tag;
    block->class = class;
    memset(block + 1, zero ? 0 : 0xCD, size);
    memcpy((uint8_t *)(block + 1) + size, &guard, sizeof(guard));
    if (class < CLASSES) POISON((uint8_t *)(block + 1) + size, ((size_t)64 << class) - sizeof(*block) - size);
    verify_track("pool", block + 1, size, tag, caller);
    return block + 1;
}

/* --- who asks ---------------------------------------------------------------------------------------------------- */

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define GUARDED false /* it sees every byte */
#else
#define GUARDED true
#endif

static void *allocate(SIZE_T size, ULONG tag, bool zero, bool paged, const void *caller) {
    if (!GUARDED || !verify_enabled || !image_find(caller)) return pool_allocate(size, tag, zero, caller);
    void *memory = guard_allocate(size, tag, paged, caller);
    if (memory == NULL) return pool_allocate(size, tag, zero, caller);
    memset(memory, zero ? 0 : 0xCD, size);
    verify_track("pool", memory, size, tag, caller);
    return memory;
}

void *ex_pool_for(const void *caller, SIZE_T size, ULONG tag, bool paged) {
    return allocate(size, tag, false, paged, caller);
}

void *ex_pool_extension(const void *caller, SIZE_T size, ULONG tag) {
    void *memory = allocate(size, tag, true, false, caller);
    if (memory) verify_untrack("pool", memory);
    return memory;
}

void ex_pool_give(void *memory) {
    if (memory) ExFreePoolWithTag(memory, 0);
}

PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag) {
    NT_ENTER(ExAllocatePoolWithTag);
    bool paged = PoolType & 1; /* PagedPool, and all its kinds */
    if (Tag == 0 || NumberOfBytes == 0)
        verify_violation("pool-arguments", "ExAllocatePoolWithTag of %llu bytes with tag %08x", NumberOfBytes, Tag);
    if (paged && ke_irql() > APC_LEVEL)
        verify_violation("irql-too-high", "ExAllocatePoolWithTag of paged pool at IRQL %u", ke_irql());
    return NT_FAULT(ExAllocatePoolWithTag) ? NULL : allocate(NumberOfBytes, Tag, false, paged, CALLER);
}

PVOID NTAPI ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag) {
    NT_ENTER(ExAllocatePool2);
    bool paged = Flags & POOL_FLAG_PAGED;
    if (Tag == 0 || NumberOfBytes == 0)
        verify_violation("pool-arguments", "ExAllocatePool2 of %llu bytes with tag %08x", NumberOfBytes, Tag);
    if (paged && ke_irql() > APC_LEVEL)
        verify_violation("irql-too-high", "ExAllocatePool2 of paged pool at IRQL %u", ke_irql());
    return NT_FAULT(ExAllocatePool2) ? NULL
                                     : allocate(NumberOfBytes, Tag, !(Flags & POOL_FLAG_UNINITIALIZED), paged, CALLER);
}

/* Such memory is not freed, if the process goes on at all: others would still follow pointers into it. */
static bool holds_live(const void *memory, size_t size) {
    static const struct {
        bool (*in)(const void *memory, size_t size);
        const char *rule, *what;
    } kinds[] = {{ex_resource_in, "pool-holds-resource", "a resource that was not deleted"},
                 {ke_dpc_in, "pool-holds-dpc", "a queued DPC"},
                 {ke_timer_in, "pool-holds-timer", "a running timer"},
                 {ex_work_in, "pool-holds-work-item", "a queued work item"},
                 {ex_lookaside_in, "pool-holds-lookaside", "a lookaside list that was not deleted"}};
    for (unsigned at = 0; verify_enabled && at < sizeof kinds / sizeof *kinds; at++) {
        if (!kinds[at].in(memory, size)) continue;
        verify_violation(kinds[at].rule, "%p is freed with %s inside", memory, kinds[at].what);
        return true;
    }
    return false;
}

static void block_free(PVOID memory, ULONG tag) {
    struct block *block = (struct block *)memory - 1;
    uint64_t guard;

    if (block->magic != LIVE) {
        verify_violation(block->magic == DEAD ? "pool-freed-twice" : "pool-bad-address", "ExFreePoolWithTag(%p)",
                         memory);
        return;
    }
    if (holds_live(memory, block->size)) return;
    if (tag != 0 && tag != block->tag)
        verify_violation("pool-wrong-tag", "%p has tag %08x, not %08x", memory, block->tag, tag);
    if (block->class < CLASSES)
        UNPOISON((uint8_t *)memory + block->size, ((size_t)64 << block->class) - sizeof(*block) - block->size);
    memcpy(&guard, (uint8_t *)memory + block->size, sizeof(guard));
    if (guard != GUARD)
        verify_violation("pool-overrun", "something wrote behind the %llu bytes at %p", (ULONG64)block->size, memory);
    verify_untrack("pool", memory);
    verify_locks_forget(memory, block->size);
    block->magic = DEAD;
    if (block->class == CLASSES) {
        mm_pages_give((uint64_t)((uint8_t *)block - mm_direct) / PAGE_SIZE, block->pages);
        return;
    }
    memset(memory, 0xDD, block->size);
    POISON(memory, ((size_t)64 << block->class) - sizeof(*block));
    pthread_mutex_lock(&lock);
    block->next = free_blocks[block->class];
    free_blocks[block->class] = block;
    pthread_mutex_unlock(&lock);
}

static bool is_pool(const void *address) {
    return (const uint8_t *)address > mm_direct && (const uint8_t *)address < mm_direct + MM_PHYSICAL;
}

void NTAPI ExFreePoolWithTag(PVOID P, ULONG Tag) {
    NT_ENTER(ExFreePoolWithTag);
    if (!is_pool(P) || ((uintptr_t)P & 15)) {
        verify_violation("pool-bad-address", "ExFreePoolWithTag(%p): that is no pool", P);
    } else if (guard_owns(P)) {
        SIZE_T size = guard_size(P);
        if (size && holds_live(P, size)) return;
        if (guard_free(P, Tag, CALLER)) verify_untrack("pool", P);
    } else {
        block_free(P, Tag);
    }
}
