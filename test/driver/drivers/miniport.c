/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A small layer-3 miniport that behaves well unless it is told not to (miniport.h), as a skeleton for others. It asks for
 * the NDIS version that the system has, or for the one that its service's name ends with ("Miniport89" is 6.89).
 */
#include "test/driver/drivers/miniport.h"

#include "nt/contract.h"

#define EXPORTED __declspec(dllexport) __attribute__((noinline))
#define TAG 0x696e694du /* "Mini" */
#define MTU 1500
#define LINK_SPEED 1000000000ull
#define HEADER(name, revision) {NDIS_OBJECT_TYPE_##name, NDIS_##revision, NDIS_SIZEOF_##revision}
#define HELD_MAX 16

__declspec(dllexport) MINIPORT_BEHAVIOUR Behaviour;
__declspec(dllexport) MINIPORT_SEEN Seen;

/* Lock legend: i immutable; L Lock. */
typedef struct _ADAPTER {
    NDIS_HANDLE Miniport;   /* i */
    NDIS_HANDLE ListPool;   /* i: lists with a buffer each */
    NDIS_HANDLE ClonePool;  /* i: lists without */
    NDIS_HANDLE BufferPool; /* i */
    KSPIN_LOCK Lock;
    BOOLEAN Running;                    /* L */
    BOOLEAN PausePending;               /* L */
    ULONG Outstanding;                  /* L: lists indicated and not returned, sends that wait for theirs */
    NET_BUFFER_LIST *Held;              /* L: sends, by Next */
    PNDIS_OID_REQUEST Oid;              /* L: that pends */
    PNDIS_OID_REQUEST Direct[HELD_MAX]; /* L: that pend */
    ULONG Value, Filter, Lookahead;
} ADAPTER;

static NDIS_HANDLE DriverHandle;
static UCHAR Version;   /* minor */
static ADAPTER *Latest; /* what the exported functions are about */

static BOOLEAN IsOurs(NDIS_OID Oid) { return Oid == MINIPORT_OID; }

static VOID Did(ULONG What) {
    if (Seen.Orders < RTL_NUMBER_OF(Seen.Order)) Seen.Order[Seen.Orders++] = What;
}

/* --- sending and receiving --------------------------------------------------------------------------------------- */

static VOID Complete(ADAPTER *Adapter, NET_BUFFER_LIST *Chain, NDIS_STATUS Status, BOOLEAN Dispatch) {
    for (NET_BUFFER_LIST *List = Chain; List != NULL; List = List->Next) List->Status = Status;
    if (Chain != NULL)
        NdisMSendNetBufferListsComplete(Adapter->Miniport, Chain,
                                        Dispatch ? NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL : 0);
}

/* One indicated list, or one send that waits for its echo, is done. */
static VOID Release(ADAPTER *Adapter, ULONG Count) {
    BOOLEAN Last;
    KIRQL Irql;

    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    Adapter->Outstanding -= Count;
    Last = Adapter->Outstanding == 0 && Adapter->PausePending;
    if (Last) Adapter->PausePending = FALSE;
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    if (Last) NdisMPauseComplete(Adapter->Miniport);
}

static BOOLEAN Acquire(ADAPTER *Adapter) {
    BOOLEAN Running;
    KIRQL Irql;

    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    Running = Adapter->Running;
    if (Running) Adapter->Outstanding++;
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    return Running;
}

static VOID Indicate(ADAPTER *Adapter, NET_BUFFER_LIST *List, BOOLEAN Six, ULONG Flags) {
    List->SourceHandle = Adapter->Miniport;
    List->Status = NDIS_STATUS_SUCCESS;
    NET_BUFFER_LIST_NBL_FLAGS(List) = Six ? NDIS_NBL_FLAGS_IS_IPV6 : NDIS_NBL_FLAGS_IS_IPV4;
    for (ULONG Slot = 0; Slot < 24; Slot++) List->NetBufferListInfo[Slot] = NULL;
    List->NetBufferListInfo[NetBufferListFrameType] = (PVOID)(ULONG_PTR)(Six ? 0xdd86 : 0x0008);
    if (Behaviour.InfoSlot != 0) List->NetBufferListInfo[Behaviour.InfoSlot] = List;
    NdisMIndicateReceiveNetBufferLists(Adapter->Miniport, List, 0, 1, Flags);
}

