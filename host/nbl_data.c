/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The data of a NET_BUFFER: MDLs that NDIS makes, moving the start of the data, and contiguous access to it.
 */
#include <string.h>

#include "host/image.h"
#include "host/ndis_private.h"

MDL *NTAPI NdisAllocateMdl(NDIS_HANDLE NdisHandle, PVOID VirtualAddress, ULONG Length) {
    NT_ENTER(NdisAllocateMdl);
    if (!ndis_owner_check(NdisHandle, "NdisAllocateMdl", NULL) || NT_FAULT(NdisAllocateMdl)) return NULL;
    MDL *mdl = IoAllocateMdl(VirtualAddress, Length, FALSE, FALSE, NULL);
    if (!mdl) return NULL;
    MmBuildMdlForNonPagedPool(mdl);
    verify_track("mdl", mdl, Length, 0, __builtin_return_address(0));
    return mdl;
}

VOID NTAPI NdisFreeMdl(MDL *Mdl) {
    NT_ENTER(NdisFreeMdl);
    if (verify_enabled && image_find(__builtin_return_address(0)) && !verify_tracked("mdl", Mdl)) {
        verify_violation("mdl-freed-twice", "NdisFreeMdl: %p is no MDL of the driver, or is freed already",
                         (void *)Mdl);
        return;
    }
    IoFreeMdl(Mdl);
}

VOID NTAPI NdisAdjustNetBufferCurrentMdl(NET_BUFFER *NetBuffer) {
    NT_ENTER(NdisAdjustNetBufferCurrentMdl);
    MDL *mdl;
    ULONG offset;
    if (!nbl_locate(NetBuffer->MdlChain, NetBuffer->DataOffset, &mdl, &offset))
        verify_violation("nb-offset", "NdisAdjustNetBufferCurrentMdl: DataOffset %u lies behind the MDL chain",
                         NetBuffer->DataOffset);
    NetBuffer->CurrentMdl = mdl;
    NetBuffer->CurrentMdlOffset = offset;
}

static void relocate(NET_BUFFER *buffer) {
    MDL *mdl;
    ULONG offset;
    nbl_locate(buffer->MdlChain, buffer->DataOffset, &mdl, &offset);
    buffer->CurrentMdl = mdl;
    buffer->CurrentMdlOffset = offset;
}

static MDL *retreat_allocate(ULONG size) {
    void *data = ExAllocatePoolWithTag(NonPagedPoolNx, size, NDIS_HOST_TAG);
    if (!data) return NULL;
    MDL *mdl = IoAllocateMdl(data, size, FALSE, FALSE, NULL);
    if (!mdl)
        ExFreePoolWithTag(data, NDIS_HOST_TAG);
    else
        MmBuildMdlForNonPagedPool(mdl);
    return mdl;
}

static void retreat_free(MDL *mdl) {
    void *data = MmGetMdlVirtualAddress(mdl);
    IoFreeMdl(mdl);
    ExFreePoolWithTag(data, NDIS_HOST_TAG);
}

/* The used space in front of the data is taken first; what is missing comes as a new MDL at the head of the chain. */
static NDIS_STATUS retreat(NET_BUFFER *buffer, ULONG delta, ULONG backfill, NET_BUFFER_ALLOCATE_MDL *allocate) {
    if (delta > buffer->DataOffset) {
        ULONG size = delta - buffer->DataOffset + backfill;
        MDL *mdl = allocate ? allocate(&size) : retreat_allocate(size);
        if (!mdl) return NDIS_STATUS_RESOURCES;
        mdl->Next = buffer->MdlChain;
        buffer->MdlChain = mdl;
        buffer->DataOffset += mdl->ByteCount;
    }
    buffer->DataOffset -= delta;
    buffer->DataLength += delta;
    relocate(buffer);
    return NDIS_STATUS_SUCCESS;
}

static void advance(NET_BUFFER *buffer, ULONG delta, bool free_mdl, NET_BUFFER_FREE_MDL *release) {
    if (delta > buffer->DataLength) {
        verify_violation("nb-offset", "NdisAdvanceNetBufferDataStart: %u is more than DataLength %u", delta,
                         buffer->DataLength);
        return;
    }
    buffer->DataOffset += delta;
    buffer->DataLength -= delta;
    relocate(buffer);
    while (free_mdl && buffer->MdlChain != buffer->CurrentMdl) {
        MDL *mdl = buffer->MdlChain;
        buffer->MdlChain = mdl->Next;
        buffer->DataOffset -= mdl->ByteCount;
        if (release)
            release(mdl);
        else
            retreat_free(mdl);
    }
}

NDIS_STATUS NTAPI NdisRetreatNetBufferDataStart(NET_BUFFER *NetBuffer, ULONG DataOffsetDelta, ULONG DataBackFill,
                                                NET_BUFFER_ALLOCATE_MDL *AllocateMdlHandler) {
    NT_ENTER(NdisRetreatNetBufferDataStart);
    if (NT_FAULT(NdisRetreatNetBufferDataStart)) return NDIS_STATUS_RESOURCES;
    return retreat(NetBuffer, DataOffsetDelta, DataBackFill, AllocateMdlHandler);
}

