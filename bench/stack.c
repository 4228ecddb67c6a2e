/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A network stack that does nothing but make packets and take them.
 */
#include <stdlib.h>

#include "bench/bench.h"
#include "host/kernel.h"
#include "host/netstack.h"

/* --- the stack ---------------------------------------------------------------------------------------------------- */

/* Lists that are sent together. */
struct chain {
    NET_BUFFER_LIST *lists[BUNDLE_MAX];
    uint32_t linked;           /* so many hang together */
    _Alignas(64) uint32_t out; /* atomic: lists that the driver has */
    uint32_t refused;          /* of those that have come back */
};

struct wire *wire_last;

static NTSTATUS bind(struct ndis_adapter *adapter, void **context) {
    struct wire *wire = aligned_alloc(128, (sizeof *wire + 127) & ~(size_t)127);
    if (!wire) return STATUS_INSUFFICIENT_RESOURCES;
    *wire = (struct wire){.adapter = adapter};
    *context = wire_last = wire;
    return STATUS_SUCCESS;
}

static void unbind(void *context) { free(context); }

static void nothing(void *context) { (void)context; }

/* The driver's thread is the only one that indicates: no locked instruction. */
static void indicate(void *context, NET_BUFFER_LIST *chain, ULONG count, ULONG flags) {
    struct wire *wire = context;
    __atomic_store_n(&wire->received, wire->received + count, __ATOMIC_RELEASE);
    if (!(flags & NDIS_RECEIVE_FLAGS_RESOURCES))
        ndis_stack_return(wire->adapter, chain,
                          flags & NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL ? NDIS_RETURN_FLAGS_DISPATCH_LEVEL : 0);
    if (wire->heard) wire->heard(wire, count);
}

/* Lists of one chain that come back together are counted together. */
static void send_complete(void *context, NET_BUFFER_LIST *list, ULONG flags) {
    (void)context, (void)flags;
    while (list) {
        struct chain *chain = list->ProtocolReserved[0];
        uint32_t count = 0, refused = 0;
        for (; list && list->ProtocolReserved[0] == chain; list = list->Next, count++)
            refused += list->Status != NDIS_STATUS_SUCCESS;
        if (refused) __atomic_fetch_add(&chain->refused, refused, __ATOMIC_RELAXED);
        __atomic_fetch_sub(&chain->out, count, __ATOMIC_RELEASE);
    }
}

static void status(void *context, const NDIS_STATUS_INDICATION *indication) { (void)context, (void)indication; }

static const struct net_stack stack_bench = {.name = "bench",
                                             .bind = bind,
                                             .restarted = nothing,
                                             .pausing = nothing,
                                             .indicate = indicate,
                                             .send_complete = send_complete,
                                             .status = status,
                                             .unbind = unbind};

void wire_use(void) { ndis_stack = &stack_bench; }

/* --- volleys ------------------------------------------------------------------------------------------------------ */

/* As many packets as the copies of the baseline come from. */
#define PACKETS 64u

struct volley {
    struct wire *wire;
    NDIS_HANDLE pool;
    uint8_t *data;
    uint32_t size, bundle, chains, next;
    struct chain chain[]; /* `chains` */
};

static NET_BUFFER_LIST *list_make(struct volley *volley, uint8_t *data, struct chain *chain) {
    MDL *mdl = IoAllocateMdl(data, volley->size, FALSE, FALSE, NULL);
    if (!mdl) return NULL;
    packet_make(data, volley->size);
    MmBuildMdlForNonPagedPool(mdl);
    NET_BUFFER_LIST *list = NdisAllocateNetBufferAndNetBufferList(volley->pool, 0, 0, mdl, 0, volley->size);
    if (!list) {
        IoFreeMdl(mdl);
        return NULL;
    }
    list->SourceHandle = NULL;
    list->ProtocolReserved[0] = chain;
    NdisSetNblFlag(list, NDIS_NBL_FLAGS_IS_IPV4);
    list->NetBufferListInfo[NetBufferListFrameType] = (PVOID)(ULONG_PTR)0x0008; /* 0x0800 in network order */
    return list;
}

struct volley *volley_make(struct wire *wire, uint32_t size, uint32_t bundle) {
    NET_BUFFER_LIST_POOL_PARAMETERS parameters = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1, sizeof parameters},
        .ProtocolId = NDIS_PROTOCOL_ID_DEFAULT,
        .fAllocateNetBuffer = TRUE,
        .PoolTag = 'hcnB'};
    uint32_t chains = PACKETS / bundle, stride = (size + 63) & ~63u;
    size_t total = sizeof(struct volley) + chains * sizeof(struct chain);
    struct volley *volley = aligned_alloc(64, (total + 63) & ~(size_t)63);
    if (!volley) return NULL;
    *volley = (struct volley){.wire = wire, .size = size, .bundle = bundle, .chains = chains};
    volley->pool = NdisAllocateNetBufferListPool(NULL, &parameters);
    volley->data = aligned_alloc(64, (size_t)chains * bundle * stride);
    bool good = volley->pool && volley->data;
    for (uint32_t at = 0; at < chains; at++) {
        volley->chain[at].out = volley->chain[at].refused = volley->chain[at].linked = 0;
        for (uint32_t list = 0; list < bundle; list++) {
            NET_BUFFER_LIST **made = &volley->chain[at].lists[list];
            uint8_t *data = volley->data + (size_t)(at * bundle + list) * stride;
            *made = good ? list_make(volley, data, &volley->chain[at]) : NULL;
            good = *made;
        }
    }
    if (good) return volley;
    volley_free(volley);
    return NULL;
}

void volley_free(struct volley *volley) {
    if (!volley) return;
    for (uint32_t at = 0; at < volley->chains * volley->bundle; at++) {
        NET_BUFFER_LIST *list = volley->chain[at / volley->bundle].lists[at % volley->bundle];
        if (!list) continue;
        MDL *mdl = list->FirstNetBuffer->MdlChain;
        NdisFreeNetBufferList(list);
        IoFreeMdl(mdl);
    }
    if (volley->pool) NdisFreeNetBufferListPool(volley->pool);
    free(volley->data);
    free(volley);
}

/* At DISPATCH_LEVEL, as most of what TCP/IP sends. */
uint32_t volley_send(struct volley *volley, uint32_t count) {
    struct chain *chain = &volley->chain[volley->next];
    KIRQL irql;
    volley->next = (volley->next + 1) % volley->chains;
    /* The driver gives a chain back as it got it. */
    for (uint32_t at = 0; at < count && chain->linked != count; at++)
        chain->lists[at]->Next = at + 1 < count ? chain->lists[at + 1] : NULL;
    chain->linked = count;
    chain->refused = 0;
    __atomic_store_n(&chain->out, count, __ATOMIC_RELAXED);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    ndis_stack_send(volley->wire->adapter, chain->lists[0], NDIS_SEND_FLAGS_DISPATCH_LEVEL);
    KeLowerIrql(irql);
    while (__atomic_load_n(&chain->out, __ATOMIC_ACQUIRE)) {
    }
    return count - chain->refused;
}
