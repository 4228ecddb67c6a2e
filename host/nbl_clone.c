/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Lists that share their data with others: clones, fragments of a list, and one list made of fragments. None copies
 * data; each has MDLs of its own over the same memory, unless a clone asks for the original's.
 */
#include "host/ndis_private.h"

/* --- MDLs over parts of others ----------------------------------------------------------------------------------- */

static void parts_free(MDL *mdl) {
    while (mdl) {
        MDL *next = mdl->Next;
        IoFreeMdl(mdl);
        mdl = next;
    }
}

/* Appends MDLs for `length` bytes of the chain from `offset` on. On failure *end leads to what was made so far. */
static bool parts_append(MDL ***end, MDL *chain, ULONG offset, ULONG length) {
    for (; length; chain = chain->Next) {
        if (!chain) return false;
        if (offset >= chain->ByteCount) {
            offset -= chain->ByteCount;
            continue;
        }
        ULONG piece = chain->ByteCount - offset < length ? chain->ByteCount - offset : length;
        char *start = (char *)MmGetMdlVirtualAddress(chain) + offset;
        MDL *part = IoAllocateMdl(start, piece, FALSE, FALSE, NULL);
        if (!part) return false;
        IoBuildPartialMdl(chain, part, start, piece);
        part->Next = NULL;
        **end = part;
        *end = &part->Next;
        length -= piece;
        offset = 0;
    }
    return true;
}

/* --- lists of other lists' data ---------------------------------------------------------------------------------- */

/* Pools of the host itself, for callers that give none. Made with the first use, they live until NDIS stops. */
static NDIS_HANDLE own_lists, own_buffers;
static KSPIN_LOCK own_lock;

static NDIS_HANDLE own_pool(NDIS_HANDLE *pool, NDIS_HANDLE (*create)(void)) {
    KIRQL irql;
    KeAcquireSpinLock(&own_lock, &irql);
    if (!*pool) *pool = create();
    NDIS_HANDLE found = *pool;
    KeReleaseSpinLock(&own_lock, irql);
    return found;
}

static NDIS_HANDLE create_lists(void) {
    NET_BUFFER_LIST_POOL_PARAMETERS parameters = {.Header = ndis_object_header(NDIS_OF_LIST_POOL, NDIS_VERSION_OLDEST),
                                                  .PoolTag = NDIS_HOST_TAG};
    return NdisAllocateNetBufferListPool(NULL, &parameters);
}

static NDIS_HANDLE create_buffers(void) {
    NET_BUFFER_POOL_PARAMETERS parameters = {.Header = ndis_object_header(NDIS_OF_BUFFER_POOL, NDIS_VERSION_OLDEST),
                                             .PoolTag = NDIS_HOST_TAG};
    return NdisAllocateNetBufferPool(NULL, &parameters);
}

void nbl_clone_stop(void) {
    if (own_buffers) NdisFreeNetBufferPool(own_buffers);
    if (own_lists) NdisFreeNetBufferListPool(own_lists);
    own_lists = own_buffers = NULL;
}

static NET_BUFFER_LIST *derived_create(NDIS_HANDLE pool, NET_BUFFER_LIST *parent, enum nbl_kind kind) {
    if (!pool) pool = own_pool(&own_lists, create_lists);
    NET_BUFFER_LIST *list = pool ? NdisAllocateNetBufferList(pool, 0, 0) : NULL;
    if (!list) return NULL;
    if (list->FirstNetBuffer) {
        verify_violation("nbl-pool-parameters", "a list for the data of others needs a pool without buffers");
        NdisFreeNetBufferList(list);
        return NULL;
    }
    struct nbl_private *own = nbl_private(list);
    own->kind = kind;
    list->ParentNetBufferList = parent;
    if (parent) list->NblFlags = parent->NblFlags;
    return list;
}

/* One more buffer at the end of a list. */
static NET_BUFFER *derived_add(NET_BUFFER_LIST *list, NDIS_HANDLE pool, MDL *chain, ULONG offset, ULONG length) {
    if (!pool) pool = own_pool(&own_buffers, create_buffers);
    NET_BUFFER *buffer = pool ? NdisAllocateNetBuffer(pool, chain, offset, length) : NULL;
    NET_BUFFER **link = &list->FirstNetBuffer;
    if (!buffer) return NULL;
    while (*link) link = &(*link)->Next;
    *link = buffer;
    return buffer;
}

static void derived_free(NET_BUFFER_LIST *list, bool free_mdls) {
    while (list->FirstNetBuffer) {
        NET_BUFFER *buffer = list->FirstNetBuffer;
        list->FirstNetBuffer = buffer->Next;
        if (free_mdls) parts_free(buffer->MdlChain);
        buffer->MdlChain = NULL;
        NdisFreeNetBuffer(buffer);
    }
    nbl_private(list)->kind = NBL_KIND_PLAIN;
    NdisFreeNetBufferList(list);
}

