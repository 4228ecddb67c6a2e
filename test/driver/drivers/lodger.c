/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The lodger: a well-behaved layer-3 miniport in a style that is not Warren's. It has no device of its own but lives in
 * NDIS's: it replaces entries of the dispatch table and passes on what is not meant for it. Its rings are the client's
 * memory, locked. What the client sends is indicated where it lies, by partial MDLs. Pausing pends. It exists to keep the
 * host honest about drivers that we did not write.
 */
#include "test/driver/drivers/lodger.h"

#include "core/atomic.h"
#include "nt/contract.h"
#include "nt/ndis.h"

#define TAG 0x6764644cu /* "Lddg" */
#define LINK_SPEED 1000000000ull
#define MTU LODGER_PACKET_MAX
#define HEADER(name, revision) {NDIS_OBJECT_TYPE_##name, NDIS_##revision, NDIS_SIZEOF_##revision}

typedef struct _RING {
    PMDL Mdl;
    struct lodger_ring *Shared; /* where the kernel sees it */
    PKEVENT Event;
    ULONG Private; /* our own index: tail of ToClient, head of ToStack */
} RING;

/* Lock legend: i immutable; A Adapters (resource); C Client (resource); T Transition (shared to read); F Flight. */
typedef struct _LODGER {
    LIST_ENTRY Link;       /* A */
    NDIS_HANDLE Miniport;  /* i */
    NDIS_HANDLE Pool;      /* i */
    PDEVICE_OBJECT Device; /* i: NDIS's functional device */
    EX_SPIN_LOCK Transition;
    BOOLEAN Running;    /* T */
    BOOLEAN Registered; /* T: rings may be used */
    LONG Busy;          /* atomic: calls into NDIS under way, and lists that the stack has; one more while running */
    KEVENT Resume;      /* running */
    ERESOURCE Client;
    PFILE_OBJECT Owner;  /* C */
    HANDLE OwnerProcess; /* C */
    RING ToClient, ToStack;
    KSPIN_LOCK ToClientLock;
    PVOID Thread; /* C */
    KEVENT Stop;
    KSPIN_LOCK Flight;
    NET_BUFFER_LIST *First, *Last; /* F: with the stack, oldest first, though some may be back already */
    KEVENT Landed;                 /* none is left */
    ULONG PacketFilter;
    ULONG64 LastSender; /* which thread sent last, as compilers inline it */
} LODGER;

/* In a list: where its record ends, whether it is back, and the next younger one. */
#define LIST_END(List) (*(ULONG *)&NET_BUFFER_LIST_MINIPORT_RESERVED(List)[0])
#define LIST_BACK(List) (((ULONG *)&NET_BUFFER_LIST_MINIPORT_RESERVED(List)[0])[1])
#define LIST_YOUNGER(List) (*(NET_BUFFER_LIST **)&NET_BUFFER_LIST_MINIPORT_RESERVED(List)[1])

static NDIS_HANDLE DriverHandle;
static ERESOURCE Adapters;
static LIST_ENTRY AdapterList; /* A */
static PDRIVER_DISPATCH NdisDispatch[IRP_MJ_MAXIMUM_FUNCTION + 1];
static PVOID(NTAPI *AllocatePool2)(POOL_FLAGS Flags, SIZE_T Size, ULONG Tag);

DRIVER_INITIALIZE DriverEntry;

static PVOID Allocate(SIZE_T Size) {
    PVOID Memory;
    if (AllocatePool2 != NULL) return AllocatePool2(POOL_FLAG_NON_PAGED, Size, TAG);
    Memory = ExAllocatePoolWithTag(NonPagedPoolNx, Size, TAG);
    if (Memory != NULL) RtlZeroMemory(Memory, Size);
    return Memory;
}

static void Lock(PERESOURCE Resource, BOOLEAN Exclusive) {
    KeEnterCriticalRegion();
    if (Exclusive)
        ExAcquireResourceExclusiveLite(Resource, TRUE);
    else
        ExAcquireSharedStarveExclusive(Resource, TRUE);
}

static void Unlock(PERESOURCE Resource) {
    ExReleaseResourceLite(Resource);
    KeLeaveCriticalRegion();
}

/* --- who is busy -------------------------------------------------------------------------------------------------- */

static void Leave(LODGER *Lodger, LONG Count) {
    if (__atomic_sub_fetch(&Lodger->Busy, Count, __ATOMIC_ACQ_REL) == 0) NdisMPauseComplete(Lodger->Miniport);
}

/* True while running: the caller counts as busy then. */
static BOOLEAN Enter(LODGER *Lodger, LONG Count) {
    KIRQL Irql = ExAcquireSpinLockShared(&Lodger->Transition);
    BOOLEAN Running = Lodger->Running;
    if (Running) __atomic_add_fetch(&Lodger->Busy, Count, __ATOMIC_ACQ_REL);
    ExReleaseSpinLockShared(&Lodger->Transition, Irql);
    return Running;
}

/* --- stack to client ---------------------------------------------------------------------------------------------- */

