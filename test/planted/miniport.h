/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A whole layer-3 miniport, as small as a correct one can be: what is sent to it comes back as received. Each file beside
 * this one is this miniport with one rule broken: it defines some of the places below, which are statements inside the
 * functions, and includes this file. Named for the rule, and after two underscores for one way to break it.
 */
#ifndef PLANTED_MINIPORT_H
#define PLANTED_MINIPORT_H

#include "nt/contract.h"
#include "nt/ndis.h"

#ifndef AT_ENTRY
#define AT_ENTRY /* Miniport, not yet registered */
#endif
#ifndef AT_REGISTERED
#define AT_REGISTERED
#endif
#ifndef AT_INITIALIZE
#define AT_INITIALIZE /* Adapter; its pool is made */
#endif
#ifndef AT_REGISTRATION
#define AT_REGISTRATION /* Registration, not yet set */
#endif
#ifndef AT_GENERAL
#define AT_GENERAL /* General, not yet set */
#endif
#ifndef AT_INITIALIZED
#define AT_INITIALIZED /* Status may be changed */
#endif
#ifndef AT_RESTART
#define AT_RESTART /* Status may be changed */
#endif
#ifndef AT_PAUSE
#define AT_PAUSE
#endif
#ifndef AT_PAUSED
#define AT_PAUSED /* Status may be changed */
#endif
#ifndef AT_SEND
#define AT_SEND /* Lists, Flags */
#endif
#ifndef AT_COMPLETE
#define AT_COMPLETE /* Lists and CompleteFlags, with their status set */
#endif
#ifndef COMPLETE
#define COMPLETE(Lists) NdisMSendNetBufferListsComplete(Adapter->Miniport, Lists, CompleteFlags)
#endif
#ifndef AT_COMPLETED
#define AT_COMPLETED
#endif
#ifndef AT_PREPARE
#define AT_PREPARE /* List and its Buffer, filled */
#endif
#ifndef CLEAR_INFO
#define CLEAR_INFO RtlZeroMemory(List->NetBufferListInfo, sizeof(List->NetBufferListInfo))
#endif
#ifndef AT_INDICATE
#define AT_INDICATE /* First, Count, Port and ReceiveFlags may be changed */
#endif
#ifndef INDICATE
#define INDICATE(First) NdisMIndicateReceiveNetBufferLists(Adapter->Miniport, First, Port, Count, ReceiveFlags)
#endif
#ifndef AT_INDICATED
#define AT_INDICATED
#endif
#ifndef AT_RETURN
#define AT_RETURN /* Lists */
#endif
#ifndef AT_OID
#define AT_OID /* Request, Status: what is about to be returned */
#endif
#ifndef AT_HALT
#define AT_HALT /* Adapter, with all that is in it */
#endif
#ifndef AT_HALTED
#define AT_HALTED /* Adapter, with nothing in it */
#endif
#ifndef AT_UNLOAD
#define AT_UNLOAD
#endif
#ifndef DEREGISTER
#define DEREGISTER NdisMDeregisterMiniportDriver(DriverHandle)
#endif

#define TAG 0x746e6c50 /* "Plnt" */
#define MTU 1500
#define SPEED 1000000000ull
#ifndef LISTS
#define LISTS 16
#endif
#define SIZE 2048
#define HEADER(type, revision) {NDIS_OBJECT_TYPE_##type, NDIS_##revision, NDIS_SIZEOF_##revision}

/* Held counts the lists that the stack has, and one while the adapter is not paused: who takes the last one has paused
 * it. */
typedef struct _ADAPTER ADAPTER;
struct _ADAPTER {
    NDIS_HANDLE Miniport, Pool;
    KSPIN_LOCK Lock;
    NET_BUFFER_LIST *Free; /* Lock */
    LONG Held;             /* Lock */
    BOOLEAN Running;       /* Lock */
    ULONG Filter, Lookahead;
    MDL *Mdls[LISTS];
    UCHAR Memory[LISTS][SIZE];
};

static NDIS_HANDLE DriverHandle;

/* --- receive ----------------------------------------------------------------------------------------------------- */

static VOID ListGive(ADAPTER *Adapter, NET_BUFFER_LIST *List) {
    KIRQL Irql;
    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    List->Next = Adapter->Free;
    Adapter->Free = List;
    KeReleaseSpinLock(&Adapter->Lock, Irql);
}

