/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pool: blocks in the direct map, so that their pages have numbers. In front of each a header that says how large and
 * whose it is, behind each a guard word; both are looked at when it is freed. Freed blocks are filled, and with
 * AddressSanitizer they are poisoned, as is what lies behind the bytes asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "host/mm.h"

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

PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag) {
    NT_ENTER(ExAllocatePoolWithTag);
    if (Tag == 0 || NumberOfBytes == 0)
        verify_violation("pool-arguments", "ExAllocatePoolWithTag of %llu bytes with tag %08x", NumberOfBytes, Tag);
    return NT_FAULT(ExAllocatePoolWithTag) ? NULL : pool_allocate(NumberOfBytes, Tag, false, CALLER);
}

PVOID NTAPI ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag) {
    NT_ENTER(ExAllocatePool2);
    return NT_FAULT(ExAllocatePool2) ? NULL
                                     : pool_allocate(NumberOfBytes, Tag, !(Flags & 2 /* UNINITIALIZED */), CALLER);
}

void NTAPI ExFreePoolWithTag(PVOID P, ULONG Tag) {
    NT_ENTER(ExFreePoolWithTag);
    struct block *block = (struct block *)P - 1;
    uint64_t guard;

    if (block->magic != LIVE) {
        verify_violation(block->magic == DEAD ? "pool-freed-twice" : "pool-bad-address", "ExFreePoolWithTag(%p)", P);
        return;
    }
    if (ex_resource_in(P, block->size))
        verify_violation("pool-holds-resource", "%p is freed with a resource in it that was not deleted", P);
    if (Tag != 0 && Tag != block->tag)
        verify_violation("pool-wrong-tag", "%p has tag %08x, not %08x", P, block->tag, Tag);
    if (block->class < CLASSES)
        UNPOISON((uint8_t *)P + block->size, ((size_t)64 << block->class) - sizeof(*block) - block->size);
    memcpy(&guard, (uint8_t *)P + block->size, sizeof(guard));
    if (guard != GUARD)
        verify_violation("pool-overrun", "something wrote behind the %llu bytes at %p", (ULONG64)block->size, P);
    verify_untrack("pool", P);
    block->magic = DEAD;
    if (block->class == CLASSES) {
        mm_pages_give((uint64_t)((uint8_t *)block - mm_direct) / PAGE_SIZE, block->pages);
        return;
    }
    memset(P, 0xDD, block->size);
    POISON(P, ((size_t)64 << block->class) - sizeof(*block));
    pthread_mutex_lock(&lock);
    block->next = free_blocks[block->class];
    free_blocks[block->class] = block;
    pthread_mutex_unlock(&lock);
}
