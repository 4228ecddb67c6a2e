/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pools of NET_BUFFER_LISTs and NET_BUFFERs. A list is one block: the public structure, NDIS's private part behind it,
 * then (as the pool says) its NET_BUFFER and its context space. Freed blocks go back to a list of the pool, except
 * under AddressSanitizer, where the allocator itself should see every use after free.
 */
#include <stdlib.h>
#include <string.h>

#include "host/image.h"
#include "host/ndis_private.h"
#include "host/sched.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NBL_CACHE 0
#endif
#endif
#ifndef NBL_CACHE
#define NBL_CACHE 1
#endif

#define ALIGN16(n) (((size_t)(n) + 15) & ~(size_t)15)

/* One structure for both kinds of pool; a buffer pool has no lists. Lock legend: p lock; i immutable; a atomic. */
struct nbl_pool {
    enum ndis_magic magic;     /* a */
    uint32_t lock;             /* a: held for a few instructions, at any IRQL up to DISPATCH_LEVEL */
    void *free;                /* p: NET_BUFFER_LIST (by private free_next) or NET_BUFFER (by Next) */
    NET_BUFFER_LIST *all;      /* p: every list that was made (by private all_next), if they are kept */
    int64_t outstanding;       /* a: allocated and not freed by the driver */
    struct ndis_driver *owner; /* i: NULL for the host's stacks */
    bool with_buffer;          /* i: fAllocateNetBuffer */
    uint16_t context_size;     /* i: ContextSize, 16-byte multiple */
    uint32_t data_size;        /* i: DataSize */
    uint32_t tag;              /* i */
    uint8_t slots;             /* i: NetBufferListInfo slots in the owner's version */
    size_t block_size, buffer_offset, context_offset; /* i */
};

static void pool_lock(struct nbl_pool *pool) {
    while (__atomic_exchange_n(&pool->lock, 1, __ATOMIC_ACQUIRE))
        for (unsigned tries = 0; __atomic_load_n(&pool->lock, __ATOMIC_RELAXED); tries++) sched_relax(tries);
}

static void pool_unlock(struct nbl_pool *pool) { __atomic_store_n(&pool->lock, 0, __ATOMIC_RELEASE); }

static struct nbl_pool *pool_check(NDIS_HANDLE handle, enum ndis_magic want, const char *call) {
    struct nbl_pool *pool = handle;
    enum ndis_magic magic = pool ? __atomic_load_n(&pool->magic, __ATOMIC_RELAXED) : 0;
    if (__builtin_expect(magic == want, 1)) return pool;
    verify_violation("ndis-bad-handle", "%s: %p is %s", call, handle,
                     magic == NDIS_MAGIC_GONE ? "a pool that has been freed" : "not a pool of the right kind");
    return NULL;
}

/* The stacks of the host have no handle of their own and may pass NULL; an image may not. */
static bool pool_owner_ok(NDIS_HANDLE handle, const char *call, const void *caller, struct ndis_driver **owner,
                          struct ndis_adapter **adapter) {
    *owner = NULL;
    *adapter = NULL;
    if (!handle && !image_find(caller)) return true;
    *owner = ndis_owner_check(handle, call, adapter);
    return *owner != NULL;
}

/* --- pools ------------------------------------------------------------------------------------------------------- */

