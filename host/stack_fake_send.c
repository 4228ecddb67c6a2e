/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The network stack of the tests, sending side: lists built from a description, remembered until they are completed.
 */
#include <stdlib.h>
#include <string.h>

#include "host/stack_fake_private.h"

/* What a miniport must leave as it is. */
struct buffer_snapshot {
    NET_BUFFER *buffer, *next;
    MDL *chain, *current;
    ULONG current_offset, data_offset, data_length;
    uint64_t hash;
};

struct fake_list {
    struct fake_stack *stack;
    NET_BUFFER_LIST *nbl;
    bool sent, completed; /* stack->lock */
    NDIS_STATUS status;   /* stack->lock */
    unsigned count;
    struct buffer_snapshot snapshots[];
};

/* --- building lists ---------------------------------------------------------------------------------------------- */

static void chain_free(MDL *mdl) {
    while (mdl) {
        MDL *next = mdl->Next;
        void *data = MmGetMdlVirtualAddress(mdl);
        IoFreeMdl(mdl);
        ExFreePoolWithTag(data, FAKE_TAG);
        mdl = next;
    }
}

static uint32_t piece_size(const struct fake_packet *packet, unsigned index, uint32_t left) {
    uint32_t size = left;
    if (packet->pieces && packet->piece_count)
        size = packet->pieces[index < packet->piece_count ? index : packet->piece_count - 1];
    if (!size || size > left) size = left;
    return size;
}

/* Head- and tailroom hold bytes that are no packet, so that a wrong offset shows. */
static MDL *chain_create(const struct fake_packet *packet) {
    uint32_t total = packet->headroom + packet->size + packet->tailroom, at = 0;
    MDL *first = NULL, **end = &first;
    for (unsigned index = 0; at < total; index++) {
        uint32_t size = piece_size(packet, index, total - at);
        uint8_t *data = ExAllocatePoolWithTag(NonPagedPoolNx, size, FAKE_TAG);
        MDL *mdl = data ? IoAllocateMdl(data, size, FALSE, FALSE, NULL) : NULL;
        if (!mdl) {
            if (data) ExFreePoolWithTag(data, FAKE_TAG);
            chain_free(first);
            return NULL;
        }
        MmBuildMdlForNonPagedPool(mdl);
        mdl->Next = NULL;
        for (uint32_t i = 0; i < size; i++, at++) {
            bool inside = at >= packet->headroom && at - packet->headroom < packet->size;
            data[i] = inside ? ((const uint8_t *)packet->data)[at - packet->headroom] : 0xee;
        }
        *end = mdl;
        end = &mdl->Next;
    }
    return first;
}

static uint64_t chain_hash(const MDL *mdl) {
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (; mdl; mdl = mdl->Next) {
        const uint8_t *data = mdl->MappedSystemVa;
        uint32_t size = mdl->ByteCount, i = 0;
        for (; i + 8 <= size; i += 8) {
            uint64_t word;
            memcpy(&word, data + i, 8);
            hash = (hash ^ word) * 0xff51afd7ed558ccdu;
            hash ^= hash >> 29;
        }
        for (; i < size; i++) hash = (hash ^ data[i]) * 0x100000001b3u;
    }
    return hash;
}

static void snapshot(struct fake_list *list) {
    unsigned i = 0;
    for (NET_BUFFER *buffer = list->nbl->FirstNetBuffer; buffer && i < list->count; buffer = buffer->Next, i++)
        list->snapshots[i] = (struct buffer_snapshot){.buffer = buffer,
                                                      .next = buffer->Next,
                                                      .chain = buffer->MdlChain,
                                                      .current = buffer->CurrentMdl,
                                                      .current_offset = buffer->CurrentMdlOffset,
                                                      .data_offset = buffer->DataOffset,
                                                      .data_length = buffer->DataLength,
                                                      .hash = chain_hash(buffer->MdlChain)};
}

static void check_unchanged(struct fake_list *list) {
    NET_BUFFER *buffer = list->nbl->FirstNetBuffer;
    for (unsigned i = 0; i < list->count; i++, buffer = buffer->Next) {
        const struct buffer_snapshot *was = &list->snapshots[i];
        if (buffer != was->buffer || buffer->Next != was->next) {
            verify_violation("send-modified", "a completed list has other NET_BUFFERs than the one that was sent");
            return;
        }
        if (buffer->MdlChain != was->chain || buffer->CurrentMdl != was->current ||
            buffer->CurrentMdlOffset != was->current_offset || buffer->DataOffset != was->data_offset ||
            buffer->DataLength != was->data_length)
            verify_violation("send-modified", "NET_BUFFER %u of a completed list has another MDL, offset or length", i);
        else if (chain_hash(buffer->MdlChain) != was->hash)
            verify_violation("send-modified", "the data of NET_BUFFER %u of a sent list was written to", i);
    }
}

static void buffers_free(NET_BUFFER_LIST *nbl) {
    while (nbl->FirstNetBuffer) {
        NET_BUFFER *buffer = nbl->FirstNetBuffer;
        nbl->FirstNetBuffer = buffer->Next;
        chain_free(buffer->MdlChain);
        NdisFreeNetBuffer(buffer);
    }
}

