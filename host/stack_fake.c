/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The network stack of the tests: waiting, status, binding.
 */
#include <stdlib.h>
#include <string.h>

#include "host/stack_fake_private.h"

static struct fake_stack *all_stacks;
static uint32_t all_stacks_lock;

/* --- waiting ----------------------------------------------------------------------------------------------------- */

void fake_wake_locked(struct fake_stack *stack) {
    for (struct waiter *waiter = stack->waiters; waiter; waiter = waiter->next)
        KeSetEvent(&waiter->event, IO_NO_INCREMENT, FALSE);
}

void fake_wait_until(struct fake_stack *stack, bool (*ready)(struct fake_stack *, const void *), const void *what) {
    struct waiter self;
    KIRQL irql;
    KeInitializeEvent(&self.event, SynchronizationEvent, FALSE);
    KeAcquireSpinLock(&stack->lock, &irql);
    self.next = stack->waiters;
    stack->waiters = &self;
    while (!ready(stack, what)) {
        KeReleaseSpinLock(&stack->lock, irql);
        KeWaitForSingleObject(&self.event, Executive, KernelMode, FALSE, NULL);
        KeAcquireSpinLock(&stack->lock, &irql);
    }
    struct waiter **link = &stack->waiters;
    while (*link != &self) link = &(*link)->next;
    *link = self.next;
    KeReleaseSpinLock(&stack->lock, irql);
}

/* --- status ------------------------------------------------------------------------------------------------------ */

static void fake_status(void *context, const NDIS_STATUS_INDICATION *indication) {
    struct fake_stack *stack = context;
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    for (unsigned i = 0; i < STATUS_KINDS; i++) {
        if (stack->statuses[i].count && stack->statuses[i].code != indication->StatusCode) continue;
        stack->statuses[i].code = indication->StatusCode;
        stack->statuses[i].count++;
        break;
    }
    fake_wake_locked(stack);
    KeReleaseSpinLock(&stack->lock, irql);
}

static unsigned status_count_locked(struct fake_stack *stack, NDIS_STATUS status) {
    for (unsigned i = 0; i < STATUS_KINDS; i++) {
        if (stack->statuses[i].count && stack->statuses[i].code == status) return stack->statuses[i].count;
    }
    return 0;
}

unsigned fake_status_count(struct fake_stack *stack, NDIS_STATUS status) {
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    unsigned count = status_count_locked(stack, status);
    KeReleaseSpinLock(&stack->lock, irql);
    return count;
}

struct status_wait {
    NDIS_STATUS status;
    unsigned count;
};

static bool status_ready(struct fake_stack *stack, const void *what) {
    const struct status_wait *wait = what;
    return status_count_locked(stack, wait->status) >= wait->count;
}

void fake_wait_status(struct fake_stack *stack, NDIS_STATUS status, unsigned count) {
    struct status_wait wait = {.status = status, .count = count};
    fake_wait_until(stack, status_ready, &wait);
}

/* --- binding ----------------------------------------------------------------------------------------------------- */

void fake_live_change(struct fake_stack *stack, int change, bool unbind) {
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    stack->live += (unsigned)change;
    if (unbind) stack->bound = false;
    bool last = !stack->live && !stack->bound && stack->lists;
    NDIS_HANDLE lists = stack->lists, buffers = stack->buffers;
    if (last) stack->lists = stack->buffers = NULL;
    KeReleaseSpinLock(&stack->lock, irql);
    if (!last) return;
    NdisFreeNetBufferPool(buffers);
    NdisFreeNetBufferListPool(lists);
}

static NTSTATUS fake_bind(struct ndis_adapter *adapter, void **context) {
    struct fake_stack *stack = calloc(1, sizeof *stack);
    if (!stack) return STATUS_INSUFFICIENT_RESOURCES;
    stack->adapter = adapter;
    stack->keep = true;
    stack->bound = true;
    stack->held_end = &stack->held;
    KeInitializeSpinLock(&stack->lock);
    NET_BUFFER_LIST_POOL_PARAMETERS lists = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .ProtocolId = NDIS_PROTOCOL_ID_TCP_IP,
        .PoolTag = FAKE_TAG,
    };
    NET_BUFFER_POOL_PARAMETERS buffers = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_POOL_PARAMETERS_REVISION_1},
        .PoolTag = FAKE_TAG,
    };
    stack->lists = NdisAllocateNetBufferListPool(NULL, &lists);
    stack->buffers = NdisAllocateNetBufferPool(NULL, &buffers);
    if (!stack->lists || !stack->buffers) {
        if (stack->lists) NdisFreeNetBufferListPool(stack->lists);
        if (stack->buffers) NdisFreeNetBufferPool(stack->buffers);
        free(stack);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    while (__atomic_exchange_n(&all_stacks_lock, 1, __ATOMIC_ACQUIRE));
    stack->next = all_stacks;
    all_stacks = stack;
    __atomic_store_n(&all_stacks_lock, 0, __ATOMIC_RELEASE);
    *context = stack;
    return STATUS_SUCCESS;
}

static void fake_nothing(void *context) { (void)context; /* only the test sends, and it may do so in any state */ }

static void fake_unbind(void *context) {
    struct fake_stack *stack = context;
    if (fake_held(stack))
        verify_violation("host-held-at-unbind", "the test never returned %u list(s)", fake_held(stack));
    fake_live_change(stack, 0, true);
}

struct fake_stack *fake_of(struct ndis_adapter *adapter) { return ndis_adapter_stack_context(adapter); }

const struct net_stack stack_fake = {
    .name = "fake",
    .bind = fake_bind,
    .restarted = fake_nothing,
    .pausing = fake_nothing,
    .indicate = fake_indicate,
    .send_complete = fake_send_complete,
    .status = fake_status,
    .unbind = fake_unbind,
};