NDIS_HANDLE NTAPI NdisAllocateNetBufferListPool(NDIS_HANDLE NdisHandle,
                                                const NET_BUFFER_LIST_POOL_PARAMETERS *Parameters) {
    NT_ENTER(NdisAllocateNetBufferListPool);
    const char *call = "NdisAllocateNetBufferListPool";
    struct ndis_driver *owner;
    struct ndis_adapter *adapter;
    if (!pool_owner_ok(NdisHandle, call, __builtin_return_address(0), &owner, &adapter)) return NULL;
    uint16_t version = owner ? owner->version : ndis_host_version;
    if (!ndis_object_ok(NDIS_OF_LIST_POOL, version, &Parameters->Header, call)) return NULL;
    ndis_check_filled(call, Parameters, 0, 0);
    if (Parameters->ContextSize % 16 || (Parameters->DataSize && !Parameters->fAllocateNetBuffer)) {
        verify_violation("nbl-pool-parameters",
                         "%s: ContextSize %u is no multiple of 16, or DataSize %u without "
                         "fAllocateNetBuffer",
                         call, Parameters->ContextSize, Parameters->DataSize);
        return NULL;
    }
    if (!Parameters->PoolTag) verify_violation("nbl-pool-parameters", "%s: PoolTag is 0", call);
    if (NT_FAULT(NdisAllocateNetBufferListPool)) return NULL;

    struct nbl_pool *pool = calloc(1, sizeof *pool);
    if (!pool) return NULL;
    pool->magic = NDIS_MAGIC_LIST_POOL;
    pool->owner = owner;
    pool->slots = (uint8_t)ndis_info_slots(version);
    pool->with_buffer = Parameters->fAllocateNetBuffer;
    pool->context_size = Parameters->ContextSize;
    pool->data_size = Parameters->DataSize;
    pool->tag = Parameters->PoolTag;
    pool->buffer_offset = ALIGN16(sizeof(NET_BUFFER_LIST)) + ALIGN16(sizeof(struct nbl_private));
    pool->context_offset = pool->buffer_offset + (pool->with_buffer ? ALIGN16(sizeof(NET_BUFFER)) : 0);
    pool->block_size = pool->context_offset +
                       (pool->context_size ? offsetof(NET_BUFFER_LIST_CONTEXT, ContextData) + pool->context_size : 0);
    verify_track("nbl-pool", pool, sizeof *pool, pool->tag, __builtin_return_address(0));
    ndis_owned_add(adapter, "pool of lists", pool, __builtin_return_address(0));
    return pool;
}

NDIS_HANDLE NTAPI NdisAllocateNetBufferPool(NDIS_HANDLE NdisHandle, const NET_BUFFER_POOL_PARAMETERS *Parameters) {
    NT_ENTER(NdisAllocateNetBufferPool);
    const char *call = "NdisAllocateNetBufferPool";
    struct ndis_driver *owner;
    struct ndis_adapter *adapter;
    if (!pool_owner_ok(NdisHandle, call, __builtin_return_address(0), &owner, &adapter)) return NULL;
    uint16_t version = owner ? owner->version : ndis_host_version;
    if (!ndis_object_ok(NDIS_OF_BUFFER_POOL, version, &Parameters->Header, call)) return NULL;
    if (NT_FAULT(NdisAllocateNetBufferPool)) return NULL;
    struct nbl_pool *pool = calloc(1, sizeof *pool);
    if (!pool) return NULL;
    pool->magic = NDIS_MAGIC_BUFFER_POOL;
    pool->owner = owner;
    pool->data_size = Parameters->DataSize;
    pool->tag = Parameters->PoolTag;
    pool->block_size = ALIGN16(sizeof(NET_BUFFER));
    verify_track("nb-pool", pool, sizeof *pool, pool->tag, __builtin_return_address(0));
    ndis_owned_add(adapter, "pool of buffers", pool, __builtin_return_address(0));
    return pool;
}

static void pool_free(struct nbl_pool *pool, const char *call, const char *kind) {
    int64_t left = __atomic_load_n(&pool->outstanding, __ATOMIC_ACQUIRE);
    if (left && verify_enabled)
        verify_violation("nbl-leak", "%s: the pool goes while %lld of its %s are allocated", call, (long long)left,
                         pool->magic == NDIS_MAGIC_LIST_POOL ? "lists" : "buffers");
    verify_untrack(kind, pool);
    if (pool->owner) ndis_owned_remove(pool);
    bool lists = pool->magic == NDIS_MAGIC_LIST_POOL;
    void *block = lists ? (void *)pool->all : pool->free;
    while (block) {
        void *next = lists ? (void *)nbl_private(block)->all_next : (void *)((NET_BUFFER *)block)->Next;
        free(block);
        block = next;
    }
    pool->free = pool->all = NULL;
    __atomic_store_n(&pool->magic, NDIS_MAGIC_GONE, __ATOMIC_RELAXED);
    ndis_bury(pool);
}

