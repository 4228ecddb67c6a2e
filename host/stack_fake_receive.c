/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The network stack of the tests, receiving side: copies, holding, and returning in any order.
 */
#include <stdlib.h>
#include <string.h>

#include "host/stack_fake_private.h"

/* --- receiving --------------------------------------------------------------------------------------------------- */

static struct fake_received *packet_copy(const NET_BUFFER_LIST *nbl, ULONG flags) {
    const NET_BUFFER *buffer = nbl->FirstNetBuffer;
    struct fake_received *received = calloc(1, sizeof *received + buffer->DataLength);
    if (!received) abort();
    uint8_t *to = (uint8_t *)(received + 1);
    received->data = to;
    received->size = buffer->DataLength;
    received->frame_type = (uint16_t)(uintptr_t)nbl->NetBufferListInfo[NetBufferListFrameType];
    received->nbl_flags = nbl->NblFlags;
    received->indicate_flags = flags;
    ULONG left = buffer->DataLength, offset = buffer->CurrentMdlOffset;
    for (MDL *mdl = buffer->CurrentMdl; mdl && left; mdl = mdl->Next) {
        if (offset >= mdl->ByteCount) {
            offset -= mdl->ByteCount;
            continue;
        }
        ULONG piece = mdl->ByteCount - offset < left ? mdl->ByteCount - offset : left;
        const uint8_t *from = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
        if (!from) break;
        memcpy(to, from + offset, piece);
        to += piece;
        left -= piece;
        offset = 0;
    }
    received->size -= left;
    return received;
}

static void received_store_locked(struct fake_stack *stack, struct fake_received *received) {
    if (stack->stored == stack->room) {
        size_t room = stack->room ? stack->room * 2 : 256;
        struct fake_received **larger = realloc(stack->received, room * sizeof *larger);
        if (!larger) abort();
        stack->received = larger;
        stack->room = room;
    }
    stack->received[stack->stored++] = received;
}

/* --- clones ------------------------------------------------------------------------------------------------------ */

/* What a stack keeps in the fields of a received list that are its own. */
#define CLONE(nbl) ((nbl)->ProtocolReserved[0])
#define HASH(nbl) ((nbl)->ProtocolReserved[1])

static uint64_t clone_hash(const NET_BUFFER_LIST *clone) {
    struct fake_received *copy = packet_copy(clone, 0);
    const uint8_t *data = copy->data;
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint32_t i = 0; i < copy->size; i++) hash = (hash ^ data[i]) * 0x100000001b3u;
    free(copy);
    return hash;
}

static void clones_make(NET_BUFFER_LIST *chain) {
    for (; chain; chain = chain->Next) {
        NET_BUFFER_LIST *clone = NdisAllocateCloneNetBufferList(chain, NULL, NULL, 0);
        CLONE(chain) = clone; /* NULL: no memory, or a fault on purpose */
        if (clone) HASH(chain) = (PVOID)(uintptr_t)clone_hash(clone);
    }
}

static void clones_free(NET_BUFFER_LIST *chain) {
    for (; chain; chain = chain->Next) {
        NET_BUFFER_LIST *clone = CLONE(chain);
        if (!clone) continue;
        if ((PVOID)(uintptr_t)clone_hash(clone) != HASH(chain))
            verify_violation("nbl-changed", "the data of a received list changed while the stack held its clone");
        NdisFreeCloneNetBufferList(clone, 0);
        CLONE(chain) = NULL;
    }
}

static ULONG return_flags(void) { return ke_irql() == DISPATCH_LEVEL ? NDIS_RETURN_FLAGS_DISPATCH_LEVEL : 0; }

static void return_reversed(struct fake_stack *stack, NET_BUFFER_LIST *chain) {
    NET_BUFFER_LIST *reversed = NULL;
    while (chain) {
        NET_BUFFER_LIST *next = chain->Next;
        chain->Next = reversed;
        reversed = chain;
        chain = next;
    }
    while (reversed) {
        NET_BUFFER_LIST *next = reversed->Next;
        reversed->Next = NULL;
        clones_free(reversed);
        ndis_stack_return(stack->adapter, reversed, return_flags());
        reversed = next;
    }
}

static void hold_locked(struct fake_stack *stack, NET_BUFFER_LIST *chain) {
    *stack->held_end = chain;
    while (*stack->held_end) {
        stack->held_count++;
        stack->held_end = &(*stack->held_end)->Next;
    }
}