VOID NTAPI NdisAdvanceNetBufferDataStart(NET_BUFFER *NetBuffer, ULONG DataOffsetDelta, BOOLEAN FreeMdl,
                                         NET_BUFFER_FREE_MDL *FreeMdlHandler) {
    NT_ENTER(NdisAdvanceNetBufferDataStart);
    advance(NetBuffer, DataOffsetDelta, FreeMdl, FreeMdlHandler);
}

NDIS_STATUS NTAPI NdisRetreatNetBufferListDataStart(NET_BUFFER_LIST *NetBufferList, ULONG DataOffsetDelta,
                                                    ULONG DataBackFill, NET_BUFFER_ALLOCATE_MDL *AllocateMdlHandler,
                                                    NET_BUFFER_FREE_MDL *FreeMdlHandler) {
    NT_ENTER(NdisRetreatNetBufferListDataStart);
    if (NT_FAULT(NdisRetreatNetBufferListDataStart)) return NDIS_STATUS_RESOURCES;
    for (NET_BUFFER *buffer = NetBufferList->FirstNetBuffer; buffer; buffer = buffer->Next) {
        if (retreat(buffer, DataOffsetDelta, DataBackFill, AllocateMdlHandler) == NDIS_STATUS_SUCCESS) continue;
        for (NET_BUFFER *undo = NetBufferList->FirstNetBuffer; undo != buffer; undo = undo->Next)
            advance(undo, DataOffsetDelta, true, FreeMdlHandler);
        return NDIS_STATUS_RESOURCES;
    }
    return NDIS_STATUS_SUCCESS;
}

VOID NTAPI NdisAdvanceNetBufferListDataStart(NET_BUFFER_LIST *NetBufferList, ULONG DataOffsetDelta, BOOLEAN FreeMdl,
                                             NET_BUFFER_FREE_MDL *FreeMdlHandler) {
    NT_ENTER(NdisAdvanceNetBufferListDataStart);
    for (NET_BUFFER *buffer = NetBufferList->FirstNetBuffer; buffer; buffer = buffer->Next)
        advance(buffer, DataOffsetDelta, FreeMdl, FreeMdlHandler);
}

/* Copies from the chain; false when an MDL cannot be mapped or the chain is too short. */
static bool chain_copy(MDL *mdl, ULONG offset, ULONG length, uint8_t *to) {
    while (length) {
        if (!mdl) return false;
        if (offset < mdl->ByteCount) {
            ULONG piece = mdl->ByteCount - offset < length ? mdl->ByteCount - offset : length;
            const uint8_t *from = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
            if (!from) return false;
            memcpy(to, from + offset, piece);
            to += piece;
            length -= piece;
            offset = 0;
        } else {
            offset -= mdl->ByteCount;
        }
        mdl = mdl->Next;
    }
    return true;
}

PVOID NTAPI NdisGetDataBuffer(NET_BUFFER *NetBuffer, ULONG BytesNeeded, PVOID Storage, ULONG AlignMultiple,
                              ULONG AlignOffset) {
    NT_ENTER(NdisGetDataBuffer);
    MDL *mdl = NetBuffer->CurrentMdl;
    ULONG offset = NetBuffer->CurrentMdlOffset;
    if (!BytesNeeded || BytesNeeded > NetBuffer->DataLength || !mdl || NT_FAULT(NdisGetDataBuffer)) return NULL;
    if (offset <= mdl->ByteCount && BytesNeeded <= mdl->ByteCount - offset) {
        uint8_t *data = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
        if (!data) return NULL;
        data += offset;
        if (AlignMultiple <= 1 || ((uintptr_t)data - AlignOffset) % AlignMultiple == 0) return data;
    }
    if (!Storage || !chain_copy(mdl, offset, BytesNeeded, Storage)) return NULL;
    return Storage;
}

NDIS_STATUS NTAPI NdisCopyFromNetBufferToNetBuffer(NET_BUFFER *Destination, ULONG DestinationOffset, ULONG BytesToCopy,
                                                   const NET_BUFFER *Source, ULONG SourceOffset, ULONG *BytesCopied) {
    NT_ENTER(NdisCopyFromNetBufferToNetBuffer);
    *BytesCopied = 0;
    if (NT_FAULT(NdisCopyFromNetBufferToNetBuffer)) return NDIS_STATUS_RESOURCES;
    if (SourceOffset > Source->DataLength || DestinationOffset > Destination->DataLength)
        return NDIS_STATUS_INVALID_PARAMETER;
    ULONG length = BytesToCopy;
    if (length > Source->DataLength - SourceOffset) length = Source->DataLength - SourceOffset;
    if (length > Destination->DataLength - DestinationOffset) length = Destination->DataLength - DestinationOffset;
    MDL *mdl = Destination->CurrentMdl;
    ULONG offset = Destination->CurrentMdlOffset + DestinationOffset;
    ULONG done = 0;
    while (mdl && done < length) {
        if (offset >= mdl->ByteCount) {
            offset -= mdl->ByteCount;
        } else {
            ULONG piece = mdl->ByteCount - offset < length - done ? mdl->ByteCount - offset : length - done;
            uint8_t *to = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
            if (!to ||
                !chain_copy(Source->CurrentMdl, Source->CurrentMdlOffset + SourceOffset + done, piece, to + offset))
                return NDIS_STATUS_RESOURCES;
            done += piece;
            offset = 0;
        }
        mdl = mdl->Next;
    }
    *BytesCopied = done;
    return NDIS_STATUS_SUCCESS;
}