VOID NTAPI NdisFreeNetBufferListPool(NDIS_HANDLE PoolHandle) {
    NT_ENTER(NdisFreeNetBufferListPool);
    struct nbl_pool *pool = pool_check(PoolHandle, NDIS_MAGIC_LIST_POOL, "NdisFreeNetBufferListPool");
    if (pool) pool_free(pool, "NdisFreeNetBufferListPool", "nbl-pool");
}

VOID NTAPI NdisFreeNetBufferPool(NDIS_HANDLE PoolHandle) {
    NT_ENTER(NdisFreeNetBufferPool);
    struct nbl_pool *pool = pool_check(PoolHandle, NDIS_MAGIC_BUFFER_POOL, "NdisFreeNetBufferPool");
    if (pool) pool_free(pool, "NdisFreeNetBufferPool", "nb-pool");
}

/* --- MDLs with data, as pools with a DataSize have them ---------------------------------------------------------- */

static MDL *data_create(uint32_t size) {
    void *data = ExAllocatePoolWithTag(NonPagedPoolNx, size, NDIS_HOST_TAG);
    if (!data) return NULL;
    MDL *mdl = IoAllocateMdl(data, size, FALSE, FALSE, NULL);
    if (!mdl) {
        ExFreePoolWithTag(data, NDIS_HOST_TAG);
        return NULL;
    }
    MmBuildMdlForNonPagedPool(mdl);
    return mdl;
}

static void data_destroy(MDL *mdl) {
    void *data = MmGetMdlVirtualAddress(mdl);
    IoFreeMdl(mdl);
    ExFreePoolWithTag(data, NDIS_HOST_TAG);
}

bool nbl_locate(MDL *chain, ULONG offset, MDL **mdl, ULONG *mdl_offset) {
    for (; chain; chain = chain->Next) {
        /* The end of an MDL belongs to the next one, if there is one. */
        if (offset < chain->ByteCount || (offset == chain->ByteCount && !chain->Next)) {
            *mdl = chain;
            *mdl_offset = offset;
            return true;
        }
        offset -= chain->ByteCount;
    }
    *mdl = NULL;
    *mdl_offset = 0;
    return offset == 0;
}

static inline void buffer_set(NET_BUFFER *buffer, NDIS_HANDLE pool, MDL *chain, ULONG offset, SIZE_T length) {
    __builtin_memset_inline(buffer, 0, sizeof *buffer);
    buffer->NdisPoolHandle = pool;
    buffer->MdlChain = chain;
    buffer->DataOffset = offset;
    buffer->DataLength = (ULONG)length;
}

static void buffer_init(NET_BUFFER *buffer, NDIS_HANDLE pool, MDL *chain, ULONG offset, SIZE_T length) {
    buffer_set(buffer, pool, chain, offset, length);
    MDL *mdl;
    ULONG mdl_offset;
    if (!nbl_locate(chain, offset, &mdl, &mdl_offset))
        verify_violation("nb-offset", "DataOffset %u lies behind the end of the MDL chain", offset);
    buffer->CurrentMdl = mdl;
    buffer->CurrentMdlOffset = mdl_offset;
}

/* --- lists ------------------------------------------------------------------------------------------------------- */

struct nbl_private *nbl_check(NET_BUFFER_LIST *list, const char *call) {
    if (!list || !list->NdisPoolHandle) {
        verify_violation("nbl-not-ndis", "%s: list %p was not allocated by NDIS", call, (void *)list);
        return NULL;
    }
    struct nbl_private *own = nbl_private(list);
    if (own->magic != NBL_PRIVATE_MAGIC || (NDIS_HANDLE)own->pool != list->NdisPoolHandle) {
        verify_violation("nbl-not-ndis", "%s: list %p was not allocated by NDIS, or is damaged", call, (void *)list);
        return NULL;
    }
    if (__atomic_load_n(&own->state, __ATOMIC_RELAXED) == NBL_FREE) {
        verify_violation("nbl-freed", "%s: list %p has been freed", call, (void *)list);
        return NULL;
    }
    return own;
}

#define POISON ((PVOID)(uintptr_t)0x0b1ded0ed0b1dedeu)

