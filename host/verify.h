/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the verifier's files share with those that tell it what happens.
 */
#ifndef HOST_VERIFY_H
#define HOST_VERIFY_H

#include "host/kernel_private.h"

extern __thread const void *host_caller; /* of the last exported function that the thread entered */

/* The exported function that the thread called with Wait TRUE, which promises that it waits next; NULL: none. */
extern __thread const char *verify_promise;
void verify_promise_kept(const struct host_export *export);

/* verify_lock.c: spin locks of any kind, taken and released by the calling thread */
HOST_COLD void verify_lock_acquire(const void *address, enum verify_lock kind);
HOST_COLD void verify_lock_release(const void *address, enum verify_lock kind);
static inline void verify_lock_acquired(const void *address, enum verify_lock kind) {
    if (verify_enabled) verify_lock_acquire(address, kind);
}
static inline void verify_lock_released(const void *address, enum verify_lock kind) {
    if (verify_enabled) verify_lock_release(address, kind);
}
void verify_locks_forget(const void *memory, size_t size); /* it is freed, or unmapped */

/* verify_call.c: what a routine of a driver must leave as it was */
struct verify_call {
    const char *what;
    const void *routine;
    PRKAPC_STATE attachment;
    unsigned locks, mutexes;
    int critical, guarded;
    KIRQL irql;
};
struct verify_call verify_call_begin(const char *what, const void *routine);
void verify_call_end(const struct verify_call *before);
void verify_mutexes(unsigned before, const char *what);

/* verify_irql.c */
void verify_resident(const void *object,
                     const char *what); /* what the kernel touches at any IRQL is in no paged pool */
/* The calling thread was told its IRQL, to go back to it later. A spin lock is released to one that it was told. */
HOST_COLD void verify_irql_save(KIRQL irql);
HOST_COLD void verify_irql_lower(KIRQL irql);
HOST_COLD void verify_irql_restore(KIRQL irql, const char *call);
static inline void verify_irql_saved(KIRQL irql) {
    if (verify_enabled) verify_irql_save(irql);
}
static inline void verify_irql_lowered(KIRQL irql) {
    if (verify_enabled) verify_irql_lower(irql);
}
static inline void verify_irql_restored(KIRQL irql, const char *call) {
    if (verify_enabled) verify_irql_restore(irql, call);
}
extern uint64_t verify_dispatch_limit; /* nanoseconds of CPU time that a thread may spend at DISPATCH_LEVEL in one go */
/* What the thread that runs may touch while it is at DISPATCH_LEVEL changes with it; only under the scheduler, which
 * calls it when another thread goes on. */
void verify_pageable(bool accessible);
void verify_paged_block(int change); /* so many blocks of paged pool more, or images with sections named PAGE... */

#endif
