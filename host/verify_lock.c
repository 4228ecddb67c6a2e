/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * How images use spin locks. Whoever takes B while it holds A says that A comes before B; if anybody has said the
 * opposite, directly or over others, two threads may wait for each other for ever, even if they never did. And a lock is
 * of one kind as long as it lives: Windows keeps a queue in those that are taken with a handle.
 *
 * Locks on a thread's stack have a kind only while they are held, and no order: the next call's may lie at the same place.
 */
#include <stdlib.h>
#include <string.h>

#include "host/ex_pool.h"
#include "host/image.h"
#include "host/seh.h"
#include "host/verify.h"

#define NODES 1024 /* known locks; beyond, new ones are not learnt */
#define EDGES 4096 /* known orders, likewise */
#define NONE UINT16_MAX

/* Lock legend: G graph_lock. G: all of them. */
struct node {
    const void *address; /* NULL: free. No other node hides behind it: those that go are filled from behind */
    const void *caller;  /* who took it first */
    enum verify_lock kind;
    uint16_t edges;  /* the first order in which this is the earlier one */
    uint16_t origin; /* of a search: the order that led here */
    unsigned search;
};
struct edge {
    uint16_t before, after, next;
    const void *caller; /* who took `after` */
};

static pthread_mutex_t graph_lock = PTHREAD_MUTEX_INITIALIZER;
static struct node nodes[NODES];
static struct edge edges[EDGES];
static unsigned node_count, edge_count, searches;
static unsigned generation; /* G, read without: changes when locks are forgotten */

/* What a thread has seen to be right, so that it need not ask again. */
static __thread struct seen {
    const void *address, *holding; /* NULL: no other */
    enum verify_lock kind;
    unsigned generation;
} seen[16];

static const char *const kinds[] = {[VERIFY_LOCK_PLAIN] = "plain",
                                    [VERIFY_LOCK_QUEUED] = "queued (in-stack)",
                                    [VERIFY_LOCK_SHARED] = "reader-writer",
                                    [VERIFY_LOCK_INTERLOCKED] = "list (interlocked)"};

static unsigned hash(const void *address) { return (unsigned)((uintptr_t)address * 0x9e3779b97f4a7c15u >> 54); }

/* The place where the lock is, or would be. */
static unsigned place_locked(const void *address) {
    unsigned at = hash(address) % NODES;
    while (nodes[at].address && nodes[at].address != address) at = (at + 1) % NODES;
    return at;
}

static unsigned node_locked(const void *address, enum verify_lock kind, const void *caller) {
    unsigned at = place_locked(address);
    if (nodes[at].address) return at;
    if (node_count >= NODES * 3 / 4) return NONE;
    node_count++;
    nodes[at] = (struct node){.address = address, .caller = caller, .kind = kind, .edges = NONE};
    return at;
}

/* The last step of a way from one lock to another; NULL: there is none. Visits each lock once. */
static const struct edge *way_locked(unsigned from, unsigned to) {
    static uint16_t queue[NODES];
    unsigned head = 0, tail = 0;
    nodes[from].search = ++searches;
    queue[tail++] = (uint16_t)from;
    while (head < tail) {
        for (uint16_t e = nodes[queue[head++]].edges; e != NONE; e = edges[e].next) {
            struct node *next = &nodes[edges[e].after];
            if (edges[e].after == to) return &edges[e];
            if (next->search == searches) continue;
            next->search = searches;
            queue[tail++] = edges[e].after;
        }
    }
    return NULL;
}

static bool known_locked(unsigned before, unsigned after) {
    uint16_t e = nodes[before].edges;
    while (e != NONE && edges[e].after != after) e = edges[e].next;
    return e != NONE;
}

struct opposite {
    const void *before, *after, *caller;
};

/* The opposite order, if somebody has it; else this one is known from now on. */
static bool learn_locked(unsigned before, unsigned after, const void *caller, struct opposite *opposite) {
    if (known_locked(before, after)) return false;
    const struct edge *way = way_locked(after, before);
    if (way) {
        *opposite = (struct opposite){nodes[way->before].address, nodes[way->after].address, way->caller};
    } else if (edge_count < EDGES) {
        edges[edge_count] = (struct edge){(uint16_t)before, (uint16_t)after, nodes[before].edges, caller};
        nodes[before].edges = (uint16_t)edge_count++;
    }
    return way != NULL;
}

/* --- taking and releasing ---------------------------------------------------------------------------------------- */

static bool on_stack(const void *address) {
    struct seh_stack stack = seh_stack();
    return (uintptr_t)address >= stack.low && (uintptr_t)address < stack.high;
}

static void mixed(const void *address, enum verify_lock kind, enum verify_lock other, const void *caller) {
    char there[256];
    image_describe(caller, there, sizeof there);
    verify_violation("spin-lock-mixed", "the spin lock %p is used as a %s lock here, and as a %s lock by %s", address,
                     kinds[kind], kinds[other], there);
}