void nbl_poison(NET_BUFFER_LIST *list, unsigned slots) {
    for (unsigned i = slots; i < MaxNetBufferListInfo; i++) list->NetBufferListInfo[i] = POISON;
}

void nbl_poison_check(const NET_BUFFER_LIST *list, unsigned slots, const char *call) {
    for (unsigned i = slots; i < MaxNetBufferListInfo; i++)
        if (list->NetBufferListInfo[i] != POISON)
            verify_violation("nbl-info-version",
                             "%s: NetBufferListInfo[%u] of list %p was written to; the miniport's NDIS has %u slots",
                             call, i, (void *)list, slots);
}

void nbl_poison_clear(NET_BUFFER_LIST *list, unsigned slots) {
    for (unsigned i = slots; i < nbl_private(list)->slots; i++) list->NetBufferListInfo[i] = NULL;
}

static void list_made(struct nbl_pool *pool, NET_BUFFER_LIST *list) {
    if (!NBL_CACHE) return;
    pool_lock(pool);
    nbl_private(list)->all_next = pool->all;
    pool->all = list;
    pool_unlock(pool);
}

static NET_BUFFER_LIST *list_take(struct nbl_pool *pool) {
    NET_BUFFER_LIST *list = NULL, *after = NULL;
    if (NBL_CACHE) {
        pool_lock(pool);
        list = pool->free;
        if (list) pool->free = nbl_private(list)->free_next;
        pool_unlock(pool);
    }
    bool made = !list;
    if (made && posix_memalign((void **)&list, 16, pool->block_size)) return NULL;
    struct nbl_private *own = nbl_private(list);
    if (!made) after = own->all_next;
    memset(list, 0, pool->block_size);
    own->all_next = after;
    if (made) list_made(pool, list);
    list->NdisPoolHandle = pool;
    own->magic = NBL_PRIVATE_MAGIC;
    own->pool = pool;
    own->owner = pool->owner;
    own->slots = pool->slots;
    nbl_poison(list, own->slots);
    if (pool->with_buffer) {
        own->own_buffer = (NET_BUFFER *)((char *)list + pool->buffer_offset);
        list->FirstNetBuffer = own->own_buffer;
    }
    if (pool->context_size) own->own_context = (NET_BUFFER_LIST_CONTEXT *)((char *)list + pool->context_offset);
    __atomic_store_n(&own->state, NBL_OWNED, __ATOMIC_RELAXED);
    __atomic_fetch_add(&pool->outstanding, 1, __ATOMIC_RELAXED);
    return list;
}

static void list_give(struct nbl_pool *pool, NET_BUFFER_LIST *list) {
    struct nbl_private *own = nbl_private(list);
    __atomic_fetch_sub(&pool->outstanding, 1, __ATOMIC_RELEASE);
    if (!NBL_CACHE) {
        own->magic = 0;
        free(list);
        return;
    }
    pool_lock(pool);
    own->free_next = pool->free;
    pool->free = list;
    pool_unlock(pool);
}

/* With the verifier off, a thread keeps some lists of the pool that it last gave any back to: to take one and to return it
 * costs no lock then, as on Windows. */
#define MAGAZINE 64
static unsigned worlds;
static __thread struct {
    struct nbl_pool *pool;
    NET_BUFFER_LIST *free;
    unsigned count, world;
} magazine;

void nbl_stop(void) { worlds++; }

static inline NET_BUFFER_LIST *magazine_take(struct nbl_pool *pool) {
    NET_BUFFER_LIST *list = magazine.free;
    if (host_watched() || magazine.pool != pool || !list || magazine.world != worlds ||
        pool->magic != NDIS_MAGIC_LIST_POOL || __atomic_load_n(&fault_armed, __ATOMIC_RELAXED))
        return NULL;
    struct nbl_private *own = nbl_private(list);
    magazine.free = own->free_next;
    magazine.count--;
    __builtin_memset_inline(list, 0, sizeof *list);
    list->NdisPoolHandle = pool;
    list->FirstNetBuffer = own->own_buffer;
    own->state = NBL_OWNED;
    return list;
}

/* Of its pool nobody knows any more, or it is empty. */
static HOST_COLD bool magazine_free(void) {
    return !magazine.count || magazine.world != worlds || magazine.pool->magic == NDIS_MAGIC_GONE;
}