/* The sent list goes on as its own clone, and is completed when that comes back. */
static VOID Echo(ADAPTER *Adapter, NET_BUFFER_LIST *List, BOOLEAN Dispatch) {
    ULONG How = Behaviour.Echo == 2 ? NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS : 0;
    NET_BUFFER_LIST *Clone = NULL;

    if (Acquire(Adapter)) {
        Clone = NdisAllocateCloneNetBufferList(List, Adapter->ClonePool, Adapter->BufferPool, How);
        if (Clone == NULL) Release(Adapter, 1);
    }
    if (Clone == NULL) {
        Complete(Adapter, List, NDIS_STATUS_RESOURCES, Dispatch);
        return;
    }
    Clone->MiniportReserved[0] = List;
    Clone->MiniportReserved[1] = (PVOID)(ULONG_PTR)How;
    Indicate(Adapter, Clone, (NET_BUFFER_LIST_NBL_FLAGS(List) & NDIS_NBL_FLAGS_IS_IPV6) != 0,
             Dispatch ? NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL : 0);
}

static MINIPORT_SEND_NET_BUFFER_LISTS Send;
static VOID NTAPI Send(NDIS_HANDLE Context, PNET_BUFFER_LIST Chain, NDIS_PORT_NUMBER Port, ULONG Flags) {
    ADAPTER *Adapter = Context;
    BOOLEAN Dispatch = NDIS_TEST_SEND_AT_DISPATCH_LEVEL(Flags), Running;
    KIRQL Irql;

    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    Running = Adapter->Running;
    if (Running && Behaviour.HoldSends) {
        NET_BUFFER_LIST **Link = &Adapter->Held;
        while (*Link != NULL) Link = &(*Link)->Next;
        *Link = Chain;
        Chain = NULL;
    }
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    if (!Running || !Behaviour.Echo) {
        Complete(Adapter, Chain, Running ? NDIS_STATUS_SUCCESS : NDIS_STATUS_PAUSED, Dispatch);
        return;
    }
    while (Chain != NULL) {
        NET_BUFFER_LIST *List = Chain;
        Chain = List->Next;
        List->Next = NULL;
        Echo(Adapter, List, Dispatch);
    }
}

static MINIPORT_RETURN_NET_BUFFER_LISTS Return;
static VOID NTAPI Return(NDIS_HANDLE Context, PNET_BUFFER_LIST Chain, ULONG Flags) {
    ADAPTER *Adapter = Context;
    while (Chain != NULL) {
        NET_BUFFER_LIST *List = Chain, *Sent = List->MiniportReserved[0];
        Chain = List->Next;
        List->Next = NULL;
        if (Sent != NULL) {
            NdisFreeCloneNetBufferList(List, (ULONG)(ULONG_PTR)List->MiniportReserved[1]);
            Complete(Adapter, Sent, NDIS_STATUS_SUCCESS, NDIS_TEST_RETURN_AT_DISPATCH_LEVEL(Flags));
        } else {
            NdisFreeNetBufferList(List);
        }
        Release(Adapter, 1);
    }
}

static NET_BUFFER_LIST *HeldTake(ADAPTER *Adapter, PVOID Id) {
    NET_BUFFER_LIST *Taken = NULL, **Link;
    KIRQL Irql;

    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    for (Link = &Adapter->Held; *Link != NULL;) {
        NET_BUFFER_LIST *List = *Link;
        if (Id != NULL && NDIS_GET_NET_BUFFER_LIST_CANCEL_ID(List) != Id) {
            Link = &List->Next;
            continue;
        }
        *Link = List->Next;
        List->Next = Taken;
        Taken = List;
    }
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    return Taken;
}

static MINIPORT_CANCEL_SEND CancelSend;
static VOID NTAPI CancelSend(NDIS_HANDLE Context, PVOID CancelId) {
    ADAPTER *Adapter = Context;
    NET_BUFFER_LIST *Chain = HeldTake(Adapter, CancelId);

    for (NET_BUFFER_LIST *List = Chain; List != NULL; List = List->Next) Seen.CancelledSends++;
    Complete(Adapter, Chain, NDIS_STATUS_SEND_ABORTED, FALSE);
}

/* For the tests: completes what is held. */
EXPORTED VOID MiniportReleaseSends(VOID) {
    ADAPTER *Adapter = Latest;
    Complete(Adapter, HeldTake(Adapter, NULL), NDIS_STATUS_SUCCESS, FALSE);
}