/* The list must be what the call frees, and with its owner. */
static bool derived_check(NET_BUFFER_LIST *list, enum nbl_kind kind, const char *call) {
    struct nbl_private *own = nbl_check(list, call);
    if (!own) return false;
    if (own->kind != kind)
        verify_violation("nbl-clone", "%s: list %p was not made by the call that this one undoes", call, (void *)list);
    else if (__atomic_load_n(&own->state, __ATOMIC_ACQUIRE) != NBL_OWNED)
        verify_violation("nbl-freed-while-lent", "%s: list %p is held by somebody else", call, (void *)list);
    else
        return true;
    return false;
}

/* --- clones ------------------------------------------------------------------------------------------------------ */

NET_BUFFER_LIST *NTAPI NdisAllocateCloneNetBufferList(NET_BUFFER_LIST *OriginalNetBufferList,
                                                      NDIS_HANDLE NetBufferListPoolHandle,
                                                      NDIS_HANDLE NetBufferPoolHandle, ULONG AllocateCloneFlags) {
    NT_ENTER(NdisAllocateCloneNetBufferList);
    const char *call = "NdisAllocateCloneNetBufferList";
    if (!nbl_check(OriginalNetBufferList, call) || NT_FAULT(NdisAllocateCloneNetBufferList)) return NULL;
    bool share = AllocateCloneFlags & NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS;
    NET_BUFFER_LIST *clone =
        derived_create(NetBufferListPoolHandle, OriginalNetBufferList, share ? NBL_KIND_SHARING_CLONE : NBL_KIND_CLONE);
    if (!clone) return NULL;
    for (NET_BUFFER *from = OriginalNetBufferList->FirstNetBuffer; from; from = from->Next) {
        MDL *chain = NULL, **end = &chain;
        ULONG offset = 0;
        if (share) {
            chain = from->CurrentMdl;
            offset = from->CurrentMdlOffset;
        } else if (!parts_append(&end, from->CurrentMdl, from->CurrentMdlOffset, from->DataLength)) {
            parts_free(chain);
            goto undo;
        }
        if (!derived_add(clone, NetBufferPoolHandle, chain, offset, from->DataLength)) {
            if (!share) parts_free(chain);
            goto undo;
        }
    }
    return clone;
undo:
    derived_free(clone, !share);
    return NULL;
}

VOID NTAPI NdisFreeCloneNetBufferList(NET_BUFFER_LIST *CloneNetBufferList, ULONG FreeCloneFlags) {
    NT_ENTER(NdisFreeCloneNetBufferList);
    bool share = FreeCloneFlags & NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS;
    if (derived_check(CloneNetBufferList, share ? NBL_KIND_SHARING_CLONE : NBL_KIND_CLONE,
                      "NdisFreeCloneNetBufferList"))
        derived_free(CloneNetBufferList, !share);
}

/* --- fragments --------------------------------------------------------------------------------------------------- */

/* An MDL of its own in front of the data: room for headers. */
static MDL *room_create(ULONG size) {
    void *data = ExAllocatePoolWithTag(NonPagedPoolNx, size, NDIS_HOST_TAG);
    MDL *mdl = data ? IoAllocateMdl(data, size, FALSE, FALSE, NULL) : NULL;
    if (mdl)
        MmBuildMdlForNonPagedPool(mdl);
    else if (data)
        ExFreePoolWithTag(data, NDIS_HOST_TAG);
    return mdl;
}

static void room_free(MDL *mdl) {
    void *data = MmGetMdlVirtualAddress(mdl);
    IoFreeMdl(mdl);
    ExFreePoolWithTag(data, NDIS_HOST_TAG);
}

/* The buffer starts with room for `delta` and `backfill` bytes, and includes the first of them. */
static bool room_add(NET_BUFFER *buffer, ULONG delta, ULONG backfill) {
    if (!delta && !backfill) return true;
    MDL *room = room_create(delta + backfill);
    if (!room) return false;
    room->Next = buffer->MdlChain;
    buffer->MdlChain = buffer->CurrentMdl = room;
    buffer->DataOffset = buffer->CurrentMdlOffset = backfill;
    buffer->DataLength += delta;
    return true;
}

static void room_remove_all(NET_BUFFER_LIST *list) {
    if (!nbl_private(list)->with_room) return;
    for (NET_BUFFER *buffer = list->FirstNetBuffer; buffer; buffer = buffer->Next) {
        MDL *room = buffer->MdlChain;
        buffer->MdlChain = room->Next;
        room_free(room);
    }
}

static bool fragment_add(NET_BUFFER_LIST *list, NDIS_HANDLE pool, const NET_BUFFER *from, ULONG start, ULONG length,
                         ULONG delta, ULONG backfill) {
    MDL *chain = NULL, **end = &chain;
    NET_BUFFER *buffer = NULL;
    if (parts_append(&end, from->CurrentMdl, from->CurrentMdlOffset + start, length))
        buffer = derived_add(list, pool, chain, 0, length);
    if (buffer && room_add(buffer, delta, backfill)) return true;
    parts_free(chain);
    if (!buffer) return false;
    NET_BUFFER **link = &list->FirstNetBuffer;
    while (*link != buffer) link = &(*link)->Next;
    *link = NULL;
    buffer->MdlChain = NULL;
    NdisFreeNetBuffer(buffer);
    return false;
}