/* The stack has one list less; TRUE when that was what a pause waited for. */
static BOOLEAN HeldDrop(ADAPTER *Adapter) {
    KIRQL Irql;
    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    BOOLEAN Last = --Adapter->Held == 0;
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    return Last;
}

static VOID NTAPI MiniportReturn(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists, ULONG Flags) {
    ADAPTER *Adapter = Context;
    AT_RETURN;
    for (NET_BUFFER_LIST *List = Lists, *Next; List; List = Next) {
        Next = List->Next;
        ListGive(Adapter, List);
        if (HeldDrop(Adapter)) NdisMPauseComplete(Adapter->Miniport);
    }
}

static VOID ListPrepare(ADAPTER *Adapter, NET_BUFFER_LIST *List, NET_BUFFER *Buffer, const UCHAR *Data, ULONG Length) {
    UCHAR Version = Data[0] >> 4;
    Buffer->Next = NULL;
    Buffer->DataOffset = Buffer->CurrentMdlOffset = 0;
    Buffer->CurrentMdl = Buffer->MdlChain;
    Buffer->DataLength = Length;
    CLEAR_INFO;
    List->NetBufferListInfo[NetBufferListFrameType] = (PVOID)(ULONG_PTR)(Version == 4 ? 0x0008 : 0xDD86);
    List->NblFlags = Version == 4 ? NDIS_NBL_FLAGS_IS_IPV4 : NDIS_NBL_FLAGS_IS_IPV6;
    List->SourceHandle = Adapter->Miniport;
    List->Status = NDIS_STATUS_SUCCESS;
    AT_PREPARE;
}

/* A list with a copy of the packet; NULL when it is too large, no IP, when none is free or none may be indicated. */
static NET_BUFFER_LIST *ListCopy(ADAPTER *Adapter, NET_BUFFER *Packet) {
    KIRQL Irql;
    if (Packet->DataLength == 0 || Packet->DataLength > SIZE) return NULL;
    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    NET_BUFFER_LIST *List = Adapter->Running ? Adapter->Free : NULL;
    if (List) {
        Adapter->Free = List->Next;
        Adapter->Held++;
    }
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    if (!List) return NULL;
    List->Next = NULL;
    UCHAR *Room = MmGetMdlVirtualAddress(List->FirstNetBuffer->MdlChain);
    const UCHAR *Data = NdisGetDataBuffer(Packet, Packet->DataLength, Room, 1, 0);
    if (Data && Data != Room) RtlCopyMemory(Room, Data, Packet->DataLength);
    if (Data && (Room[0] >> 4 == 4 || Room[0] >> 4 == 6)) {
        ListPrepare(Adapter, List, List->FirstNetBuffer, Room, Packet->DataLength);
        return List;
    }
    ListGive(Adapter, List);
    if (HeldDrop(Adapter)) NdisMPauseComplete(Adapter->Miniport);
    return NULL;
}

/* --- send -------------------------------------------------------------------------------------------------------- */

static VOID NTAPI MiniportSend(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists, NDIS_PORT_NUMBER PortNumber, ULONG Flags) {
    ADAPTER *Adapter = Context;
    BOOLEAN AtDispatch = (Flags & NDIS_SEND_FLAGS_DISPATCH_LEVEL) != 0, Running = Adapter->Running;
    ULONG CompleteFlags = AtDispatch ? NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL : 0;
    ULONG ReceiveFlags = AtDispatch ? NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL : 0, Count = 0, Port = 0;
    NET_BUFFER_LIST *First = NULL, **End = &First;

    AT_SEND;
    for (NET_BUFFER_LIST *List = Lists; List; List = List->Next) {
        List->Status = Running ? NDIS_STATUS_SUCCESS : NDIS_STATUS_PAUSED;
        for (NET_BUFFER *Packet = List->FirstNetBuffer; Packet; Packet = Packet->Next) {
            *End = ListCopy(Adapter, Packet);
            if (!*End) continue;
            End = &(*End)->Next;
            Count++;
        }
    }
    AT_COMPLETE;
    COMPLETE(Lists);
    AT_COMPLETED;
    if (!Count) return;
    AT_INDICATE;
    INDICATE(First);
    AT_INDICATED;
}