/* For the tests: indicates a status with any buffer. */
EXPORTED VOID MiniportIndicateStatus(NDIS_STATUS Code, PVOID Buffer, ULONG Size) {
    ADAPTER *Adapter = Latest;
    NDIS_STATUS_INDICATION Indication = {.Header = HEADER(STATUS_INDICATION, STATUS_INDICATION_REVISION_1),
                                         .SourceHandle = Adapter->Miniport,
                                         .StatusCode = Code,
                                         .StatusBuffer = Buffer,
                                         .StatusBufferSize = Size};
    NdisMIndicateStatusEx(Adapter->Miniport, &Indication);
}

/* For the tests: fragments of a list, and one list made of them again. Returns the size of that, 0 on failure. */
EXPORTED ULONG MiniportFragment(NET_BUFFER_LIST *List, ULONG Most, PUCHAR Bytes, ULONG Room) {
    ADAPTER *Adapter = Latest;
    NET_BUFFER_LIST *Parts =
        NdisAllocateFragmentNetBufferList(List, Adapter->ClonePool, Adapter->BufferPool, 0, Most, 20, 4, 0);
    NET_BUFFER_LIST *Whole = NULL;
    ULONG Size = 0;

    if (Parts != NULL) Whole = NdisAllocateReassembledNetBufferList(Parts, Adapter->ListPool, 20, 0, 0, 0);
    if (Whole != NULL) {
        NET_BUFFER *Buffer = NET_BUFFER_LIST_FIRST_NB(Whole);
        PUCHAR Data = NdisGetDataBuffer(Buffer, Buffer->DataLength, Room >= Buffer->DataLength ? Bytes : NULL, 1, 0);
        if (Data != NULL) Size = Buffer->DataLength;
        if (Data != NULL && Data != Bytes) RtlCopyMemory(Bytes, Data, Size);
        NdisFreeReassembledNetBufferList(Whole, 0, 0);
    }
    if (Parts != NULL) NdisFreeFragmentNetBufferList(Parts, 20, 0);
    return Size;
}

/* --- requests ---------------------------------------------------------------------------------------------------- */

static const NDIS_OID Supported[] = {OID_GEN_CURRENT_PACKET_FILTER,
                                     OID_GEN_CURRENT_LOOKAHEAD,
                                     OID_GEN_MAXIMUM_TOTAL_SIZE,
                                     OID_GEN_VENDOR_ID,
                                     OID_GEN_VENDOR_DESCRIPTION,
                                     OID_GEN_VENDOR_DRIVER_VERSION,
                                     OID_GEN_STATISTICS,
                                     OID_GEN_INTERRUPT_MODERATION,
                                     OID_GEN_LINK_PARAMETERS,
                                     OID_GEN_NETWORK_LAYER_ADDRESSES,
                                     OID_PM_PARAMETERS,
                                     OID_TCP_OFFLOAD_PARAMETERS,
                                     OID_OFFLOAD_ENCAPSULATION,
                                     MINIPORT_OID};

