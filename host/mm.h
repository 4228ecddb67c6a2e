/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#ifndef HOST_MM_H
#define HOST_MM_H

#include "host/kernel_private.h"

struct run;

extern uint8_t *mm_direct;              /* page n is at mm_direct + n * PAGE_SIZE */
uint64_t mm_pages_take(uint64_t count); /* first of so many zero pages side by side; 0: no memory */
void mm_pages_give(uint64_t first, uint64_t count);
uint64_t mm_page_of(const void *address, struct run **run);
void mm_run_release(struct run *run);
void *mm_map_system(const ULONG_PTR *pfns, uint64_t count, bool writable);
void mm_unmap_system(void *address, uint64_t count);

#endif