static VOID NTAPI MiniportCancelSend(NDIS_HANDLE Context, PVOID CancelId) {}

/* --- requests ---------------------------------------------------------------------------------------------------- */

static NDIS_OID Oids[] = {OID_GEN_CURRENT_PACKET_FILTER,
                          OID_GEN_CURRENT_LOOKAHEAD,
                          OID_GEN_MAXIMUM_TOTAL_SIZE,
                          OID_GEN_VENDOR_DRIVER_VERSION,
                          OID_GEN_VENDOR_ID,
                          OID_GEN_VENDOR_DESCRIPTION,
                          OID_GEN_STATISTICS,
                          OID_GEN_INTERRUPT_MODERATION,
                          OID_PNP_SET_POWER};

static NDIS_STATUS OidQuery(ADAPTER *Adapter, PNDIS_OID_REQUEST Request) {
    static const CHAR Vendor[] = "Planted";
    NDIS_STATISTICS_INFO Statistics = {.Header = HEADER(DEFAULT, STATISTICS_INFO_REVISION_1)};
    NDIS_INTERRUPT_MODERATION_PARAMETERS Moderation = {HEADER(DEFAULT, INTERRUPT_MODERATION_PARAMETERS_REVISION_1), 0,
                                                       NdisInterruptModerationNotSupported};
    ULONG Number = 0, Size = sizeof(Number);
    const VOID *Answer = &Number;

    switch (Request->DATA.QUERY_INFORMATION.Oid) {
    case OID_GEN_CURRENT_PACKET_FILTER: Number = Adapter->Filter; break;
    case OID_GEN_CURRENT_LOOKAHEAD: Number = Adapter->Lookahead; break;
    case OID_GEN_MAXIMUM_TOTAL_SIZE: Number = MTU; break;
    case OID_GEN_VENDOR_DRIVER_VERSION: Number = 1 << 16; break;
    case OID_GEN_VENDOR_ID: Number = 0xFFFFFF; break;
    case OID_GEN_VENDOR_DESCRIPTION: Answer = Vendor, Size = sizeof(Vendor); break;
    case OID_GEN_STATISTICS: Answer = &Statistics, Size = NDIS_SIZEOF_STATISTICS_INFO_REVISION_1; break;
    case OID_GEN_INTERRUPT_MODERATION:
        Answer = &Moderation, Size = NDIS_SIZEOF_INTERRUPT_MODERATION_PARAMETERS_REVISION_1;
        break;
    default: return NDIS_STATUS_NOT_SUPPORTED;
    }
    Request->DATA.QUERY_INFORMATION.BytesNeeded = Size;
    if (Request->DATA.QUERY_INFORMATION.InformationBufferLength < Size) return NDIS_STATUS_BUFFER_TOO_SHORT;
    RtlCopyMemory(Request->DATA.QUERY_INFORMATION.InformationBuffer, Answer, Size);
    Request->DATA.QUERY_INFORMATION.BytesWritten = Size;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS OidSet(ADAPTER *Adapter, PNDIS_OID_REQUEST Request) {
    ULONG Power, *Target;

    switch (Request->DATA.SET_INFORMATION.Oid) {
    case OID_GEN_CURRENT_PACKET_FILTER: Target = &Adapter->Filter; break;
    case OID_GEN_CURRENT_LOOKAHEAD: Target = &Adapter->Lookahead; break;
    case OID_PNP_SET_POWER: Target = &Power; break; /* paused at the time: nothing to do */
    case OID_GEN_INTERRUPT_MODERATION: return NDIS_STATUS_INVALID_DATA;
    default: return NDIS_STATUS_NOT_SUPPORTED;
    }
    Request->DATA.SET_INFORMATION.BytesNeeded = sizeof(*Target);
    if (Request->DATA.SET_INFORMATION.InformationBufferLength < sizeof(*Target)) return NDIS_STATUS_INVALID_LENGTH;
    Request->DATA.SET_INFORMATION.BytesRead = sizeof(*Target);
    *Target = *(const ULONG *)Request->DATA.SET_INFORMATION.InformationBuffer;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS NTAPI MiniportOid(NDIS_HANDLE Context, PNDIS_OID_REQUEST Request) {
    ADAPTER *Adapter = Context;
    NDIS_STATUS Status = NDIS_STATUS_NOT_SUPPORTED;
    if (Request->RequestType == NdisRequestSetInformation) Status = OidSet(Adapter, Request);
    if (Request->RequestType == NdisRequestQueryInformation || Request->RequestType == NdisRequestQueryStatistics)
        Status = OidQuery(Adapter, Request);
    AT_OID;
    return Status;
}

static VOID NTAPI MiniportCancelOid(NDIS_HANDLE Context, PVOID RequestId) {}

/* --- the adapter's life ------------------------------------------------------------------------------------------ */

static NDIS_STATUS AttributesSet(ADAPTER *Adapter) {
    NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES Registration = {
        .Header = HEADER(MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_2),
        .MiniportAdapterContext = Adapter,
        .InterfaceType = NdisInterfaceInternal,
        .AttributeFlags = NDIS_MINIPORT_ATTRIBUTES_NDIS_WDM | NDIS_MINIPORT_ATTRIBUTES_SURPRISE_REMOVE_OK |
                          NDIS_MINIPORT_ATTRIBUTES_NO_HALT_ON_SUSPEND};
    NDIS_PM_CAPABILITIES NoWake = {.Header = HEADER(DEFAULT, PM_CAPABILITIES_REVISION_2)};
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES General = {
        .Header = HEADER(MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_2),
        .MediaType = NdisMediumIP,
        .MtuSize = MTU,
        .LookaheadSize = MTU,
        .MaxXmitLinkSpeed = SPEED,
        .XmitLinkSpeed = SPEED,
        .MaxRcvLinkSpeed = SPEED,
        .RcvLinkSpeed = SPEED,
        .MediaConnectState = MediaConnectStateConnected,
        .MediaDuplexState = MediaDuplexStateFull,
        .MacOptions = NDIS_MAC_OPTION_COPY_LOOKAHEAD_DATA | NDIS_MAC_OPTION_NO_LOOPBACK,
        .SupportedPacketFilters = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_MULTICAST | NDIS_PACKET_TYPE_BROADCAST,
        .AccessType = NET_IF_ACCESS_BROADCAST,
        .DirectionType = NET_IF_DIRECTION_SENDRECEIVE,
        .ConnectionType = NET_IF_CONNECTION_DEDICATED,
        .IfType = IF_TYPE_PROP_VIRTUAL,
        .SupportedPauseFunctions = NdisPauseFunctionsUnsupported,
        .SupportedOidList = Oids,
        .SupportedOidListLength = sizeof(Oids),
        .PowerManagementCapabilitiesEx = &NoWake};
    AT_REGISTRATION;
    NDIS_STATUS Status =
        NdisMSetMiniportAttributes(Adapter->Miniport, (PNDIS_MINIPORT_ADAPTER_ATTRIBUTES)&Registration);
    AT_GENERAL;
    if (Status == NDIS_STATUS_SUCCESS)
        Status = NdisMSetMiniportAttributes(Adapter->Miniport, (PNDIS_MINIPORT_ADAPTER_ATTRIBUTES)&General);
    return Status;
}

static VOID AdapterFree(ADAPTER *Adapter) {
    for (NET_BUFFER_LIST *List = Adapter->Free, *Next; List; List = Next) {
        Next = List->Next;
        NdisFreeNetBufferList(List);
    }
    for (ULONG Index = 0; Index < LISTS; Index++)
        if (Adapter->Mdls[Index]) NdisFreeMdl(Adapter->Mdls[Index]);
    if (Adapter->Pool) NdisFreeNetBufferListPool(Adapter->Pool);
    AT_HALTED;
    ExFreePoolWithTag(Adapter, TAG);
}

static NDIS_STATUS ListsMake(ADAPTER *Adapter) {
    NET_BUFFER_LIST_POOL_PARAMETERS Parameters = {.Header = {NDIS_OBJECT_TYPE_DEFAULT,
                                                             NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                                                             NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
                                                  .ProtocolId = NDIS_PROTOCOL_ID_DEFAULT,
                                                  .fAllocateNetBuffer = TRUE,
                                                  .PoolTag = TAG};
    Adapter->Pool = NdisAllocateNetBufferListPool(Adapter->Miniport, &Parameters);
    if (!Adapter->Pool) return NDIS_STATUS_RESOURCES;
    for (ULONG Index = 0; Index < LISTS; Index++) {
        MDL *Mdl = Adapter->Mdls[Index] = NdisAllocateMdl(Adapter->Miniport, Adapter->Memory[Index], SIZE);
        if (!Mdl) return NDIS_STATUS_RESOURCES;
        NET_BUFFER_LIST *List = NdisAllocateNetBufferAndNetBufferList(Adapter->Pool, 0, 0, Mdl, 0, 0);
        if (!List) return NDIS_STATUS_RESOURCES;
        ListGive(Adapter, List);
    }
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS NTAPI MiniportInitialize(NDIS_HANDLE Miniport, NDIS_HANDLE Context,
                                            PNDIS_MINIPORT_INIT_PARAMETERS Parameters) {
    ADAPTER *Adapter = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*Adapter), TAG);
    if (!Adapter) return NDIS_STATUS_RESOURCES;
    RtlZeroMemory(Adapter, sizeof(*Adapter));
    Adapter->Miniport = Miniport;
    KeInitializeSpinLock(&Adapter->Lock);
    NDIS_STATUS Status = ListsMake(Adapter);
    AT_INITIALIZE;
    if (Status == NDIS_STATUS_SUCCESS) Status = AttributesSet(Adapter);
    AT_INITIALIZED;
    if (Status != NDIS_STATUS_SUCCESS) AdapterFree(Adapter);
    return Status;
}

static NDIS_STATUS NTAPI MiniportRestart(NDIS_HANDLE Context, PNDIS_MINIPORT_RESTART_PARAMETERS Parameters) {
    ADAPTER *Adapter = Context;
    NDIS_STATUS Status = NDIS_STATUS_SUCCESS;
    KIRQL Irql;
    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    Adapter->Held = 1;
    Adapter->Running = TRUE;
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    AT_RESTART;
    return Status;
}

static NDIS_STATUS NTAPI MiniportPause(NDIS_HANDLE Context, PNDIS_MINIPORT_PAUSE_PARAMETERS Parameters) {
    ADAPTER *Adapter = Context;
    KIRQL Irql;
    AT_PAUSE;
    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    Adapter->Running = FALSE;
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    NDIS_STATUS Status = HeldDrop(Adapter) ? NDIS_STATUS_SUCCESS : NDIS_STATUS_PENDING;
    AT_PAUSED;
    return Status;
}

static VOID NTAPI MiniportHalt(NDIS_HANDLE Context, NDIS_HALT_ACTION Action) {
    ADAPTER *Adapter = Context;
    AT_HALT;
    AdapterFree(Adapter);
}

static VOID NTAPI MiniportPnpEvent(NDIS_HANDLE Context, PNET_DEVICE_PNP_EVENT Event) {}

static VOID NTAPI MiniportShutdown(NDIS_HANDLE Context, NDIS_SHUTDOWN_ACTION Action) {}

/* --- the driver's ------------------------------------------------------------------------------------------------ */

static VOID NTAPI MiniportUnload(PDRIVER_OBJECT DriverObject) {
    AT_UNLOAD;
    DEREGISTER;
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS Miniport = {
        .Header = HEADER(MINIPORT_DRIVER_CHARACTERISTICS, MINIPORT_DRIVER_CHARACTERISTICS_REVISION_3),
        .MajorNdisVersion = 6,
        .MinorNdisVersion = 82,
        .MajorDriverVersion = 1,
        .InitializeHandlerEx = MiniportInitialize,
        .HaltHandlerEx = MiniportHalt,
        .UnloadHandler = MiniportUnload,
        .PauseHandler = MiniportPause,
        .RestartHandler = MiniportRestart,
        .OidRequestHandler = MiniportOid,
        .CancelOidRequestHandler = MiniportCancelOid,
        .SendNetBufferListsHandler = MiniportSend,
        .CancelSendHandler = MiniportCancelSend,
        .ReturnNetBufferListsHandler = MiniportReturn,
        .DevicePnPEventNotifyHandler = MiniportPnpEvent,
        .ShutdownHandlerEx = MiniportShutdown};
    AT_ENTRY;
    NTSTATUS Status = NdisMRegisterMiniportDriver(DriverObject, RegistryPath, NULL, &Miniport, &DriverHandle);
    AT_REGISTERED;
    return Status;
}

#endif