static inline bool magazine_give(NET_BUFFER_LIST *list) {
    if (!NBL_CACHE || host_watched() || !list || !list->NdisPoolHandle) return false;
    struct nbl_private *own = nbl_private(list);
    struct nbl_pool *pool = own->pool;
    if (own->magic != NBL_PRIVATE_MAGIC || own->state != NBL_OWNED || own->kind != NBL_KIND_PLAIN || list->Context ||
        pool->data_size)
        return false;
    if (__builtin_expect(magazine.pool != pool || magazine.world != worlds, 0)) {
        if (!magazine_free()) return false;
        magazine.pool = pool;
        magazine.world = worlds;
        magazine.free = NULL;
        magazine.count = 0;
    }
    if (magazine.count == MAGAZINE) return false;
    own->state = NBL_FREE;
    own->free_next = magazine.free;
    magazine.free = list;
    magazine.count++;
    return true;
}

static NDIS_STATUS context_add(NET_BUFFER_LIST *list, USHORT size, USHORT backfill) {
    struct nbl_private *own = nbl_private(list);
    if (size % 16 || backfill % 16)
        verify_violation("nbl-context", "context size %u or backfill %u is no multiple of 16", size, backfill);
    NET_BUFFER_LIST_CONTEXT *context = list->Context;
    if (context && context->Offset >= size) {
        context->Offset -= size; /* fits in front of what is used: no new context */
        return NDIS_STATUS_SUCCESS;
    }
    uint32_t total = (uint32_t)size + backfill;
    if (!context && own->own_context && total <= own->pool->context_size) {
        context = own->own_context;
        total = own->pool->context_size;
    } else {
        context = calloc(1, offsetof(NET_BUFFER_LIST_CONTEXT, ContextData) + total);
        if (!context) return NDIS_STATUS_RESOURCES;
    }
    context->Next = list->Context;
    context->Size = (USHORT)total;
    context->Offset = (USHORT)(total - size);
    list->Context = context;
    return NDIS_STATUS_SUCCESS;
}

static void context_remove_all(NET_BUFFER_LIST *list) {
    struct nbl_private *own = nbl_private(list);
    while (list->Context) {
        NET_BUFFER_LIST_CONTEXT *context = list->Context;
        list->Context = context->Next;
        if (context != own->own_context) free(context);
    }
}

NET_BUFFER_LIST *NTAPI NdisAllocateNetBufferList(NDIS_HANDLE PoolHandle, USHORT ContextSize, USHORT ContextBackFill) {
    NT_ENTER(NdisAllocateNetBufferList);
    struct nbl_pool *pool = pool_check(PoolHandle, NDIS_MAGIC_LIST_POOL, "NdisAllocateNetBufferList");
    if (!pool || NT_FAULT(NdisAllocateNetBufferList)) return NULL;
    NET_BUFFER_LIST *list = list_take(pool);
    if (!list) return NULL;
    MDL *mdl = NULL;
    if (pool->with_buffer) {
        if (pool->data_size && !(mdl = data_create(pool->data_size))) goto undo_list;
        buffer_init(list->FirstNetBuffer, pool, mdl, 0, 0);
    }
    if ((ContextSize || ContextBackFill) && context_add(list, ContextSize, ContextBackFill) != NDIS_STATUS_SUCCESS)
        goto undo_data;
    return list;
undo_data:
    if (mdl) data_destroy(mdl);
undo_list:
    nbl_private(list)->state = NBL_FREE;
    list_give(pool, list);
    return NULL;
}

