/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Stack to client: enter the gate, reserve, copy, publish, wake, complete. One lock, one publication, at most one
 * wake-up and one completion call per bundle; a list that does not fit is failed by itself.
 */
#include "driver/driver.h"
#include "driver/stats.h"

/* The packet's bytes from wherever its MDLs have them. FALSE: one could not be mapped, or the chain ends early. */
static BOOLEAN ToClientCopy(UCHAR *To, NET_BUFFER *Packet) {
    ULONG Left = NET_BUFFER_DATA_LENGTH(Packet);
    ULONG Offset = NET_BUFFER_CURRENT_MDL_OFFSET(Packet);

    for (MDL *Mdl = NET_BUFFER_CURRENT_MDL(Packet); Left != 0; Mdl = Mdl->Next, Offset = 0) {
        const UCHAR *From =
            Mdl == NULL ? NULL : MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority | MdlMappingNoExecute);
        ULONG Size;

        if (From == NULL) return FALSE;
        Size = MmGetMdlByteCount(Mdl) - Offset < Left ? MmGetMdlByteCount(Mdl) - Offset : Left;
        RtlCopyMemory(To, From + Offset, Size);
        To += Size;
        Left -= Size;
    }
    return TRUE;
}

/* A packet into the ring, not yet published. *Lost is the counter to blame if it fails. */
static NDIS_STATUS ToClientWritePacket(SESSION *Session, NET_BUFFER *Packet, struct abi_counters *Counters,
                                       uint64_t **Lost) {
    ULONG Length = NET_BUFFER_DATA_LENGTH(Packet);
    struct ring_record *Record;
    enum ring_result Result;

    *Lost = &Counters->to_client_invalid;
    if (Length == 0 || Length > RING_PACKET_MAX) return NDIS_STATUS_INVALID_PACKET;
    Result = Session->ToClientFailed ? RING_CORRUPT : ring_reserve(&Session->ToClient, Length, &Record);
    if (Result == RING_OK) {
        *Record = (struct ring_record){.length = Length};
        return ToClientCopy(ring_record_data(Record), Packet) ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
    }
    *Lost = Result == RING_FULL ? &Counters->to_client_full : &Counters->to_client_refused;
    if (Result == RING_FULL) return NDIS_STATUS_RESOURCES;
    if (!Session->ToClientFailed) SessionPublish(Session, RING_STATE_CORRUPT);
    Session->ToClientFailed = TRUE;
    return NDIS_STATUS_FAILURE;
}

/* Of each list all packets or none; sets its status, and counts. Without a session they are refused with Refusal. */
static VOID ToClientWriteLists(ADAPTER *Adapter, SESSION *Session, NET_BUFFER_LIST *List, NDIS_STATUS Refusal) {
    ULONG64 Packets = 0, Bytes = 0;

    for (; List != NULL; List = NET_BUFFER_LIST_NEXT_NBL(List)) {
        uint64_t *Lost = &Adapter->Counters.to_client_refused;
        ULONG Before = Session != NULL ? Session->ToClient.tail : 0, Count = 0, Size = 0;
        NDIS_STATUS Status = Session != NULL ? NDIS_STATUS_SUCCESS : Refusal;

        for (NET_BUFFER *Packet = NET_BUFFER_LIST_FIRST_NB(List); Packet != NULL; Packet = NET_BUFFER_NEXT_NB(Packet)) {
            if (Status == NDIS_STATUS_SUCCESS) Status = ToClientWritePacket(Session, Packet, &Adapter->Counters, &Lost);
            Size += NET_BUFFER_DATA_LENGTH(Packet);
            Count++;
        }
        NET_BUFFER_LIST_STATUS(List) = Status;
        if (Status == NDIS_STATUS_SUCCESS) {
            Packets += Count;
            Bytes += Size;
        } else {
            atomic_add_relaxed_64(Lost, Count);
            if (Session != NULL) ring_rewind(&Session->ToClient, Before);
        }
    }
    if (Packets == 0) return; /* without a session it has no lock for these */
    StatsAdd(&Adapter->Counters.to_client_packets, Packets);
    StatsAdd(&Adapter->Counters.to_client_bytes, Bytes);
}

static VOID ToClientWrite(ADAPTER *Adapter, NET_BUFFER_LIST *Lists) {
    SESSION *Session;

    KeAcquireSpinLockAtDpcLevel(&Adapter->ToClientLock);
    Session = Adapter->Open;
    ToClientWriteLists(Adapter, Session, Lists, NDIS_STATUS_FAILURE);
    if (Session != NULL && Session->ToClient.tail != Session->ToClient.published && ring_publish(&Session->ToClient)) {
        /* Inside the lock, because the session, and with it our reference to the event, may go once we leave it. */
        KeSetEvent(Session->Events[EventData], IO_NETWORK_INCREMENT, FALSE);
        StatsAdd(&Adapter->Counters.wakes, 1);
    }
    KeReleaseSpinLockFromDpcLevel(&Adapter->ToClientLock);
}

VOID NTAPI ToClientSend(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists, NDIS_PORT_NUMBER Port, ULONG SendFlags) {
    ADAPTER *Adapter = Context;
    KIRQL Irql = DISPATCH_LEVEL;
    BOOLEAN Entered;

    if (!NDIS_TEST_SEND_AT_DISPATCH_LEVEL(SendFlags)) KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    Entered = GateEnter(&Adapter->Gate, 0);
    if (Entered)
        ToClientWrite(Adapter, Lists);
    else
        ToClientWriteLists(Adapter, NULL, Lists, GateStatus(&Adapter->Gate));
    NdisMSendNetBufferListsComplete(Adapter->Miniport, Lists, NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL);
    if (Entered) GateLeave(&Adapter->Gate);
    if (!NDIS_TEST_SEND_AT_DISPATCH_LEVEL(SendFlags)) KeLowerIrql(Irql);
}

VOID NTAPI ToClientCancel(NDIS_HANDLE Context, PVOID CancelId) { /* nothing is ever queued */ }
