/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#ifndef HOST_MM_H
#define HOST_MM_H

#include "host/kernel_private.h"

#ifndef MM_PHYSICAL
#define MM_PHYSICAL (16ull << 30) /* bytes, sparse */
#endif
#define MM_PHYSICAL_PAGES (MM_PHYSICAL / PAGE_SIZE)

struct run; /* pages side by side; alive while anybody maps or locks them */

/* A mapping of pages somewhere: system views in one list, user views in their process's. */
struct mm_view {
    struct mm_view *next;
    uint8_t *address;
    uint64_t pages;
    struct run *run; /* NULL: an MDL's pages */
    uint64_t first;
    UCHAR *protection; /* of each page: memory from VirtualAlloc; NULL: the view of a section or an MDL */
};

extern uint8_t *mm_direct;              /* page n is at mm_direct + n * PAGE_SIZE */
uint64_t mm_pages_take(uint64_t count); /* first of so many zero pages side by side; 0: no memory */
void mm_pages_give(uint64_t first, uint64_t count);
/* The number of the page behind an address, and the run to hold while it is locked; 0 if it is not memory of ours, or a
 * user view of another process than the current one. Memory that Linux gave to the program has no page of ours: its
 * address stands for it. */
#define MM_LINUX_PAGE (1ull << 40)
uint64_t mm_page_of(const void *address, struct run **run);
void mm_run_release(struct run *run);

void mm_view_add(PEPROCESS process, struct mm_view *view);
void mm_view_end(struct mm_view *view);
struct mm_view *mm_view_take(PEPROCESS process, const void *address); /* the one that begins there */
struct run *mm_run_make(uint64_t count);                              /* zero pages; NULL without memory */
uint64_t mm_run_first(const struct run *run);

/* Runs of free numbers, first fit; whoever has the list has a lock for it. */
struct mm_span {
    struct mm_span *next;
    uint64_t first, count;
};
uint64_t mm_span_take(struct mm_span **list, uint64_t count); /* 0: there is no such run */
void mm_span_give(struct mm_span **list, uint64_t first, uint64_t count);

/* mm_map.c, and for the build as a Windows DLL host/windows/mm_map.c */
bool mm_map_start(void);
void mm_clear_pages(uint64_t first, uint64_t count); /* zero pages again */
/* Side by side at the address, or anywhere if that is NULL; NULL without memory. */
uint8_t *mm_map_pages(uint8_t *address, const ULONG_PTR *pfns, uint64_t count, int protection);
void mm_unmap_pages(uint8_t *address, uint64_t count);
/* The same, where no address is user mode's. */
uint8_t *mm_map_system(const ULONG_PTR *pfns, uint64_t count, int protection);
void mm_unmap_system(uint8_t *address, uint64_t count);
bool mm_in_system_views(const void *address);

/* A section object of zero pages, referenced; NULL without memory. */
void *mm_section_make(uint64_t size, ULONG protection);
uint64_t mm_section_size(void *section);

/* mm_user.c */
/* The first address in the range that user mode cannot read, or write; NULL if there is none. */
const void *mm_user_bad(const void *address, size_t size, bool write);
/* Whether all of it lies where user mode's addresses are. */
bool mm_is_user_range(const void *address, size_t size);
int mm_protection(ULONG protection); /* of Linux; -1 for what is none */

/* mm_mdl.c: a process that dies must not have locked pages. */
void mm_process_ends(PEPROCESS process);

#endif
