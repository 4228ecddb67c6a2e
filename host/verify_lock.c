/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The order in which images take spin locks. Whoever takes B while it holds A says that A comes before B; if anybody has
 * said the opposite, directly or over others, two threads may wait for each other for ever, even if they never did.
 */
#include <stdlib.h>
#include <string.h>

#include "host/image.h"
#include "host/verify.h"

#define EDGES 2048 /* known orders; beyond, new ones are not learnt */
#define DEPTH 16

struct edge {
    const void *before, *after; /* NULL: free */
    const void *caller;         /* who took `after` */
};

static struct edge edges[EDGES];
static unsigned edge_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of both */

static const struct edge *edge_locked(const void *before, const void *after) {
    for (unsigned i = 0; i < edge_count; i++)
        if (edges[i].before == before && edges[i].after == after) return &edges[i];
    return NULL;
}

/* The first step of a way from one lock to another. */
static const struct edge *way_locked(const void *from, const void *to, unsigned depth) {
    for (unsigned i = 0; depth && i < edge_count; i++)
        if (edges[i].before == from && (edges[i].after == to || way_locked(edges[i].after, to, depth - 1)))
            return &edges[i];
    return NULL;
}

/* The opposite order, if somebody has it; else this one is known from now on. */
static bool learn(const void *before, const void *after, const void *caller, struct edge *opposite) {
    bool found = false;
    pthread_mutex_lock(&lock);
    if (!edge_locked(before, after)) {
        const struct edge *way = way_locked(after, before, DEPTH);
        if (way) *opposite = *way;
        found = way != NULL;
        if (!found && edge_count < EDGES) edges[edge_count++] = (struct edge){before, after, caller};
    }
    pthread_mutex_unlock(&lock);
    return found;
}

void verify_lock_acquired(const void *address) {
    PETHREAD self = ps_this;
    if (!verify_enabled || !image_find(host_caller)) return;
    for (unsigned i = 0; i < self->held_count; i++) {
        struct edge opposite;
        char here[256], there[256];
        if (!learn(self->held[i], address, host_caller, &opposite)) continue;
        image_describe(host_caller, here, sizeof here);
        image_describe(opposite.caller, there, sizeof there);
        verify_violation("lock-order", "%s takes the spin lock %p while holding %p, but %s takes %p while holding %p",
                         here, address, self->held[i], there, opposite.after, opposite.before);
    }
    if (self->held_count < sizeof self->held / sizeof *self->held) self->held[self->held_count++] = address;
}

void verify_lock_released(const void *address) {
    PETHREAD self = ps_this;
    for (unsigned i = self->held_count; i--;) {
        if (self->held[i] != address) continue;
        memmove(&self->held[i], &self->held[i + 1], (self->held_count - i - 1) * sizeof *self->held);
        self->held_count--;
        return;
    }
}

void verify_locks_forget(const void *memory, size_t size) {
    const char *from = memory, *to = from + size;
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < edge_count;) {
        const char *before = edges[i].before, *after = edges[i].after;
        if ((before >= from && before < to) || (after >= from && after < to))
            edges[i] = edges[--edge_count];
        else
            i++;
    }
    pthread_mutex_unlock(&lock);
}