static NDIS_STATUS Query(ADAPTER *Adapter, PNDIS_OID_REQUEST Request) {
    union {
        ULONG Number;
        CHAR Text[16];
        NDIS_STATISTICS_INFO Statistics;
        NDIS_INTERRUPT_MODERATION_PARAMETERS Moderation;
    } Answer = {.Number = 0};
    ULONG Size = sizeof(ULONG);

    switch (Request->DATA.Oid) {
    case OID_GEN_CURRENT_PACKET_FILTER: Answer.Number = Adapter->Filter; break;
    case OID_GEN_CURRENT_LOOKAHEAD: Answer.Number = Adapter->Lookahead; break;
    case OID_GEN_MAXIMUM_TOTAL_SIZE: Answer.Number = MTU; break;
    case OID_GEN_VENDOR_ID: Answer.Number = 0xffffff; break;
    case OID_GEN_VENDOR_DRIVER_VERSION: Answer.Number = 0x10000; break;
    case MINIPORT_OID: Answer.Number = Adapter->Value; break;
    case OID_GEN_VENDOR_DESCRIPTION: RtlCopyMemory(Answer.Text, "Miniport", Size = sizeof("Miniport")); break;
    case OID_GEN_STATISTICS:
        Answer.Statistics = (NDIS_STATISTICS_INFO){.Header = HEADER(DEFAULT, STATISTICS_INFO_REVISION_1)};
        Size = NDIS_SIZEOF_STATISTICS_INFO_REVISION_1;
        break;
    case OID_GEN_INTERRUPT_MODERATION:
        Answer.Moderation = (NDIS_INTERRUPT_MODERATION_PARAMETERS){
            HEADER(DEFAULT, INTERRUPT_MODERATION_PARAMETERS_REVISION_1), 0, NdisInterruptModerationNotSupported};
        Size = NDIS_SIZEOF_INTERRUPT_MODERATION_PARAMETERS_REVISION_1;
        break;
    default: return NDIS_STATUS_NOT_SUPPORTED;
    }
    Request->DATA.QUERY_INFORMATION.BytesNeeded = Size;
    if (Request->DATA.QUERY_INFORMATION.InformationBufferLength < Size) return NDIS_STATUS_BUFFER_TOO_SHORT;
    RtlCopyMemory(Request->DATA.QUERY_INFORMATION.InformationBuffer, &Answer, Size);
    Request->DATA.QUERY_INFORMATION.BytesWritten = Size;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Set(ADAPTER *Adapter, PNDIS_OID_REQUEST Request) {
    ULONG *Target;

    switch (Request->DATA.Oid) {
    case OID_GEN_CURRENT_PACKET_FILTER: Target = &Adapter->Filter; break;
    case OID_GEN_CURRENT_LOOKAHEAD: Target = &Adapter->Lookahead; break;
    case MINIPORT_OID: Target = &Adapter->Value; break;
    case OID_GEN_LINK_PARAMETERS:
    case OID_GEN_NETWORK_LAYER_ADDRESSES:
    case OID_PM_PARAMETERS:
    case OID_TCP_OFFLOAD_PARAMETERS:
    case OID_OFFLOAD_ENCAPSULATION: return NDIS_STATUS_SUCCESS; /* for those who have any */
    default: return NDIS_STATUS_NOT_SUPPORTED;
    }
    Request->DATA.SET_INFORMATION.BytesNeeded = sizeof(ULONG);
    if (Request->DATA.SET_INFORMATION.InformationBufferLength < sizeof(ULONG)) return NDIS_STATUS_INVALID_LENGTH;
    *Target = *(const ULONG *)Request->DATA.SET_INFORMATION.InformationBuffer;
    Request->DATA.SET_INFORMATION.BytesRead = sizeof(ULONG);
    if (Target == &Adapter->Filter) Seen.FilterSets++;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Method(PNDIS_OID_REQUEST Request) {
    ULONG *Words = Request->DATA.METHOD_INFORMATION.InformationBuffer;

    if (!IsOurs(Request->DATA.Oid) || Request->DATA.METHOD_INFORMATION.MethodId != MINIPORT_METHOD)
        return NDIS_STATUS_NOT_SUPPORTED;
    Request->DATA.METHOD_INFORMATION.BytesNeeded = 2 * sizeof(ULONG);
    if (Request->DATA.METHOD_INFORMATION.InputBufferLength < sizeof(ULONG)) return NDIS_STATUS_INVALID_LENGTH;
    if (Request->DATA.METHOD_INFORMATION.OutputBufferLength < 2 * sizeof(ULONG)) return NDIS_STATUS_BUFFER_TOO_SHORT;
    Words[1] = ~Words[0];
    Request->DATA.METHOD_INFORMATION.BytesRead = sizeof(ULONG);
    Request->DATA.METHOD_INFORMATION.BytesWritten = 2 * sizeof(ULONG);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Answer(ADAPTER *Adapter, PNDIS_OID_REQUEST Request) {
    NDIS_STATUS Status = NDIS_STATUS_NOT_SUPPORTED;

    switch (Request->RequestType) {
    case NdisRequestQueryInformation:
    case NdisRequestQueryStatistics: Status = Query(Adapter, Request); break;
    case NdisRequestSetInformation: Status = Set(Adapter, Request); break;
    case NdisRequestMethod: Status = Method(Request); break;
    default: break;
    }
    if (!IsOurs(Request->DATA.Oid)) return Status;
    if (Behaviour.OidWritten != 0) Request->DATA.QUERY_INFORMATION.BytesWritten = Behaviour.OidWritten;
    for (ULONG At = 0; At < Behaviour.OidOverrun; At++)
        ((PUCHAR)Request->DATA.QUERY_INFORMATION
             .InformationBuffer)[Request->DATA.QUERY_INFORMATION.InformationBufferLength + At] = 0;
    if (Behaviour.OidBehind) Request->Flags = 1;
    return Status;
}

static MINIPORT_OID_REQUEST OidRequest;
static NDIS_STATUS NTAPI OidRequest(NDIS_HANDLE Context, PNDIS_OID_REQUEST Request) {
    ADAPTER *Adapter = Context;
    Seen.OidHeader = Request->Header;
    if (!IsOurs(Request->DATA.Oid)) return Answer(Adapter, Request);
    Seen.Oids++;
    if (!Behaviour.PendOids) return Answer(Adapter, Request);
    Adapter->Oid = Request;
    return NDIS_STATUS_PENDING;
}

static VOID OidEnd(ADAPTER *Adapter, BOOLEAN Abort) {
    PNDIS_OID_REQUEST Request;
    KIRQL Irql;

    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    Request = Adapter->Oid;
    Adapter->Oid = NULL;
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    if (Request != NULL)
        NdisMOidRequestComplete(Adapter->Miniport, Request,
                                Abort ? NDIS_STATUS_REQUEST_ABORTED : Answer(Adapter, Request));
}

static MINIPORT_CANCEL_OID_REQUEST CancelOid;
static VOID NTAPI CancelOid(NDIS_HANDLE Context, PVOID RequestId) {
    ADAPTER *Adapter = Context;
    Seen.OidCancels++;
    OidEnd(Adapter, TRUE);
}

static MINIPORT_DIRECT_OID_REQUEST DirectOid;
static NDIS_STATUS NTAPI DirectOid(NDIS_HANDLE Context, PNDIS_OID_REQUEST Request) {
    ADAPTER *Adapter = Context;
    ULONG Place = HELD_MAX;
    KIRQL Irql;

    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    Seen.DirectIrql = Irql;
    Seen.DirectOids++;
    if (Behaviour.PendOids)
        for (Place = 0; Place < HELD_MAX && Adapter->Direct[Place] != NULL;) Place++;
    if (Place < HELD_MAX) Adapter->Direct[Place] = Request;
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    return Place < HELD_MAX ? NDIS_STATUS_PENDING : Answer(Adapter, Request);
}

static VOID DirectEnd(ADAPTER *Adapter, PVOID Id, BOOLEAN Abort) {
    for (ULONG Place = HELD_MAX; Place-- > 0;) {
        PNDIS_OID_REQUEST Request;
        KIRQL Irql;

        KeAcquireSpinLock(&Adapter->Lock, &Irql);
        Request = Adapter->Direct[Place];
        if (Request != NULL && Abort && Request->RequestId != Id) Request = NULL;
        if (Request != NULL) Adapter->Direct[Place] = NULL;
        KeReleaseSpinLock(&Adapter->Lock, Irql);
        if (Request == NULL) continue;
        NdisMDirectOidRequestComplete(Adapter->Miniport, Request,
                                      Abort ? NDIS_STATUS_REQUEST_ABORTED : Answer(Adapter, Request));
    }
}

static MINIPORT_CANCEL_DIRECT_OID_REQUEST CancelDirectOid;
static VOID NTAPI CancelDirectOid(NDIS_HANDLE Context, PVOID RequestId) {
    ADAPTER *Adapter = Context;
    Seen.DirectOidCancels++;
    DirectEnd(Adapter, RequestId, TRUE);
}

static MINIPORT_SYNCHRONOUS_OID_REQUEST SynchronousOid;
static NDIS_STATUS NTAPI SynchronousOid(NDIS_HANDLE Context, PNDIS_OID_REQUEST Request) {
    ADAPTER *Adapter = Context;
    Seen.SynchronousOids++;
    return Behaviour.PendOids ? NDIS_STATUS_PENDING : Answer(Adapter, Request);
}

/* For the tests: completes the requests that pend, the younger direct ones first. */
EXPORTED VOID MiniportReleaseOids(VOID) {
    ADAPTER *Adapter = Latest;
    OidEnd(Adapter, FALSE);
    DirectEnd(Adapter, NULL, FALSE);
}

/* --- states ------------------------------------------------------------------------------------------------------ */

static MINIPORT_RESTART Restart;
static NDIS_STATUS NTAPI Restart(NDIS_HANDLE Context, PNDIS_MINIPORT_RESTART_PARAMETERS Parameters) {
    ADAPTER *Adapter = Context;
    PNDIS_RESTART_ATTRIBUTES Attributes = Parameters->RestartAttributes;

    Seen.Restarts++;
    if (Attributes != NULL && Attributes->Oid == OID_GEN_MINIPORT_RESTART_ATTRIBUTES) {
        PNDIS_RESTART_GENERAL_ATTRIBUTES General = (PNDIS_RESTART_GENERAL_ATTRIBUTES)Attributes->Data;
        Seen.RestartMtu = General->MtuSize;
        if (Behaviour.Mtu != 0) General->MtuSize = Behaviour.Mtu;
    }
    if (Behaviour.RestartStatus != NDIS_STATUS_SUCCESS) return Behaviour.RestartStatus;
    Adapter->Running = TRUE;
    return Behaviour.PendRestart ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS;
}

EXPORTED VOID MiniportRestartEnd(NDIS_STATUS Status) {
    ADAPTER *Adapter = Latest;
    if (Status != NDIS_STATUS_SUCCESS) Adapter->Running = FALSE;
    NdisMRestartComplete(Adapter->Miniport, Status);
}

static MINIPORT_PAUSE Pause;
static NDIS_STATUS NTAPI Pause(NDIS_HANDLE Context, PNDIS_MINIPORT_PAUSE_PARAMETERS Parameters) {
    ADAPTER *Adapter = Context;
    BOOLEAN Pending;
    KIRQL Irql;

    Seen.Pauses++;
    Seen.PauseReason = Parameters->PauseReason;
    Did(MINIPORT_DID_PAUSE);
    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    Adapter->Running = FALSE;
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    Complete(Adapter, HeldTake(Adapter, NULL), NDIS_STATUS_PAUSED, FALSE);
    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    Pending = Adapter->Outstanding != 0;
    Adapter->PausePending = Pending;
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    return Pending || Behaviour.PendPause ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS;
}

EXPORTED VOID MiniportPauseEnd(VOID) {
    ADAPTER *Adapter = Latest;
    NdisMPauseComplete(Adapter->Miniport);
}

static MINIPORT_CHECK_FOR_HANG CheckForHang;
static BOOLEAN NTAPI CheckForHang(NDIS_HANDLE Context) {
    Seen.HangChecks++;
    return Behaviour.Hung != 0;
}

static MINIPORT_RESET Reset;
static NDIS_STATUS NTAPI Reset(NDIS_HANDLE Context, PBOOLEAN AddressingReset) {
    ADAPTER *Adapter = Context;
    Seen.Resets++;
    *AddressingReset = Behaviour.AddressingReset != 0;
    if (!Behaviour.KeepOverReset) {
        Complete(Adapter, HeldTake(Adapter, NULL), NDIS_STATUS_RESET_IN_PROGRESS, FALSE);
        OidEnd(Adapter, TRUE);
        DirectEnd(Adapter, NULL, FALSE);
    }
    return Behaviour.PendReset ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS;
}

EXPORTED VOID MiniportResetEnd(VOID) {
    ADAPTER *Adapter = Latest;
    NdisMResetComplete(Adapter->Miniport, NDIS_STATUS_SUCCESS, Behaviour.AddressingReset != 0);
}

static MINIPORT_DEVICE_PNP_EVENT_NOTIFY PnpEvent;
static VOID NTAPI PnpEvent(NDIS_HANDLE Context, PNET_DEVICE_PNP_EVENT Event) {
    if (Event->DevicePnPEvent == NdisDevicePnPEventSurpriseRemoved) Did(MINIPORT_DID_SURPRISE);
    if ((ULONG)Event->DevicePnPEvent < RTL_NUMBER_OF(Seen.PnpEvents)) Seen.PnpEvents[Event->DevicePnPEvent]++;
}

static MINIPORT_SHUTDOWN Shutdown;
static VOID NTAPI Shutdown(NDIS_HANDLE Context, NDIS_SHUTDOWN_ACTION Action) {
    Seen.Shutdowns++;
    Seen.ShutdownIrql = KeGetCurrentIrql();
}

/* --- initialize and halt ----------------------------------------------------------------------------------------- */

static NDIS_STATUS SetAttributes(NDIS_HANDLE Miniport, PVOID Attributes) {
    return NdisMSetMiniportAttributes(Miniport, Attributes);
}

static NDIS_STATUS SetRegistration(ADAPTER *Adapter, NDIS_HANDLE Miniport) {
    NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES Registration = {
        .Header = HEADER(MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_2),
        .MiniportAdapterContext = Adapter,
        .AttributeFlags = NDIS_MINIPORT_ATTRIBUTES_NDIS_WDM | NDIS_MINIPORT_ATTRIBUTES_SURPRISE_REMOVE_OK,
        .CheckForHangTimeInSeconds = 4,
        .InterfaceType = NdisInterfaceInternal};
    return SetAttributes(Miniport, &Registration);
}

static NDIS_STATUS SetGeneral(NDIS_HANDLE Miniport) {
    NDIS_PM_CAPABILITIES Power = {.Header = {NDIS_OBJECT_TYPE_DEFAULT, NDIS_PM_CAPABILITIES_REVISION_2,
                                             NDIS_SIZEOF_NDIS_PM_CAPABILITIES_REVISION_2}};
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES General = {
        .Header = HEADER(MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_2),
        .MediaType = NdisMediumIP,
        .PhysicalMediumType = NdisPhysicalMediumUnspecified,
        .MtuSize = MTU,
        .MaxXmitLinkSpeed = LINK_SPEED,
        .XmitLinkSpeed = LINK_SPEED,
        .MaxRcvLinkSpeed = LINK_SPEED,
        .RcvLinkSpeed = LINK_SPEED,
        .MediaConnectState = MediaConnectStateConnected,
        .MediaDuplexState = MediaDuplexStateFull,
        .LookaheadSize = MTU,
        .MacOptions = NDIS_MAC_OPTION_NO_LOOPBACK,
        .SupportedPacketFilters = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_MULTICAST | NDIS_PACKET_TYPE_BROADCAST,
        .MaxMulticastListSize = 1,
        .AccessType = NET_IF_ACCESS_BROADCAST,
        .DirectionType = NET_IF_DIRECTION_SENDRECEIVE,
        .ConnectionType = NET_IF_CONNECTION_DEDICATED,
        .IfType = 53,
        .SupportedOidList = (PNDIS_OID)Supported,
        .SupportedOidListLength = sizeof(Supported),
        .PowerManagementCapabilitiesEx = &Power};
    return SetAttributes(Miniport, &General);
}

static VOID SetOthers(NDIS_HANDLE Miniport) {
    static ULONG Offload[64];
    NDIS_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES Offloads = {
        .Header = {NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES, 1, sizeof(Offloads)},
        .DefaultOffloadConfiguration = (PVOID)Offload,
        .HardwareOffloadCapabilities = (PVOID)Offload};
    NDIS_OBJECT_HEADER Wifi = {NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_NATIVE_802_11_ATTRIBUTES, 1, 40};

    *(NDIS_OBJECT_HEADER *)Offload =
        (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_OFFLOAD, Behaviour.OffloadRevision, Behaviour.OffloadSize};
    if (Behaviour.OffloadRevision) Seen.OffloadStatus = SetAttributes(Miniport, &Offloads);
    if (Behaviour.NativeWifi) Seen.NativeWifiStatus = SetAttributes(Miniport, &Wifi);
}

static VOID Free(ADAPTER *Adapter) {
    if (Adapter->ListPool != NULL) NdisFreeNetBufferListPool(Adapter->ListPool);
    if (Adapter->ClonePool != NULL) NdisFreeNetBufferListPool(Adapter->ClonePool);
    if (Adapter->BufferPool != NULL) NdisFreeNetBufferPool(Adapter->BufferPool);
    if (Latest == Adapter) Latest = NULL;
    ExFreePoolWithTag(Adapter, TAG);
}

static MINIPORT_INITIALIZE Initialize;
static NDIS_STATUS NTAPI Initialize(NDIS_HANDLE Miniport, NDIS_HANDLE Context,
                                    PNDIS_MINIPORT_INIT_PARAMETERS Parameters) {
    NET_BUFFER_LIST_POOL_PARAMETERS Lists = {.Header = {NDIS_OBJECT_TYPE_DEFAULT,
                                                        NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                                                        NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
                                             .fAllocateNetBuffer = TRUE,
                                             .PoolTag = TAG};
    NET_BUFFER_POOL_PARAMETERS Buffers = {.Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_POOL_PARAMETERS_REVISION_1,
                                                     NDIS_SIZEOF_NET_BUFFER_POOL_PARAMETERS_REVISION_1},
                                          .PoolTag = TAG};
    NDIS_STATUS Status = NDIS_STATUS_RESOURCES;

    ADAPTER *Adapter = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*Adapter), TAG);
    if (Adapter == NULL) return NDIS_STATUS_RESOURCES;
    RtlZeroMemory(Adapter, sizeof(*Adapter));
    Latest = Adapter;
    Adapter->Miniport = Miniport;
    Adapter->Value = 42;
    KeInitializeSpinLock(&Adapter->Lock);
    Adapter->ListPool = NdisAllocateNetBufferListPool(Miniport, &Lists);
    Lists.fAllocateNetBuffer = FALSE;
    Adapter->ClonePool = NdisAllocateNetBufferListPool(Miniport, &Lists);
    Adapter->BufferPool = NdisAllocateNetBufferPool(Miniport, &Buffers);
    if (Adapter->ListPool != NULL && Adapter->ClonePool != NULL && Adapter->BufferPool != NULL)
        Status = SetRegistration(Adapter, Miniport);
    if (Status == NDIS_STATUS_SUCCESS) Status = SetGeneral(Miniport);
    if (Status == NDIS_STATUS_SUCCESS)
        SetOthers(Miniport);
    else
        Free(Adapter);
    return Status;
}

static MINIPORT_HALT Halt;
static VOID NTAPI Halt(NDIS_HANDLE Context, NDIS_HALT_ACTION Action) {
    ADAPTER *Adapter = Context;
    Seen.HaltAction = Action;
    Did(MINIPORT_DID_HALT);
    Free(Adapter);
}

/* --- load and unload --------------------------------------------------------------------------------------------- */

static MINIPORT_UNLOAD Unload;
static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) { NdisMDeregisterMiniportDriver(DriverHandle); }