void fake_indicate(void *context, NET_BUFFER_LIST *chain, ULONG count, ULONG flags) {
    struct fake_stack *stack = context;
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    void (*hook)(struct fake_stack *, NET_BUFFER_LIST *, ULONG, void *) = stack->hook;
    void *hook_context = stack->hook_context;
    bool clone = stack->clones && !(flags & NDIS_RECEIVE_FLAGS_RESOURCES);
    KeReleaseSpinLock(&stack->lock, irql);
    for (NET_BUFFER_LIST *nbl = chain; nbl; nbl = nbl->Next) CLONE(nbl) = NULL;
    if (clone) clones_make(chain);
    if (hook) hook(stack, chain, flags, hook_context);

    KeAcquireSpinLock(&stack->lock, &irql);
    for (NET_BUFFER_LIST *nbl = chain; nbl && stack->keep; nbl = nbl->Next)
        received_store_locked(stack, packet_copy(nbl, flags));
    stack->received_count += count;
    stack->indicate_calls++;
    enum fake_returns returns = stack->returns;
    bool lent = flags & NDIS_RECEIVE_FLAGS_RESOURCES;
    if (!lent && returns == FAKE_RETURN_HOLD) hold_locked(stack, chain);
    fake_wake_locked(stack);
    KeReleaseSpinLock(&stack->lock, irql);

    if (lent || returns == FAKE_RETURN_HOLD) return;
    if (returns == FAKE_RETURN_REVERSED) {
        return_reversed(stack, chain);
        return;
    }
    clones_free(chain);
    ndis_stack_return(stack->adapter, chain, return_flags());
}

void fake_set_clones(struct fake_stack *stack, bool clones) {
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    stack->clones = clones;
    KeReleaseSpinLock(&stack->lock, irql);
}

void fake_set_returns(struct fake_stack *stack, enum fake_returns returns) {
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    stack->returns = returns;
    KeReleaseSpinLock(&stack->lock, irql);
}

unsigned fake_held(struct fake_stack *stack) {
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    unsigned held = stack->held_count;
    KeReleaseSpinLock(&stack->lock, irql);
    return held;
}

/* Takes the index-th held list out. */
static NET_BUFFER_LIST *held_take_locked(struct fake_stack *stack, unsigned index) {
    NET_BUFFER_LIST **link = &stack->held;
    while (index--) link = &(*link)->Next;
    NET_BUFFER_LIST *nbl = *link;
    if (nbl == NULL) abort(); /* index is below held_count */
    *link = nbl->Next;
    if (!*link) stack->held_end = link;
    nbl->Next = NULL;
    stack->held_count--;
    return nbl;
}

unsigned fake_return(struct fake_stack *stack, unsigned count, unsigned seed, KIRQL irql) {
    NET_BUFFER_LIST *chain = NULL, **end = &chain;
    unsigned taken = 0;
    uint64_t random = seed;
    KIRQL old;
    KeAcquireSpinLock(&stack->lock, &old);
    for (; taken < count && stack->held_count; taken++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        *end = held_take_locked(stack, seed ? (unsigned)(random >> 33) % stack->held_count : 0);
        end = &(*end)->Next;
    }
    KeReleaseSpinLock(&stack->lock, old);
    if (!taken) return 0;
    old = ke_irql();
    if (irql > old) KeRaiseIrql(irql, &old);
    clones_free(chain);
    ndis_stack_return(stack->adapter, chain, return_flags());
    if (irql > old) KeLowerIrql(old);
    return taken;
}

static bool received_ready(struct fake_stack *stack, const void *count) {
    return stack->received_count >= *(const uint64_t *)count;
}

void fake_wait_received(struct fake_stack *stack, uint64_t count) { fake_wait_until(stack, received_ready, &count); }

uint64_t fake_received_count(struct fake_stack *stack) {
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    uint64_t count = stack->received_count;
    KeReleaseSpinLock(&stack->lock, irql);
    return count;
}

uint64_t fake_indicate_calls(struct fake_stack *stack) {
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    uint64_t calls = stack->indicate_calls;
    KeReleaseSpinLock(&stack->lock, irql);
    return calls;
}

const struct fake_received *fake_received_at(struct fake_stack *stack, uint64_t index) {
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    const struct fake_received *received = index < stack->stored ? stack->received[index] : NULL;
    KeReleaseSpinLock(&stack->lock, irql);
    return received;
}

void fake_keep_received(struct fake_stack *stack, bool keep) {
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    stack->keep = keep;
    KeReleaseSpinLock(&stack->lock, irql);
}

void fake_forget(struct fake_stack *stack) {
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    struct fake_received **received = stack->received;
    size_t stored = stack->stored;
    stack->received = NULL;
    stack->stored = stack->room = 0;
    stack->received_count = 0;
    stack->indicate_calls = 0;
    KeReleaseSpinLock(&stack->lock, irql);
    for (size_t i = 0; i < stored; i++) free(received[i]);
    free(received);
}

void fake_on_indicate(struct fake_stack *stack,
                      void (*hook)(struct fake_stack *, NET_BUFFER_LIST *chain, ULONG flags, void *), void *context) {
    KIRQL irql;
    KeAcquireSpinLock(&stack->lock, &irql);
    stack->hook = hook;
    stack->hook_context = context;
    KeReleaseSpinLock(&stack->lock, irql);
}