static void frame_type_set(NET_BUFFER_LIST *nbl, const struct fake_packet *packet) {
    if (!packet->size) return;
    bool six = *(const uint8_t *)packet->data >> 4 == 6;
    nbl->NblFlags |= six ? NDIS_NBL_FLAGS_IS_IPV6 : NDIS_NBL_FLAGS_IS_IPV4;
    nbl->NetBufferListInfo[NetBufferListFrameType] = (PVOID)(uintptr_t)(six ? 0xdd86 : 0x0008);
}

struct fake_list *fake_list_create(struct fake_stack *stack, const struct fake_packet *packets, unsigned count) {
    struct fake_list *list = calloc(1, sizeof *list + count * sizeof *list->snapshots);
    if (!list) abort();
    list->stack = stack;
    list->count = count;
    list->nbl = NdisAllocateNetBufferList(stack->lists, 0, 0);
    if (!list->nbl) goto out_of_memory;
    NET_BUFFER **end = &list->nbl->FirstNetBuffer;
    for (unsigned i = 0; i < count; i++) {
        MDL *chain = chain_create(&packets[i]);
        *end = chain ? NdisAllocateNetBuffer(stack->buffers, chain, packets[i].headroom, packets[i].size) : NULL;
        if (!*end) goto out_of_memory;
        end = &(*end)->Next;
    }
    if (count) frame_type_set(list->nbl, &packets[0]);
    list->nbl->ProtocolReserved[0] = list;
    fake_live_change(stack, 1, false);
    return list;
out_of_memory:
    host_log("fake stack: out of memory");
    abort();
}

void fake_list_free(struct fake_list *list) {
    if (list->sent && !fake_list_completed(list))
        verify_violation("host-free-sent", "a test frees a list that the miniport still holds");
    buffers_free(list->nbl);
    NdisFreeNetBufferList(list->nbl);
    fake_live_change(list->stack, -1, false);
    free(list);
}

/* --- sending ----------------------------------------------------------------------------------------------------- */

void fake_send(struct fake_stack *stack, struct fake_list **lists, unsigned count, KIRQL irql) {
    if (!count) return;
    for (unsigned i = 0; i < count; i++) {
        snapshot(lists[i]);
        lists[i]->sent = true;
        lists[i]->completed = false;
        lists[i]->nbl->Status = NDIS_STATUS_PENDING;
        lists[i]->nbl->Next = i + 1 < count ? lists[i + 1]->nbl : NULL;
    }
    NET_BUFFER_LIST *chain = lists[0]->nbl;
    KIRQL old = ke_irql();
    if (irql > old) KeRaiseIrql(irql, &old);
    ndis_stack_send(stack->adapter, chain, ke_irql() == DISPATCH_LEVEL ? NDIS_SEND_FLAGS_DISPATCH_LEVEL : 0);
    if (irql > old) KeLowerIrql(old);
}

void fake_send_complete(void *context, NET_BUFFER_LIST *chain, ULONG flags) {
    struct fake_stack *stack = context;
    KIRQL irql;
    (void)flags;
    __atomic_fetch_add(&stack->completion_calls, 1, __ATOMIC_RELAXED);
    for (NET_BUFFER_LIST *nbl = chain; nbl; nbl = nbl->Next) {
        struct fake_list *list = nbl->ProtocolReserved[0];
        if (nbl->Status == NDIS_STATUS_PENDING)
            verify_violation("send-status", "a list was completed without a status");
        check_unchanged(list);
    }
    KeAcquireSpinLock(&stack->lock, &irql);
    while (chain) {
        NET_BUFFER_LIST *nbl = chain;
        struct fake_list *list = nbl->ProtocolReserved[0];
        chain = nbl->Next;
        nbl->Next = NULL;
        list->status = nbl->Status;
        list->completed = true;
    }
    fake_wake_locked(stack);
    KeReleaseSpinLock(&stack->lock, irql);
}

bool fake_list_completed(struct fake_list *list) {
    KIRQL irql;
    KeAcquireSpinLock(&list->stack->lock, &irql);
    bool completed = list->completed;
    KeReleaseSpinLock(&list->stack->lock, irql);
    return completed;
}

static bool list_ready(struct fake_stack *stack, const void *list) {
    (void)stack;
    return ((const struct fake_list *)list)->completed;
}

void fake_list_wait(struct fake_list *list) { fake_wait_until(list->stack, list_ready, list); }

NDIS_STATUS fake_list_status(struct fake_list *list) {
    KIRQL irql;
    KeAcquireSpinLock(&list->stack->lock, &irql);
    NDIS_STATUS status = list->completed ? list->status : NDIS_STATUS_PENDING;
    KeReleaseSpinLock(&list->stack->lock, irql);
    return status;
}

NET_BUFFER_LIST *fake_list_nbl(struct fake_list *list) { return list->nbl; }

uint64_t fake_completion_calls(struct fake_stack *stack) {
    return __atomic_load_n(&stack->completion_calls, __ATOMIC_RELAXED);
}

unsigned fake_send_packets(struct fake_stack *stack, const struct fake_packet *packets, unsigned count, KIRQL irql) {
    struct fake_list **lists = calloc(count ? count : 1, sizeof *lists);
    if (!lists) abort();
    unsigned succeeded = 0;
    for (unsigned i = 0; i < count; i++) lists[i] = fake_list_create(stack, &packets[i], 1);
    fake_send(stack, lists, count, irql);
    for (unsigned i = 0; i < count; i++) {
        fake_list_wait(lists[i]);
        succeeded += fake_list_status(lists[i]) == NDIS_STATUS_SUCCESS;
        fake_list_free(lists[i]);
    }
    free(lists);
    return succeeded;
}
