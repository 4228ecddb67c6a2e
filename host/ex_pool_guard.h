/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Guarded blocks, for ex_pool.c.
 */
#ifndef HOST_EX_POOL_GUARD_H
#define HOST_EX_POOL_GUARD_H

#include "host/ex_pool.h"

/* NULL when there is no memory, or no guarded block to be had any more. */
void *guard_allocate(SIZE_T size, ULONG tag, bool pageable, const void *caller);
bool guard_owns(const void *address); /* some byte of a guarded block, live or freed */
/* Checks and frees; false: it is no live guarded block (after a violation). */
bool guard_free(void *address, ULONG tag, const void *caller);
/* Of a live block; 0 if there is none at this address. */
SIZE_T guard_size(const void *address);

#endif
