/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What a thread does between reaching DISPATCH_LEVEL and leaving it: not for long, and without touching what may be
 * paged out. The former is measured in its own CPU time. For the latter, paged pool and the sections of images whose
 * names begin with PAGE are made inaccessible meanwhile, which is only possible while no other thread runs: under the
 * seeded scheduler.
 */
#include <time.h>

#include "host/ex_pool.h"
#include "host/image.h"
#include "host/sched.h"
#include "host/verify.h"

uint64_t verify_dispatch_limit = 100000000;
static int paged_blocks; /* atomic */

static uint64_t cpu_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void verify_paged_block(int change) { __atomic_add_fetch(&paged_blocks, change, __ATOMIC_RELAXED); }

void verify_pageable(bool accessible) {
    if (!__atomic_load_n(&paged_blocks, __ATOMIC_RELAXED) || !sched_running()) return;
    ex_pool_paged_access(accessible);
    image_paged_access(accessible);
}

static void raised(PETHREAD self) {
    self->raised_at = cpu_time();
    verify_pageable(false);
}

static void lowered(PETHREAD self) {
    uint64_t spent = cpu_time() - self->raised_at;
    verify_pageable(true);
    if (spent > verify_dispatch_limit)
        verify_violation("dpc-time", "the thread was at DISPATCH_LEVEL for %llu ms of CPU time; %llu are the limit",
                         (unsigned long long)(spent / 1000000), (unsigned long long)(verify_dispatch_limit / 1000000));
}

/* --- going back --------------------------------------------------------------------------------------------------- */

/* Locks may be released in another order than they were taken in, each to the IRQL that belongs to its turn; so these are
 * a set. They are told to images and to the host alike. */
HOST_COLD void verify_irql_save(KIRQL irql) {
    PETHREAD self = ps_this;
    if (self->saved_count < sizeof self->saved) self->saved[self->saved_count++] = irql;
}

static bool take_back(KIRQL irql) {
    PETHREAD self = ps_this;
    for (unsigned i = self->saved_count; i--;) {
        if (self->saved[i] != irql) continue;
        self->saved[i] = self->saved[--self->saved_count];
        return true;
    }
    return false;
}

HOST_COLD void verify_irql_lower(KIRQL irql) { take_back(irql); }

HOST_COLD void verify_irql_restore(KIRQL irql, const char *call) {
    PETHREAD self = ps_this;
    if (take_back(irql)) return;
    /* Nothing to go back to, or another lock's release will: locks may be taken and left hand over hand. */
    if (irql == self->irql && (!self->saved_count || self->spin_locks)) return;
    KIRQL right = self->saved_count ? self->saved[self->saved_count - 1] : self->irql;
    verify_violation("spin-lock-wrong-irql", "%s to IRQL %u; the lock was taken at %u", call, irql, right);
}

void verify_resident(const void *object, const char *what) {
    if (verify_enabled && ex_pool_is_paged(object))
        verify_violation("paged-dispatcher-object", "%p, %s, is in paged pool", object, what);
}

/* --- raised, and lowered ------------------------------------------------------------------------------------------ */

HOST_COLD void ke_irql_moved(PETHREAD self, KIRQL from) {
    KIRQL irql = self->irql;
    if ((from < DISPATCH_LEVEL) == (irql < DISPATCH_LEVEL)) return;
    if (irql >= DISPATCH_LEVEL)
        raised(self);
    else
        lowered(self);
    if (irql < DISPATCH_LEVEL && !self->spin_locks) self->saved_count = 0;
}