static __attribute__((noinline)) NET_BUFFER_LIST *NTAPI allocate_both(NDIS_HANDLE PoolHandle, USHORT ContextSize,
                                                                      USHORT ContextBackFill, MDL *MdlChain,
                                                                      ULONG DataOffset, SIZE_T DataLength) {
    NT_ENTER(NdisAllocateNetBufferAndNetBufferList);
    const char *call = "NdisAllocateNetBufferAndNetBufferList";
    struct nbl_pool *pool = pool_check(PoolHandle, NDIS_MAGIC_LIST_POOL, call);
    if (!pool) return NULL;
    if (!pool->with_buffer || pool->data_size) {
        verify_violation("nbl-pool-parameters", "%s: needs a pool with fAllocateNetBuffer and DataSize 0", call);
        return NULL;
    }
    if (NT_FAULT(NdisAllocateNetBufferAndNetBufferList)) return NULL;
    NET_BUFFER_LIST *list = list_take(pool);
    if (!list) return NULL;
    buffer_init(list->FirstNetBuffer, pool, MdlChain, DataOffset, DataLength);
    if ((ContextSize || ContextBackFill) && context_add(list, ContextSize, ContextBackFill) != NDIS_STATUS_SUCCESS) {
        nbl_private(list)->state = NBL_FREE;
        list_give(pool, list);
        return NULL;
    }
    return list;
}

NET_BUFFER_LIST *NTAPI NdisAllocateNetBufferAndNetBufferList(NDIS_HANDLE PoolHandle, USHORT ContextSize,
                                                             USHORT ContextBackFill, MDL *MdlChain, ULONG DataOffset,
                                                             SIZE_T DataLength) {
    bool plain = !ContextSize && !ContextBackFill && (!MdlChain || DataOffset < MdlChain->ByteCount);
    NET_BUFFER_LIST *list = plain ? magazine_take(PoolHandle) : NULL;
    if (!list) __attribute__
        ((musttail)) return allocate_both(PoolHandle, ContextSize, ContextBackFill, MdlChain, DataOffset, DataLength);
    buffer_set(list->FirstNetBuffer, PoolHandle, MdlChain, DataOffset, DataLength);
    list->FirstNetBuffer->CurrentMdl = MdlChain;
    list->FirstNetBuffer->CurrentMdlOffset = DataOffset;
    return list;
}

static __attribute__((noinline)) VOID NTAPI free_list(NET_BUFFER_LIST *NetBufferList) {
    NT_ENTER(NdisFreeNetBufferList);
    struct nbl_private *own = nbl_check(NetBufferList, "NdisFreeNetBufferList");
    if (!own) return;
    if (!own->owner && verify_enabled && image_find(__builtin_return_address(0))) {
        verify_violation("nbl-not-held", "NdisFreeNetBufferList: list %p is the stack's own", (void *)NetBufferList);
        return;
    }
    uint32_t state = __atomic_exchange_n(&own->state, NBL_FREE, __ATOMIC_ACQ_REL);
    if (state != NBL_OWNED) {
        verify_violation("nbl-freed-while-lent", "NdisFreeNetBufferList: list %p is %s", (void *)NetBufferList,
                         state == NBL_FREE   ? "free already"
                         : state == NBL_SENT ? "held by the miniport"
                                             : "held by the stack");
        return;
    }
    nbl_poison_check(NetBufferList, own->slots, "NdisFreeNetBufferList");
    if (own->kind != NBL_KIND_PLAIN)
        verify_violation("nbl-clone", "NdisFreeNetBufferList: list %p is a clone or fragment", (void *)NetBufferList);
    struct nbl_pool *pool = own->pool;
    if (own->own_buffer && pool->data_size && own->own_buffer->MdlChain) data_destroy(own->own_buffer->MdlChain);
    context_remove_all(NetBufferList);
    list_give(pool, NetBufferList);
}

VOID NTAPI NdisFreeNetBufferList(NET_BUFFER_LIST *NetBufferList) {
    if (!magazine_give(NetBufferList)) __attribute__
        ((musttail)) return free_list(NetBufferList);
}

NDIS_STATUS NTAPI NdisAllocateNetBufferListContext(NET_BUFFER_LIST *NetBufferList, USHORT ContextSize,
                                                   USHORT ContextBackFill, ULONG PoolTag) {
    NT_ENTER(NdisAllocateNetBufferListContext);
    (void)PoolTag;
    if (!nbl_check(NetBufferList, "NdisAllocateNetBufferListContext")) return NDIS_STATUS_INVALID_PARAMETER;
    if (NT_FAULT(NdisAllocateNetBufferListContext)) return NDIS_STATUS_RESOURCES;
    return context_add(NetBufferList, ContextSize, ContextBackFill);
}