static NDIS_STATUS WritePacket(RING *Ring, NET_BUFFER *Packet) {
    ULONG Length = NET_BUFFER_DATA_LENGTH(Packet), Tail = Ring->Private;
    ULONG Head = *(volatile ULONG *)&Ring->Shared->head;
    ULONG Used = (Tail - Head) % LODGER_CAPACITY;
    UCHAR *Record = Ring->Shared->records + Tail;
    void *Data;

    if (Length == 0 || Length > LODGER_PACKET_MAX || Head >= LODGER_CAPACITY) return NDIS_STATUS_INVALID_LENGTH;
    if (LODGER_RECORD(Length) >= LODGER_CAPACITY - Used) return NDIS_STATUS_RESOURCES;
    *(ULONG *)Record = Length;
    Data = NdisGetDataBuffer(Packet, Length, Record + 4, 1, 0);
    if (Data == NULL) return NDIS_STATUS_RESOURCES;
    if (Data != Record + 4) RtlCopyMemory(Record + 4, Data, Length);
    Ring->Private = (Tail + LODGER_RECORD(Length)) % LODGER_CAPACITY;
    return NDIS_STATUS_SUCCESS;
}

/* All buffers of a list, or none. */
static NDIS_STATUS WriteList(RING *Ring, NET_BUFFER_LIST *List) {
    ULONG Before = Ring->Private;
    NDIS_STATUS Status = NDIS_STATUS_SUCCESS;
    for (NET_BUFFER *Packet = NET_BUFFER_LIST_FIRST_NB(List); Packet != NULL && Status == NDIS_STATUS_SUCCESS;
         Packet = NET_BUFFER_NEXT_NB(Packet))
        Status = WritePacket(Ring, Packet);
    if (Status != NDIS_STATUS_SUCCESS) Ring->Private = Before;
    return Status;
}

static VOID NTAPI LodgerSend(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists, NDIS_PORT_NUMBER Port, ULONG Flags) {
    LODGER *Lodger = Context;
    KLOCK_QUEUE_HANDLE Queue;
    KIRQL Irql = ExAcquireSpinLockShared(&Lodger->Transition);
    NDIS_STATUS Status = !Lodger->Running ? NDIS_STATUS_PAUSED : NDIS_STATUS_MEDIA_DISCONNECTED;
    BOOLEAN Write = Lodger->Running && Lodger->Registered, Entered = Lodger->Running;

    if (Entered) __atomic_add_fetch(&Lodger->Busy, 1, __ATOMIC_ACQ_REL);
#if defined(_M_X64) || defined(__x86_64__)
    __asm__ volatile("movq %%gs:0x188, %0" : "=r"(Lodger->LastSender));
#endif
    if (Write) KeAcquireInStackQueuedSpinLock(&Lodger->ToClientLock, &Queue);
    for (NET_BUFFER_LIST *List = Lists; List != NULL; List = NET_BUFFER_LIST_NEXT_NBL(List))
        NET_BUFFER_LIST_STATUS(List) = Write ? WriteList(&Lodger->ToClient, List) : Status;
    if (Write) {
        struct lodger_ring *Shared = Lodger->ToClient.Shared;
        __atomic_store_n(&Shared->tail, Lodger->ToClient.Private, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&Shared->alertable, __ATOMIC_SEQ_CST)) KeSetEvent(Lodger->ToClient.Event, 0, FALSE);
        KeReleaseInStackQueuedSpinLock(&Queue);
    }
    ExReleaseSpinLockShared(&Lodger->Transition, Irql);
    NdisMSendNetBufferListsComplete(
        Lodger->Miniport, Lists, Flags & NDIS_SEND_FLAGS_DISPATCH_LEVEL ? NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL : 0);
    if (Entered) Leave(Lodger, 1);
}

static VOID NTAPI LodgerCancelSend(NDIS_HANDLE Context, PVOID CancelId) {}

/* --- client to stack ---------------------------------------------------------------------------------------------- */

/* Gives back to the client what the oldest lists covered. */
static void Land(LODGER *Lodger, NET_BUFFER_LIST *Returned) {
    NET_BUFFER_LIST *Done = NULL;
    KLOCK_QUEUE_HANDLE Queue;

    KeAcquireInStackQueuedSpinLock(&Lodger->Flight, &Queue);
    for (; Returned != NULL; Returned = NET_BUFFER_LIST_NEXT_NBL(Returned)) LIST_BACK(Returned) = TRUE;
    while (Lodger->First != NULL && LIST_BACK(Lodger->First)) {
        NET_BUFFER_LIST *List = Lodger->First;
        Lodger->First = LIST_YOUNGER(List);
        __atomic_store_n(&Lodger->ToStack.Shared->head, LIST_END(List), __ATOMIC_RELEASE);
        LIST_YOUNGER(List) = Done;
        Done = List;
    }
    if (Lodger->First == NULL) KeSetEvent(&Lodger->Landed, 0, FALSE);
    KeReleaseInStackQueuedSpinLock(&Queue);
    while (Done != NULL) {
        NET_BUFFER_LIST *List = Done;
        Done = LIST_YOUNGER(List);
        IoFreeMdl(NET_BUFFER_FIRST_MDL(NET_BUFFER_LIST_FIRST_NB(List)));
        NdisFreeNetBufferList(List);
    }
}