static UCHAR VersionWanted(PUNICODE_STRING Path) {
    ULONG Length = Path->Length / sizeof(WCHAR);
    WCHAR Ones = Path->Buffer[Length - 1], Tens = Path->Buffer[Length - 2];

    if (Ones < '0' || Ones > '9' || Tens < '0' || Tens > '9') return (UCHAR)NdisGetVersion();
    return (UCHAR)((Tens - '0') * 10 + Ones - '0');
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS Miniport = {.MajorNdisVersion = 6,
                                                     .MajorDriverVersion = 1,
                                                     .InitializeHandlerEx = Initialize,
                                                     .HaltHandlerEx = Halt,
                                                     .UnloadHandler = Unload,
                                                     .PauseHandler = Pause,
                                                     .RestartHandler = Restart,
                                                     .OidRequestHandler = OidRequest,
                                                     .SendNetBufferListsHandler = Send,
                                                     .ReturnNetBufferListsHandler = Return,
                                                     .CancelSendHandler = CancelSend,
                                                     .CheckForHangHandlerEx = CheckForHang,
                                                     .ResetHandlerEx = Reset,
                                                     .DevicePnPEventNotifyHandler = PnpEvent,
                                                     .ShutdownHandlerEx = Shutdown,
                                                     .CancelOidRequestHandler = CancelOid,
                                                     .DirectOidRequestHandler = DirectOid,
                                                     .CancelDirectOidRequestHandler = CancelDirectOid};

    Seen.Version = NdisGetVersion();
    Version = VersionWanted(RegistryPath);
    Miniport.MinorNdisVersion = Version;
    Miniport.Header =
        (NDIS_OBJECT_HEADER)HEADER(MINIPORT_DRIVER_CHARACTERISTICS, MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2);
    if (Version >= 80) {
        Miniport.Header =
            (NDIS_OBJECT_HEADER)HEADER(MINIPORT_DRIVER_CHARACTERISTICS, MINIPORT_DRIVER_CHARACTERISTICS_REVISION_3);
        Miniport.SynchronousOidRequestHandler = SynchronousOid;
    }
    Seen.Registered = NdisMRegisterMiniportDriver(DriverObject, RegistryPath, NULL, &Miniport, &DriverHandle);
    return Seen.Registered;
}
