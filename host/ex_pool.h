/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pool, as the host's own files use it. What an image allocates is guarded: it ends where an inaccessible page begins,
 * and becomes inaccessible itself when it is freed.
 */
#ifndef HOST_EX_POOL_H
#define HOST_EX_POOL_H

#include "host/kernel_private.h"

/* For an image, which must free it. `caller` is who asked. */
void *ex_pool_for(const void *caller, SIZE_T size, ULONG tag, bool paged);
/* For an image, which need not free it: what belongs to an object of the system. Zeroed. */
void *ex_pool_extension(const void *caller, SIZE_T size, ULONG tag);
void ex_pool_give(void *memory); /* of ex_pool_extension; may be NULL */
/* Whether the memory lies in paged pool. */
bool ex_pool_is_paged(const void *address);
/* For verify_irql.c: all of it. */
void ex_pool_paged_access(bool accessible);
/* What an access to this address breaks, NULL if it is no guarded pool: "pool-overrun", "pool-underrun",
 * "pool-use-after-free" or "pageable-data", and the block in words. Safe in signals. */
const char *ex_pool_explain(const void *address, char *text, size_t size);

#endif