static VOID NTAPI LodgerReturn(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists, ULONG Flags) {
    LODGER *Lodger = Context;
    LONG Count = 0;
    for (NET_BUFFER_LIST *List = Lists; List != NULL; List = NET_BUFFER_LIST_NEXT_NBL(List)) Count++;
    Land(Lodger, Lists);
    Leave(Lodger, Count);
}

/* The packet where it lies. */
static NET_BUFFER_LIST *MakeList(LODGER *Lodger, ULONG Offset, ULONG Length, UCHAR Version) {
    PUCHAR Data = (PUCHAR)MmGetMdlVirtualAddress(Lodger->ToStack.Mdl) + sizeof(struct lodger_ring) + Offset;
    PMDL Mdl = IoAllocateMdl(Data, Length, FALSE, FALSE, NULL);
    NET_BUFFER_LIST *List;

    if (Mdl == NULL) return NULL;
    IoBuildPartialMdl(Lodger->ToStack.Mdl, Mdl, Data, Length);
    List = NdisAllocateNetBufferAndNetBufferList(Lodger->Pool, 0, 0, Mdl, 0, Length);
    if (List == NULL) {
        IoFreeMdl(Mdl);
        return NULL;
    }
    List->SourceHandle = Lodger->Miniport;
    NdisSetNblFlag(List, Version == 4 ? NDIS_NBL_FLAGS_IS_IPV4 : NDIS_NBL_FLAGS_IS_IPV6);
    NET_BUFFER_LIST_INFO(List, NetBufferListFrameType) = (PVOID)(ULONG_PTR)(Version == 4 ? 0x0008 : 0xDD86);
    NET_BUFFER_LIST_STATUS(List) = NDIS_STATUS_SUCCESS;
    LIST_BACK(List) = FALSE;
    LIST_YOUNGER(List) = NULL;
    return List;
}

/* Indicates one packet. False: there is none, or the client wrote nonsense. */
static BOOLEAN TakeOne(LODGER *Lodger) {
    struct lodger_ring *Shared = Lodger->ToStack.Shared;
    ULONG Tail = __atomic_load_n(&Shared->tail, __ATOMIC_ACQUIRE), Head = Lodger->ToStack.Private;
    ULONG Filled = (Tail - Head) % LODGER_CAPACITY, Length;
    NET_BUFFER_LIST *List = NULL;
    KLOCK_QUEUE_HANDLE Queue;
    UCHAR Version;

    if (Tail >= LODGER_CAPACITY || Filled < LODGER_RECORD(20)) return FALSE;
    Length = *(volatile ULONG *)(Shared->records + Head);
    Version = *(volatile UCHAR *)(Shared->records + Head + 4) >> 4;
    if (Length < 20 || Length > LODGER_PACKET_MAX || LODGER_RECORD(Length) > Filled) return FALSE;
    if (!Enter(Lodger, 2)) return FALSE;
    if (Version == 4 || Version == 6) List = MakeList(Lodger, Head + 4, Length, Version);
    Lodger->ToStack.Private = (Head + LODGER_RECORD(Length)) % LODGER_CAPACITY;
    if (List == NULL) {
        /* Lost. The place is free again with the next one. */
        Leave(Lodger, 2);
        return TRUE;
    }
    LIST_END(List) = Lodger->ToStack.Private;
    KeAcquireInStackQueuedSpinLock(&Lodger->Flight, &Queue);
    if (Lodger->First == NULL)
        Lodger->First = List;
    else
        LIST_YOUNGER(Lodger->Last) = List;
    Lodger->Last = List;
    KeClearEvent(&Lodger->Landed);
    KeReleaseInStackQueuedSpinLock(&Queue);
    NdisMIndicateReceiveNetBufferLists(Lodger->Miniport, List, NDIS_DEFAULT_PORT_NUMBER, 1, 0);
    Leave(Lodger, 1);
    return TRUE;
}