NET_BUFFER_LIST *NTAPI NdisAllocateFragmentNetBufferList(NET_BUFFER_LIST *OriginalNetBufferList,
                                                         NDIS_HANDLE NetBufferListPool, NDIS_HANDLE NetBufferPool,
                                                         ULONG StartOffset, ULONG MaximumLength, ULONG DataOffsetDelta,
                                                         ULONG DataBackFill, ULONG AllocateFragmentFlags) {
    NT_ENTER(NdisAllocateFragmentNetBufferList);
    const char *call = "NdisAllocateFragmentNetBufferList";
    (void)AllocateFragmentFlags;
    if (!nbl_check(OriginalNetBufferList, call)) return NULL;
    if (!MaximumLength) {
        verify_violation("ndis-parameter", "%s: MaximumLength is 0", call);
        return NULL;
    }
    if (NT_FAULT(NdisAllocateFragmentNetBufferList)) return NULL;
    NET_BUFFER_LIST *list = derived_create(NetBufferListPool, OriginalNetBufferList, NBL_KIND_FRAGMENT);
    if (!list) return NULL;
    nbl_private(list)->with_room = DataOffsetDelta + DataBackFill != 0;
    for (NET_BUFFER *from = OriginalNetBufferList->FirstNetBuffer; from; from = from->Next)
        for (ULONG at = StartOffset; at < from->DataLength; at += MaximumLength) {
            ULONG length = from->DataLength - at < MaximumLength ? from->DataLength - at : MaximumLength;
            if (fragment_add(list, NetBufferPool, from, at, length, DataOffsetDelta, DataBackFill)) continue;
            room_remove_all(list);
            derived_free(list, true);
            return NULL;
        }
    return list;
}

VOID NTAPI NdisFreeFragmentNetBufferList(NET_BUFFER_LIST *FragmentNetBufferList, ULONG DataOffsetDelta,
                                         ULONG FreeFragmentFlags) {
    NT_ENTER(NdisFreeFragmentNetBufferList);
    (void)DataOffsetDelta, (void)FreeFragmentFlags;
    if (!derived_check(FragmentNetBufferList, NBL_KIND_FRAGMENT, "NdisFreeFragmentNetBufferList")) return;
    room_remove_all(FragmentNetBufferList);
    derived_free(FragmentNetBufferList, true);
}

NET_BUFFER_LIST *NTAPI NdisAllocateReassembledNetBufferList(NET_BUFFER_LIST *FragmentNetBufferList,
                                                            NDIS_HANDLE NetBufferAndNetBufferListPoolHandle,
                                                            ULONG StartOffset, ULONG DataOffsetDelta,
                                                            ULONG DataBackFill, ULONG AllocateReassembleFlags) {
    NT_ENTER(NdisAllocateReassembledNetBufferList);
    (void)AllocateReassembleFlags;
    if (!nbl_check(FragmentNetBufferList, "NdisAllocateReassembledNetBufferList")) return NULL;
    if (NT_FAULT(NdisAllocateReassembledNetBufferList)) return NULL;
    MDL *chain = NULL, **end = &chain;
    ULONG length = 0;
    NET_BUFFER_LIST *list = NULL;
    for (NET_BUFFER *from = FragmentNetBufferList->FirstNetBuffer; from; from = from->Next) {
        if (StartOffset >= from->DataLength) continue;
        ULONG piece = from->DataLength - StartOffset;
        if (!parts_append(&end, from->CurrentMdl, from->CurrentMdlOffset + StartOffset, piece)) goto undo_chain;
        length += piece;
    }
    list = NdisAllocateNetBufferAndNetBufferList(NetBufferAndNetBufferListPoolHandle, 0, 0, chain, 0, length);
    if (!list) goto undo_chain;
    struct nbl_private *own = nbl_private(list);
    own->kind = NBL_KIND_REASSEMBLED;
    own->with_room = DataOffsetDelta + DataBackFill != 0;
    list->NblFlags = FragmentNetBufferList->NblFlags;
    if (room_add(list->FirstNetBuffer, DataOffsetDelta, DataBackFill)) return list;
    own->kind = NBL_KIND_PLAIN;
    NdisFreeNetBufferList(list);
undo_chain:
    parts_free(chain);
    return NULL;
}

VOID NTAPI NdisFreeReassembledNetBufferList(NET_BUFFER_LIST *ReassembledNetBufferList, ULONG DataOffsetDelta,
                                            ULONG FreeReassembleFlags) {
    NT_ENTER(NdisFreeReassembledNetBufferList);
    (void)DataOffsetDelta, (void)FreeReassembleFlags;
    if (!derived_check(ReassembledNetBufferList, NBL_KIND_REASSEMBLED, "NdisFreeReassembledNetBufferList")) return;
    room_remove_all(ReassembledNetBufferList);
    parts_free(ReassembledNetBufferList->FirstNetBuffer->MdlChain);
    ReassembledNetBufferList->FirstNetBuffer->MdlChain = NULL;
    nbl_private(ReassembledNetBufferList)->kind = NBL_KIND_PLAIN;
    NdisFreeNetBufferList(ReassembledNetBufferList);
}