static void disorder(const void *address, const void *held, const struct opposite *opposite) {
    char here[256], there[256];
    image_describe(host_caller, here, sizeof here);
    image_describe(opposite->caller, there, sizeof there);
    verify_violation("lock-order", "%s takes the spin lock %p while holding %p, but %s takes %p while holding %p", here,
                     address, held, there, opposite->after, opposite->before);
}

static void held_add(PETHREAD self, struct verify_held held) {
    if (self->held_count < VERIFY_HELD) self->held[self->held_count++] = held;
}

/* Asks the graph, and tells it. */
static void check(PETHREAD self, const void *address, enum verify_lock kind) {
    struct opposite opposite;
    const void *against = NULL, *user = NULL;
    enum verify_lock other = kind;
    pthread_mutex_lock(&graph_lock);
    unsigned node = node_locked(address, kind, host_caller);
    if (node != NONE) {
        other = nodes[node].kind;
        user = nodes[node].caller;
    }
    for (unsigned i = 0; i < self->held_count && node != NONE && !against; i++) {
        unsigned before = self->held[i].ordered ? place_locked(self->held[i].address) : NONE;
        if (before == NONE || !nodes[before].address || before == node) continue;
        if (learn_locked(before, node, host_caller, &opposite)) against = self->held[i].address;
    }
    pthread_mutex_unlock(&graph_lock);
    if (other != kind) mixed(address, kind, other, user);
    if (against) disorder(address, against, &opposite);
}

HOST_COLD void verify_lock_acquire(const void *address, enum verify_lock kind) {
    PETHREAD self = ps_this;
    if (!image_find(host_caller)) return;
    if (on_stack(address)) {
        held_add(self, (struct verify_held){address, host_caller, kind, false});
        return;
    }
    struct seen now = {address, self->held_count ? self->held[0].address : NULL, kind,
                       __atomic_load_n(&generation, __ATOMIC_RELAXED)};
    struct seen *last = &seen[hash(address) % (sizeof seen / sizeof *seen)];
    bool known = self->held_count <= 1 && last->address == now.address && last->holding == now.holding &&
                 last->kind == now.kind && last->generation == now.generation;
    if (!known) {
        verify_resident(address, "a spin lock");
        check(self, address, kind);
        if (self->held_count <= 1) *last = now;
    }
    held_add(self, (struct verify_held){address, host_caller, kind, true});
}

HOST_COLD void verify_lock_release(const void *address, enum verify_lock kind) {
    PETHREAD self = ps_this;
    for (unsigned i = self->held_count; i--;) {
        struct verify_held held = self->held[i];
        if (held.address != address) continue;
        memmove(&self->held[i], &self->held[i + 1], (self->held_count - i - 1) * sizeof *self->held);
        self->held_count--;
        if (held.kind != kind) mixed(address, kind, held.kind, held.caller);
        return;
    }
}

/* --- locks that have gone ---------------------------------------------------------------------------------------- */

static bool gone(unsigned node, const char *from, const char *to) {
    const char *address = nodes[node].address;
    return address >= from && address < to;
}

/* The graph again, without what lies there. */
static void rebuild_locked(const char *from, const char *to) {
    static struct node old[NODES];
    static uint16_t moved[NODES];
    unsigned count = 0;
    memcpy(old, nodes, sizeof old);
    for (unsigned i = 0; i < NODES; i++) moved[i] = old[i].address && !gone(i, from, to) ? 0 : NONE;
    memset(nodes, 0, sizeof nodes);
    node_count = 0;
    for (unsigned i = 0; i < NODES; i++)
        if (moved[i] != NONE) moved[i] = (uint16_t)node_locked(old[i].address, old[i].kind, old[i].caller);
    for (unsigned i = 0; i < edge_count; i++) {
        struct edge edge = edges[i];
        if (moved[edge.before] == NONE || moved[edge.after] == NONE) continue;
        edge.before = moved[edge.before];
        edge.after = moved[edge.after];
        edge.next = nodes[edge.before].edges;
        edges[count] = edge;
        nodes[edge.before].edges = (uint16_t)count++;
    }
    edge_count = count;
    __atomic_add_fetch(&generation, 1, __ATOMIC_RELAXED);
}

void verify_locks_forget(const void *memory, size_t size) {
    const char *from = memory, *to = from + size;
    bool any = false;
    pthread_mutex_lock(&graph_lock);
    /* Blocks of pool are small and many: looking each place of theirs up is cheaper than looking at all nodes. */
    if (size <= 256)
        for (size_t at = 0; at < size && node_count && !any; at += 4)
            any = nodes[place_locked(from + at)].address != NULL;
    for (unsigned i = 0; i < NODES && size > 256 && node_count && !any; i++) any = gone(i, from, to);
    if (any) rebuild_locked(from, to);
    pthread_mutex_unlock(&graph_lock);
}