VOID NTAPI NdisFreeNetBufferListContext(NET_BUFFER_LIST *NetBufferList, USHORT ContextSize) {
    NT_ENTER(NdisFreeNetBufferListContext);
    struct nbl_private *own = nbl_check(NetBufferList, "NdisFreeNetBufferListContext");
    if (!own) return;
    NET_BUFFER_LIST_CONTEXT *context = NetBufferList->Context;
    if (!context || context->Offset + ContextSize > context->Size) {
        verify_violation("nbl-context", "NdisFreeNetBufferListContext: %u bytes were not allocated", ContextSize);
        return;
    }
    context->Offset += ContextSize;
    if (context->Offset == context->Size) {
        NetBufferList->Context = context->Next;
        if (context != own->own_context) free(context);
    }
}

/* --- buffers ----------------------------------------------------------------------------------------------------- */

static NET_BUFFER *buffer_take(struct nbl_pool *pool) {
    NET_BUFFER *buffer = NULL;
    if (NBL_CACHE) {
        pool_lock(pool);
        buffer = pool->free;
        if (buffer) pool->free = buffer->Next;
        pool_unlock(pool);
    }
    if (!buffer && posix_memalign((void **)&buffer, 16, pool->block_size)) return NULL;
    __atomic_fetch_add(&pool->outstanding, 1, __ATOMIC_RELAXED);
    return buffer;
}

static void buffer_give(struct nbl_pool *pool, NET_BUFFER *buffer) {
    __atomic_fetch_sub(&pool->outstanding, 1, __ATOMIC_RELEASE);
    buffer->NdisPoolHandle = NULL;
    if (!NBL_CACHE) {
        free(buffer);
        return;
    }
    pool_lock(pool);
    buffer->Next = pool->free;
    pool->free = buffer;
    pool_unlock(pool);
}

NET_BUFFER *NTAPI NdisAllocateNetBuffer(NDIS_HANDLE PoolHandle, MDL *MdlChain, ULONG DataOffset, SIZE_T DataLength) {
    NT_ENTER(NdisAllocateNetBuffer);
    struct nbl_pool *pool = pool_check(PoolHandle, NDIS_MAGIC_BUFFER_POOL, "NdisAllocateNetBuffer");
    if (!pool || NT_FAULT(NdisAllocateNetBuffer)) return NULL;
    if (pool->data_size) verify_violation("nbl-pool-parameters", "NdisAllocateNetBuffer: needs a pool with DataSize 0");
    NET_BUFFER *buffer = buffer_take(pool);
    if (buffer) buffer_init(buffer, pool, MdlChain, DataOffset, DataLength);
    return buffer;
}

NET_BUFFER *NTAPI NdisAllocateNetBufferMdlAndData(NDIS_HANDLE PoolHandle) {
    NT_ENTER(NdisAllocateNetBufferMdlAndData);
    struct nbl_pool *pool = pool_check(PoolHandle, NDIS_MAGIC_BUFFER_POOL, "NdisAllocateNetBufferMdlAndData");
    if (!pool || NT_FAULT(NdisAllocateNetBufferMdlAndData)) return NULL;
    if (!pool->data_size) {
        verify_violation("nbl-pool-parameters", "NdisAllocateNetBufferMdlAndData: needs a pool with a DataSize");
        return NULL;
    }
    NET_BUFFER *buffer = buffer_take(pool);
    if (!buffer) return NULL;
    MDL *mdl = data_create(pool->data_size);
    if (!mdl) {
        buffer_give(pool, buffer);
        return NULL;
    }
    buffer_init(buffer, pool, mdl, 0, 0);
    return buffer;
}

VOID NTAPI NdisFreeNetBuffer(NET_BUFFER *NetBuffer) {
    NT_ENTER(NdisFreeNetBuffer);
    struct nbl_pool *pool = pool_check(NetBuffer->NdisPoolHandle, NDIS_MAGIC_BUFFER_POOL, "NdisFreeNetBuffer");
    if (!pool) return;
    if (pool->data_size && NetBuffer->MdlChain) data_destroy(NetBuffer->MdlChain);
    buffer_give(pool, NetBuffer);
}