static VOID NTAPI LodgerThread(PVOID Context) {
    LODGER *Lodger = Context;
    PVOID Objects[] = {&Lodger->Stop, &Lodger->Resume, Lodger->ToStack.Event};
    struct lodger_ring *Shared = Lodger->ToStack.Shared;

    KeSetPriorityThread(KeGetCurrentThread(), 12);
    while (!KeReadStateEvent(&Lodger->Stop)) {
        if (TakeOne(Lodger)) continue;
        __atomic_store_n(&Shared->alertable, 1, __ATOMIC_SEQ_CST);
        if (!TakeOne(Lodger))
            KeWaitForMultipleObjects(RTL_NUMBER_OF(Objects), Objects, WaitAny, Executive, KernelMode, FALSE, NULL,
                                     NULL);
        __atomic_store_n(&Shared->alertable, 0, __ATOMIC_RELAXED);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* --- the client --------------------------------------------------------------------------------------------------- */

static void RingUnlock(RING *Ring) {
    if (Ring->Mdl != NULL) {
        if (Ring->Mdl->MdlFlags & MDL_PAGES_LOCKED) MmUnlockPages(Ring->Mdl);
        IoFreeMdl(Ring->Mdl);
    }
    if (Ring->Event != NULL) ObDereferenceObject(Ring->Event);
    RtlZeroMemory(Ring, sizeof(*Ring));
}

static NTSTATUS RingLock(RING *Ring, ULONG64 Address, ULONG64 Event) {
    NTSTATUS Status = ObReferenceObjectByHandle((HANDLE)(ULONG_PTR)Event, EVENT_MODIFY_STATE | SYNCHRONIZE,
                                                *ExEventObjectType, UserMode, (PVOID *)&Ring->Event, NULL);
    if (!NT_SUCCESS(Status)) {
        Ring->Event = NULL;
        return Status;
    }
    Ring->Mdl = IoAllocateMdl((PVOID)(ULONG_PTR)Address, LODGER_RING_SIZE, FALSE, FALSE, NULL);
    if (Ring->Mdl == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    NT_TRY { /* raises for memory that is not the caller's, or not writable */
        MmProbeAndLockPages(Ring->Mdl, UserMode, IoWriteAccess);
    } NT_EXCEPT {
        Status = NT_EXCEPTION_CODE();
    } NT_END_TRY
    if (!NT_SUCCESS(Status)) return Status;
    Ring->Shared = MmGetSystemAddressForMdlSafe(Ring->Mdl, NormalPagePriority | MdlMappingNoExecute);
    return Ring->Shared == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

static void IndicateLink(LODGER *Lodger, BOOLEAN Up) {
    NDIS_LINK_STATE State = {.Header = HEADER(DEFAULT, LINK_STATE_REVISION_1),
                             .MediaConnectState = Up ? MediaConnectStateConnected : MediaConnectStateDisconnected,
                             .MediaDuplexState = MediaDuplexStateFull,
                             .XmitLinkSpeed = LINK_SPEED,
                             .RcvLinkSpeed = LINK_SPEED,
                             .PauseFunctions = NdisPauseFunctionsUnsupported};
    NDIS_STATUS_INDICATION Indication = {.Header = HEADER(STATUS_INDICATION, STATUS_INDICATION_REVISION_1),
                                         .SourceHandle = Lodger->Miniport,
                                         .StatusCode = NDIS_STATUS_LINK_STATE,
                                         .StatusBuffer = &State,
                                         .StatusBufferSize = sizeof(State)};
    NdisMIndicateStatusEx(Lodger->Miniport, &Indication);
}

static void SetRegistered(LODGER *Lodger, BOOLEAN Registered) {
    KIRQL Irql = ExAcquireSpinLockExclusive(&Lodger->Transition);
    Lodger->Registered = Registered;
    ExReleaseSpinLockExclusive(&Lodger->Transition, Irql);
}

static void Undo(LODGER *Lodger) {
    RingUnlock(&Lodger->ToClient);
    RingUnlock(&Lodger->ToStack);
}

static NTSTATUS Register(LODGER *Lodger, PFILE_OBJECT File, const struct lodger_register *In) {
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Thread;
    NTSTATUS Status;

    Lock(&Lodger->Client, TRUE);
    Status = Lodger->Owner != NULL ? STATUS_ALREADY_INITIALIZED : STATUS_SUCCESS;
    if (!NT_SUCCESS(Status)) goto unlock;
    Status = RingLock(&Lodger->ToClient, In->to_client, In->to_client_event);
    if (NT_SUCCESS(Status)) Status = RingLock(&Lodger->ToStack, In->to_stack, In->to_stack_event);
    if (!NT_SUCCESS(Status)) goto undo;
    KeClearEvent(&Lodger->Stop);
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    Status = PsCreateSystemThread(&Thread, THREAD_ALL_ACCESS, &Attributes, NULL, NULL, LodgerThread, Lodger);
    if (!NT_SUCCESS(Status)) goto undo;
    ObReferenceObjectByHandle(Thread, SYNCHRONIZE, *PsThreadType, KernelMode, &Lodger->Thread, NULL);
    ZwClose(Thread);
    Lodger->Owner = File;
    Lodger->OwnerProcess = PsGetCurrentProcessId();
    SetRegistered(Lodger, TRUE);
    IndicateLink(Lodger, TRUE);
    goto unlock;
undo:
    Undo(Lodger);
unlock:
    Unlock(&Lodger->Client);
    return Status;
}

/* For the file, or (NULL) for all of the process that ends. */
static void Unregister(LODGER *Lodger, PFILE_OBJECT File, HANDLE Process) {
    Lock(&Lodger->Client, TRUE);
    if (Lodger->Owner != NULL && (Lodger->Owner == File || Lodger->OwnerProcess == Process)) {
        SetRegistered(Lodger, FALSE);
        KeSetEvent(&Lodger->Stop, 0, FALSE);
        KeWaitForSingleObject(Lodger->Thread, Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(Lodger->Thread);
        /* What the stack has of the client's memory must come back first. */
        KeWaitForSingleObject(&Lodger->Landed, Executive, KernelMode, FALSE, NULL);
        Undo(Lodger);
        Lodger->Owner = NULL;
        Lodger->OwnerProcess = NULL;
        IndicateLink(Lodger, FALSE);
    }
    Unlock(&Lodger->Client);
}

static VOID NTAPI ProcessEvent(HANDLE Parent, HANDLE Process, BOOLEAN Created) {
    if (Created) return;
    Lock(&Adapters, FALSE);
    for (LIST_ENTRY *Entry = AdapterList.Flink; Entry != &AdapterList; Entry = Entry->Flink)
        Unregister(CONTAINING_RECORD(Entry, LODGER, Link), NULL, Process);
    Unlock(&Adapters);
}

/* --- NDIS's dispatch table, borrowed ------------------------------------------------------------------------------ */

/* SYSTEM and Administrators, all rights. */
static BOOLEAN MayOpen(PIRP Irp, PIO_STACK_LOCATION Stack) {
    static const struct {
        ULONG Count;
        ULONG SubAuthorities[2];
    } Sids[] = {{1, {18}}, {2, {32, 544}}};
    UCHAR SidSpace[2][32] = {0};
    struct {
        ACL Acl;
        UCHAR Aces[96];
    } Dacl;
    SECURITY_DESCRIPTOR Descriptor;
    SECURITY_SUBJECT_CONTEXT Subject;
    ACCESS_MASK Granted;
    NTSTATUS Status;
    BOOLEAN Allowed;

    if (!NT_SUCCESS(RtlCreateSecurityDescriptor(&Descriptor, SECURITY_DESCRIPTOR_REVISION))) return FALSE;
    if (!NT_SUCCESS(RtlCreateAcl(&Dacl.Acl, sizeof(Dacl), ACL_REVISION))) return FALSE;
    for (ULONG At = 0; At < 2; At++) {
        PISID Sid = (PISID)SidSpace[At];
        Sid->Revision = SID_REVISION;
        Sid->SubAuthorityCount = (UCHAR)Sids[At].Count;
        Sid->IdentifierAuthority.Value[5] = 5; /* NT */
        for (ULONG Sub = 0; Sub < Sids[At].Count; Sub++) Sid->SubAuthority[Sub] = Sids[At].SubAuthorities[Sub];
        if (!NT_SUCCESS(RtlAddAccessAllowedAce(&Dacl.Acl, ACL_REVISION, FILE_ALL_ACCESS, Sid))) return FALSE;
    }
    if (!NT_SUCCESS(RtlSetDaclSecurityDescriptor(&Descriptor, TRUE, &Dacl.Acl, FALSE))) return FALSE;
    SeCaptureSubjectContext(&Subject);
    Allowed = SeAccessCheck(&Descriptor, &Subject, FALSE, Stack->Parameters.Create.SecurityContext->DesiredAccess, 0,
                            NULL, IoGetFileObjectGenericMapping(), Irp->RequestorMode, &Granted, &Status);
    SeReleaseSubjectContext(&Subject);
    return Allowed;
}

static LODGER *Find(PDEVICE_OBJECT Device) {
    LODGER *Found = NULL;
    for (LIST_ENTRY *Entry = AdapterList.Flink; Entry != &AdapterList && Found == NULL; Entry = Entry->Flink)
        if (CONTAINING_RECORD(Entry, LODGER, Link)->Device == Device) Found = CONTAINING_RECORD(Entry, LODGER, Link);
    return Found;
}

static NTSTATUS Complete(PIRP Irp, NTSTATUS Status) {
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* Files of ours carry this in FsContext. */
#define OURS ((PVOID)(ULONG_PTR)TAG)

static NTSTATUS NTAPI Dispatch(PDEVICE_OBJECT Device, PIRP Irp) {
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PFILE_OBJECT File = Stack->FileObject;
    struct lodger_register In;
    NTSTATUS Status = STATUS_SUCCESS;
    LODGER *Lodger;

    Lock(&Adapters, FALSE);
    Lodger = Find(Device);
    if (Lodger == NULL || File == NULL ||
        (Stack->MajorFunction == IRP_MJ_CREATE ? File->FileName.Length != 0 : File->FsContext != OURS))
        goto others;
    switch (Stack->MajorFunction) {
    case IRP_MJ_CREATE:
        if (IoIs32bitProcess(Irp))
            Status = STATUS_NOT_SUPPORTED;
        else if (!MayOpen(Irp, Stack))
            Status = STATUS_ACCESS_DENIED;
        else
            File->FsContext = OURS;
        break;
    case IRP_MJ_DEVICE_CONTROL:
        if (Stack->Parameters.DeviceIoControl.IoControlCode != LODGER_REGISTER) goto others;
        if (Stack->Parameters.DeviceIoControl.InputBufferLength != sizeof(In)) {
            Status = STATUS_INVALID_PARAMETER;
            break;
        }
        RtlCopyMemory(&In, Irp->AssociatedIrp.SystemBuffer, sizeof(In));
        Status = Register(Lodger, File, &In);
        break;
    case IRP_MJ_CLEANUP: Unregister(Lodger, File, NULL); break;
    default: break; /* IRP_MJ_CLOSE */
    }
    Unlock(&Adapters);
    return Complete(Irp, Status);
others:
    Unlock(&Adapters);
    return NdisDispatch[Stack->MajorFunction](Device, Irp);
}

/* --- NDIS --------------------------------------------------------------------------------------------------------- */

static const NDIS_OID Oids[] = {OID_GEN_CURRENT_PACKET_FILTER,
                                OID_GEN_CURRENT_LOOKAHEAD,
                                OID_GEN_VENDOR_ID,
                                OID_GEN_VENDOR_DESCRIPTION,
                                OID_GEN_VENDOR_DRIVER_VERSION,
                                OID_GEN_MAXIMUM_TOTAL_SIZE,
                                OID_GEN_INTERRUPT_MODERATION,
                                OID_GEN_STATISTICS,
                                OID_PNP_SET_POWER,
                                OID_PNP_QUERY_POWER};

static NDIS_STATUS SetAttributes(LODGER *Lodger) {
    NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES Registration = {
        .Header = HEADER(MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_1),
        .MiniportAdapterContext = Lodger,
        .InterfaceType = NdisInterfaceInternal,
        .AttributeFlags = NDIS_MINIPORT_ATTRIBUTES_NO_HALT_ON_SUSPEND | NDIS_MINIPORT_ATTRIBUTES_SURPRISE_REMOVE_OK |
                          NDIS_MINIPORT_ATTRIBUTES_NDIS_WDM};
    NDIS_PM_CAPABILITIES Power = {.Header = HEADER(DEFAULT, PM_CAPABILITIES_REVISION_2)};
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES General = {
        .Header = HEADER(MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_2),
        .MediaType = NdisMediumIP,
        .PhysicalMediumType = NdisPhysicalMediumUnspecified,
        .MtuSize = MTU,
        .MaxXmitLinkSpeed = LINK_SPEED,
        .XmitLinkSpeed = LINK_SPEED,
        .MaxRcvLinkSpeed = LINK_SPEED,
        .RcvLinkSpeed = LINK_SPEED,
        .MediaConnectState = MediaConnectStateDisconnected,
        .MediaDuplexState = MediaDuplexStateFull,
        .LookaheadSize = MTU,
        .MacOptions = NDIS_MAC_OPTION_NO_LOOPBACK,
        .SupportedPacketFilters = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST,
        .AccessType = NET_IF_ACCESS_BROADCAST,
        .DirectionType = NET_IF_DIRECTION_SENDRECEIVE,
        .ConnectionType = NET_IF_CONNECTION_DEDICATED,
        .IfType = IF_TYPE_PROP_VIRTUAL,
        .SupportedPauseFunctions = NdisPauseFunctionsUnsupported,
        .SupportedOidList = (PNDIS_OID)Oids,
        .SupportedOidListLength = sizeof(Oids),
        .PowerManagementCapabilitiesEx = &Power};
    NDIS_STATUS Status = NdisMSetMiniportAttributes(Lodger->Miniport, (PNDIS_MINIPORT_ADAPTER_ATTRIBUTES)&Registration);
    if (Status != NDIS_STATUS_SUCCESS) return Status;
    return NdisMSetMiniportAttributes(Lodger->Miniport, (PNDIS_MINIPORT_ADAPTER_ATTRIBUTES)&General);
}

static void Free(LODGER *Lodger) {
    ExDeleteResourceLite(&Lodger->Client);
    if (Lodger->Pool != NULL) NdisFreeNetBufferListPool(Lodger->Pool);
    ExFreePoolWithTag(Lodger, TAG);
}

static NDIS_STATUS NTAPI LodgerInitialize(NDIS_HANDLE Miniport, NDIS_HANDLE Context,
                                          PNDIS_MINIPORT_INIT_PARAMETERS Parameters) {
    NET_BUFFER_LIST_POOL_PARAMETERS Pool = {.Header = {NDIS_OBJECT_TYPE_DEFAULT,
                                                       NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                                                       NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
                                            .ProtocolId = NDIS_PROTOCOL_ID_DEFAULT,
                                            .fAllocateNetBuffer = TRUE,
                                            .PoolTag = TAG};
    LODGER *Lodger = Allocate(sizeof(*Lodger));
    NDIS_STATUS Status = NDIS_STATUS_RESOURCES;

    if (Lodger == NULL) return NDIS_STATUS_RESOURCES;
    Lodger->Miniport = Miniport;
    ExInitializeResourceLite(&Lodger->Client);
    KeInitializeSpinLock(&Lodger->ToClientLock);
    KeInitializeSpinLock(&Lodger->Flight);
    KeInitializeEvent(&Lodger->Resume, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Lodger->Stop, NotificationEvent, FALSE);
    KeInitializeEvent(&Lodger->Landed, NotificationEvent, TRUE);
    NdisMGetDeviceProperty(Miniport, NULL, &Lodger->Device, NULL, NULL, NULL);
    Lodger->Pool = NdisAllocateNetBufferListPool(Miniport, &Pool);
    if (Lodger->Pool != NULL) Status = SetAttributes(Lodger);
    if (Status != NDIS_STATUS_SUCCESS) {
        Free(Lodger);
        return Status;
    }
    Lock(&Adapters, TRUE);
    InsertTailList(&AdapterList, &Lodger->Link);
    Unlock(&Adapters);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS NTAPI LodgerRestart(NDIS_HANDLE Context, PNDIS_MINIPORT_RESTART_PARAMETERS Parameters) {
    LODGER *Lodger = Context;
    KIRQL Irql = ExAcquireSpinLockExclusive(&Lodger->Transition);
    Lodger->Busy = 1;
    Lodger->Running = TRUE;
    ExReleaseSpinLockExclusive(&Lodger->Transition, Irql);
    KeSetEvent(&Lodger->Resume, 0, FALSE);
    return NDIS_STATUS_SUCCESS;
}

/* Whoever is busy last completes it; that may be this call. */
static NDIS_STATUS NTAPI LodgerPause(NDIS_HANDLE Context, PNDIS_MINIPORT_PAUSE_PARAMETERS Parameters) {
    LODGER *Lodger = Context;
    KIRQL Irql = ExAcquireSpinLockExclusive(&Lodger->Transition);
    Lodger->Running = FALSE;
    ExReleaseSpinLockExclusive(&Lodger->Transition, Irql);
    Leave(Lodger, 1);
    return NDIS_STATUS_PENDING;
}

/* Programs that still have the device open must let go before it goes: their handles are closed for them. */
static void CloseOwner(LODGER *Lodger) {
    SYSTEM_HANDLE_INFORMATION_EX *All = NULL;
    PFILE_OBJECT Owner;
    ULONG Size = 4096;
    NTSTATUS Status;

    Lock(&Lodger->Client, FALSE);
    Owner = Lodger->Owner;
    Unlock(&Lodger->Client);
    if (Owner == NULL) return;
    do {
        if (All != NULL) ExFreePoolWithTag(All, TAG);
        All = Allocate(Size *= 2);
        if (All == NULL) return;
        Status = ZwQuerySystemInformation(SystemExtendedHandleInformation, All, Size, NULL);
    } while (Status == STATUS_INFO_LENGTH_MISMATCH);
    for (ULONG_PTR At = 0; NT_SUCCESS(Status) && At < All->NumberOfHandles; At++) {
        PEPROCESS Process;
        KAPC_STATE State;
        if (All->Handles[At].Object != Owner) continue;
        if (!NT_SUCCESS(PsLookupProcessByProcessId((HANDLE)All->Handles[At].UniqueProcessId, &Process))) continue;
        KeStackAttachProcess((PRKPROCESS)Process, &State);
        ObCloseHandle((HANDLE)All->Handles[At].HandleValue, UserMode);
        KeUnstackDetachProcess(&State);
        ObDereferenceObject(Process);
    }
    ExFreePoolWithTag(All, TAG);
    for (BOOLEAN Open = TRUE; Open;) {
        Lock(&Lodger->Client, FALSE);
        Open = Lodger->Owner != NULL;
        Unlock(&Lodger->Client);
        if (Open) ZwYieldExecution();
    }
}

static VOID NTAPI LodgerHalt(NDIS_HANDLE Context, NDIS_HALT_ACTION Action) {
    LODGER *Lodger = Context;
    CloseOwner(Lodger);
    Lock(&Adapters, TRUE);
    RemoveEntryList(&Lodger->Link);
    Unlock(&Adapters);
    Free(Lodger);
}

static NDIS_STATUS Answer(NDIS_OID_REQUEST *Request, const void *Data, ULONG Size) {
    Request->DATA.QUERY_INFORMATION.BytesNeeded = Size;
    Request->DATA.QUERY_INFORMATION.BytesWritten = 0;
    if (Request->DATA.QUERY_INFORMATION.InformationBufferLength < Size) return NDIS_STATUS_BUFFER_TOO_SHORT;
    RtlCopyMemory(Request->DATA.QUERY_INFORMATION.InformationBuffer, Data, Size);
    Request->DATA.QUERY_INFORMATION.BytesWritten = Size;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Query(LODGER *Lodger, NDIS_OID_REQUEST *Request) {
    static const char Vendor[] = "Lodger";
    NDIS_STATISTICS_INFO Statistics = {.Header = HEADER(DEFAULT, STATISTICS_INFO_REVISION_1)};
    NDIS_INTERRUPT_MODERATION_PARAMETERS Moderation = {HEADER(DEFAULT, INTERRUPT_MODERATION_PARAMETERS_REVISION_1), 0,
                                                       NdisInterruptModerationNotSupported};
    ULONG Number = 0xFFFFFF;

    switch (Request->DATA.QUERY_INFORMATION.Oid) {
    case OID_GEN_CURRENT_PACKET_FILTER: return Answer(Request, &Lodger->PacketFilter, sizeof(Lodger->PacketFilter));
    case OID_GEN_INTERRUPT_MODERATION: return Answer(Request, &Moderation, sizeof(Moderation));
    case OID_GEN_VENDOR_DRIVER_VERSION: Number = 0x10000; return Answer(Request, &Number, sizeof(Number));
    case OID_GEN_MAXIMUM_TOTAL_SIZE:
    case OID_GEN_CURRENT_LOOKAHEAD: Number = MTU; return Answer(Request, &Number, sizeof(Number));
    case OID_GEN_VENDOR_ID: return Answer(Request, &Number, sizeof(Number));
    case OID_GEN_VENDOR_DESCRIPTION: return Answer(Request, Vendor, sizeof(Vendor));
    case OID_GEN_STATISTICS: return Answer(Request, &Statistics, NDIS_SIZEOF_STATISTICS_INFO_REVISION_1);
    case OID_PNP_QUERY_POWER: return NDIS_STATUS_SUCCESS;
    default: return NDIS_STATUS_NOT_SUPPORTED;
    }
}

static NDIS_STATUS Set(LODGER *Lodger, NDIS_OID_REQUEST *Request) {
    ULONG Length = Request->DATA.SET_INFORMATION.InformationBufferLength;
    switch (Request->DATA.SET_INFORMATION.Oid) {
    case OID_GEN_CURRENT_PACKET_FILTER:
    case OID_GEN_CURRENT_LOOKAHEAD:
        Request->DATA.SET_INFORMATION.BytesNeeded = sizeof(ULONG);
        if (Length < sizeof(ULONG)) return NDIS_STATUS_INVALID_LENGTH;
        if (Request->DATA.SET_INFORMATION.Oid == OID_GEN_CURRENT_PACKET_FILTER)
            RtlCopyMemory(&Lodger->PacketFilter, Request->DATA.SET_INFORMATION.InformationBuffer, sizeof(ULONG));
        Request->DATA.SET_INFORMATION.BytesRead = sizeof(ULONG);
        return NDIS_STATUS_SUCCESS;
    case OID_PNP_SET_POWER:
        Request->DATA.SET_INFORMATION.BytesRead = sizeof(NDIS_DEVICE_POWER_STATE);
        return NDIS_STATUS_SUCCESS;
    default: return NDIS_STATUS_NOT_SUPPORTED;
    }
}

static NDIS_STATUS NTAPI LodgerOid(NDIS_HANDLE Context, PNDIS_OID_REQUEST Request) {
    switch (Request->RequestType) {
    case NdisRequestQueryInformation:
    case NdisRequestQueryStatistics: return Query(Context, Request);
    case NdisRequestSetInformation: return Set(Context, Request);
    default: return NDIS_STATUS_NOT_SUPPORTED;
    }
}

static VOID NTAPI LodgerCancelOid(NDIS_HANDLE Context, PVOID RequestId) {}
static VOID NTAPI LodgerPnpEvent(NDIS_HANDLE Context, PNET_DEVICE_PNP_EVENT Event) {}
static VOID NTAPI LodgerShutdown(NDIS_HANDLE Context, NDIS_SHUTDOWN_ACTION Action) {}

static VOID NTAPI LodgerUnload(PDRIVER_OBJECT DriverObject) {
    PsSetCreateProcessNotifyRoutine(ProcessEvent, TRUE);
    NdisMDeregisterMiniportDriver(DriverHandle);
    ExDeleteResourceLite(&Adapters);
}

/* Borrows the entries that matter; NDIS's own stay callable. */
static void Hook(PDRIVER_OBJECT DriverObject) {
    static const UCHAR Majors[] = {IRP_MJ_CREATE, IRP_MJ_CLOSE, IRP_MJ_CLEANUP, IRP_MJ_DEVICE_CONTROL, IRP_MJ_PNP};
    for (ULONG At = 0; At <= IRP_MJ_MAXIMUM_FUNCTION; At++) NdisDispatch[At] = DriverObject->MajorFunction[At];
    for (ULONG At = 0; At < RTL_NUMBER_OF(Majors); At++) DriverObject->MajorFunction[Majors[At]] = Dispatch;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS Miniport = {
        .Header = HEADER(MINIPORT_DRIVER_CHARACTERISTICS, MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2),
        .MajorNdisVersion = 6,
        .MinorNdisVersion = 30,
        .InitializeHandlerEx = LodgerInitialize,
        .HaltHandlerEx = LodgerHalt,
        .UnloadHandler = LodgerUnload,
        .PauseHandler = LodgerPause,
        .RestartHandler = LodgerRestart,
        .OidRequestHandler = LodgerOid,
        .CancelOidRequestHandler = LodgerCancelOid,
        .SendNetBufferListsHandler = LodgerSend,
        .CancelSendHandler = LodgerCancelSend,
        .ReturnNetBufferListsHandler = LodgerReturn,
        .DevicePnPEventNotifyHandler = LodgerPnpEvent,
        .ShutdownHandlerEx = LodgerShutdown};
    RTL_OSVERSIONINFOW Version = {.dwOSVersionInfoSize = sizeof(Version)};
    UNICODE_STRING Name;
    LARGE_INTEGER Frequency;
    ULONG Verifying = 0;
    NTSTATUS Status;

    RtlGetVersion(&Version);
    KeQueryPerformanceCounter(&Frequency);
    if (Version.dwMajorVersion < 10 || Frequency.QuadPart == 0) return STATUS_NOT_SUPPORTED;
    if (NdisGetVersion() < 0x6001E) return STATUS_NOT_SUPPORTED;
    if (NT_SUCCESS(MmIsVerifierEnabled(&Verifying))) DbgPrint("lodger: verifier %x\n", (unsigned)Verifying);
    RtlInitUnicodeString(&Name, L"ExAllocatePool2");
    *(PVOID *)&AllocatePool2 = MmGetSystemRoutineAddress(&Name);
    InitializeListHead(&AdapterList);
    ExInitializeResourceLite(&Adapters);
    Status = PsSetCreateProcessNotifyRoutine(ProcessEvent, FALSE);
    if (!NT_SUCCESS(Status)) goto undo_resource;
    Status = NdisMRegisterMiniportDriver(DriverObject, RegistryPath, NULL, &Miniport, &DriverHandle);
    if (!NT_SUCCESS(Status)) goto undo_notify;
    Hook(DriverObject);
    return STATUS_SUCCESS;
undo_notify:
    PsSetCreateProcessNotifyRoutine(ProcessEvent, TRUE);
undo_resource:
    ExDeleteResourceLite(&Adapters);
    return Status;
}
