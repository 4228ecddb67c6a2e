/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The inside of the tests' network stack.
 */
#ifndef HOST_STACK_FAKE_PRIVATE_H
#define HOST_STACK_FAKE_PRIVATE_H

#include "host/kernel.h"
#include "host/stack_fake.h"

#define FAKE_TAG 0x656b6146u /* "Fake" */
#define STATUS_KINDS 32

struct waiter {
    struct waiter *next;
    KEVENT event;
};

/* Lock legend: i immutable; l lock; a atomic. A stack is never freed: a test may look at it after the adapter has gone.
 */
struct fake_stack {
    struct fake_stack *next;      /* keeps it reachable */
    struct ndis_adapter *adapter; /* i */
    NDIS_HANDLE lists, buffers;   /* i: pools; freed when unbound and without live lists */
    KSPIN_LOCK lock;
    struct waiter *waiters;    /* l */
    bool bound;                /* l */
    unsigned live;             /* l: fake_lists that exist */
    uint64_t completion_calls; /* a */

    enum fake_returns returns;         /* l */
    bool clones;                       /* l */
    NET_BUFFER_LIST *held, **held_end; /* l: by Next, oldest first */
    unsigned held_count;               /* l */

    bool keep;                                                           /* l */
    struct fake_received **received;                                     /* l: `stored` of them */
    size_t stored, room;                                                 /* l */
    uint64_t received_count;                                             /* l */
    uint64_t indicate_calls;                                             /* l */
    void (*hook)(struct fake_stack *, NET_BUFFER_LIST *, ULONG, void *); /* l */
    void *hook_context;                                                  /* l */

    struct {
        NDIS_STATUS code;
        unsigned count;
    } statuses[STATUS_KINDS]; /* l */
};

void fake_wake_locked(struct fake_stack *stack);
/* ready is asked under the stack's lock */
void fake_wait_until(struct fake_stack *stack, bool (*ready)(struct fake_stack *, const void *), const void *what);
/* One fake_list more or less, or (0, true) the adapter is gone; the pools go with the last of them. */
void fake_live_change(struct fake_stack *stack, int change, bool unbind);

void fake_indicate(void *context, NET_BUFFER_LIST *chain, ULONG count, ULONG flags);
void fake_send_complete(void *context, NET_BUFFER_LIST *chain, ULONG flags);

#endif
