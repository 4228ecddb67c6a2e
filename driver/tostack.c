/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Client to stack: take, copy, validate the copy, free the ring, indicate, take back. One thread per session does it,
 * in bundles. The stack may keep lists for seconds and reads headers more than once, so it gets copies in memory that
 * user mode has never seen. When it keeps so many that a class runs dry, the reserve is lent for the duration of the
 * call.
 */
#include "driver/driver.h"
#include "driver/stats.h"

#define BUNDLE_PACKETS 64
#define BUNDLE_BYTES (256 * 1024)

typedef struct _BUNDLE {
    NET_BUFFER_LIST *First, **End;
    ULONG Count, Bytes;
    BOOLEAN FromReserve;
} BUNDLE;

/* --- buffers ------------------------------------------------------------------------------------------------------ */

/* What several bundles need. Of each class, `Reserve` lists are only ever lent. */
static const struct {
    ULONG Size, Count, Reserve;
} BufferPlan[BufferClasses] = {[BufferSmall] = {2048, 544, 32}, [BufferLarge] = {65536, 64, 4}};

/* Ours in a list, whoever has it: the MDL that it was made with. The buffer and its class follow from that. */
#define LIST_MDL(List) (*(MDL **)&NET_BUFFER_LIST_MINIPORT_RESERVED(List)[0])
#define LIST_CLASS(List) (MmGetMdlByteCount(LIST_MDL(List)) == BufferPlan[BufferSmall].Size ? BufferSmall : BufferLarge)

static VOID ToStackPush(NET_BUFFER_LIST **Top, NET_BUFFER_LIST *List) {
    NET_BUFFER_LIST_NEXT_NBL(List) = *Top;
    *Top = List;
}

NDIS_STATUS ToStackAllocate(ADAPTER *Adapter) {
    NET_BUFFER_LIST_POOL_PARAMETERS Parameters = {.Header = {NDIS_OBJECT_TYPE_DEFAULT,
                                                             NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                                                             NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
                                                  .ProtocolId = NDIS_PROTOCOL_ID_DEFAULT,
                                                  .fAllocateNetBuffer = TRUE,
                                                  .PoolTag = BRAND_POOL_TAG};

    Adapter->ListPool = NdisAllocateNetBufferListPool(Adapter->Miniport, &Parameters);
    if (Adapter->ListPool == NULL) return NDIS_STATUS_RESOURCES;
    for (ULONG Index = 0; Index < BufferClasses; Index++) {
        BUFFER_CLASS *Class = &Adapter->Buffers[Index];
        ULONG Size = BufferPlan[Index].Size;

        Class->Memory = ExAllocatePoolWithTag(NonPagedPoolNx, (SIZE_T)BufferPlan[Index].Count * Size, BRAND_POOL_TAG);
        for (ULONG Number = 0; Number < BufferPlan[Index].Count; Number++) {
            MDL *Mdl = Class->Memory == NULL
                           ? NULL
                           : NdisAllocateMdl(Adapter->Miniport, Class->Memory + (SIZE_T)Number * Size, Size);
            NET_BUFFER_LIST *List =
                Mdl == NULL ? NULL : NdisAllocateNetBufferAndNetBufferList(Adapter->ListPool, 0, 0, Mdl, 0, 0);

            if (List == NULL) {
                if (Mdl != NULL) NdisFreeMdl(Mdl);
                return NDIS_STATUS_RESOURCES;
            }
            LIST_MDL(List) = Mdl;
            ToStackPush(Number < BufferPlan[Index].Reserve ? &Class->Reserve : &Class->Free, List);
        }
    }
    return NDIS_STATUS_SUCCESS;
}

VOID ToStackFree(ADAPTER *Adapter) {
    for (ULONG Index = 0; Index < BufferClasses; Index++) {
        BUFFER_CLASS *Class = &Adapter->Buffers[Index];
        NET_BUFFER_LIST *Tops[] = {Class->Free, Class->Warm, Class->Reserve, Class->Returned};

        for (ULONG Top = 0; Top < RTL_NUMBER_OF(Tops); Top++) {
            for (NET_BUFFER_LIST *List = Tops[Top], *Next; List != NULL; List = Next) {
                MDL *Mdl = LIST_MDL(List);

                Next = NET_BUFFER_LIST_NEXT_NBL(List);
                NdisFreeNetBufferList(List);
                NdisFreeMdl(Mdl);
            }
        }
        if (Class->Memory != NULL) ExFreePoolWithTag(Class->Memory, BRAND_POOL_TAG);
    }
    if (Adapter->ListPool != NULL) NdisFreeNetBufferListPool(Adapter->ListPool);
}

/* --- take, copy, validate ----------------------------------------------------------------------------------------- */

/* A list for the bundle. NULL: its class is dry, and what the bundle has must go first. */
static NET_BUFFER_LIST *ToStackTake(BUFFER_CLASS *Class, BUNDLE *Bundle) {
    NET_BUFFER_LIST **Top = &Class->Warm, *List;

    if (Class->Warm == NULL && atomic_load_pointer_acquire((void *const *)&Class->Returned) != NULL)
        Class->Warm = atomic_exchange_pointer((void **)&Class->Returned, NULL);
    if (Class->Warm == NULL) Top = &Class->Free;
    if (*Top == NULL && Bundle->Count == 0) Bundle->FromReserve = TRUE;
    if (Bundle->FromReserve) Top = &Class->Reserve;
    List = *Top;
    if (List != NULL) *Top = NET_BUFFER_LIST_NEXT_NBL(List);
    return List;
}

static VOID ToStackGiveBack(ADAPTER *Adapter, NET_BUFFER_LIST *List, const BUNDLE *Bundle) {
    for (NET_BUFFER_LIST *Next; List != NULL; List = Next) {
        BUFFER_CLASS *Class = &Adapter->Buffers[LIST_CLASS(List)];

        Next = NET_BUFFER_LIST_NEXT_NBL(List);
        ToStackPush(Bundle->FromReserve ? &Class->Reserve : &Class->Warm, List);
    }
}

/* Everything that the last use, or the stack, may have left behind is set anew. */
static VOID ToStackPrepare(ADAPTER *Adapter, NET_BUFFER_LIST *List, ULONG Length, enum packet_family Family) {
    NET_BUFFER *Packet = NET_BUFFER_LIST_FIRST_NB(List);

    NET_BUFFER_NEXT_NB(Packet) = NULL;
    NET_BUFFER_FIRST_MDL(Packet) = NET_BUFFER_CURRENT_MDL(Packet) = LIST_MDL(List);
    NET_BUFFER_CURRENT_MDL_OFFSET(Packet) = NET_BUFFER_DATA_OFFSET(Packet) = 0;
    NET_BUFFER_DATA_LENGTH(Packet) = Length;
    RtlZeroMemory(List->NetBufferListInfo, sizeof(List->NetBufferListInfo));
    /* The frame type is in network byte order, as on Ethernet: 0x0800, 0x86DD. */
    NET_BUFFER_LIST_INFO(List, NetBufferListFrameType) = (PVOID)(ULONG_PTR)(Family == PACKET_IPV4 ? 0x0008 : 0xDD86);
    List->NblFlags = Family == PACKET_IPV4 ? NDIS_NBL_FLAGS_IS_IPV4 : NDIS_NBL_FLAGS_IS_IPV6;
    List->SourceHandle = Adapter->Miniport;
    NET_BUFFER_LIST_STATUS(List) = NDIS_STATUS_SUCCESS;
    NET_BUFFER_LIST_NEXT_NBL(List) = NULL;
}

/* RING_OK: there may be more. */
static enum ring_result ToStackFill(ADAPTER *Adapter, struct ring_consumer *Ring, BUNDLE *Bundle) {
    while (Bundle->Count < BUNDLE_PACKETS && Bundle->Bytes < BUNDLE_BYTES) {
        struct ring_record Header, *Record;
        ULONG Before = Ring->head;
        enum ring_result Result = ring_take(Ring, &Header, &Record);
        enum packet_family Family;
        NET_BUFFER_LIST *List;

        if (Result != RING_OK) return Result;
        List = ToStackTake(&Adapter->Buffers[Header.length > BufferPlan[BufferSmall].Size], Bundle);
        if (List == NULL) {
            ring_put_back(Ring, Before);
            break;
        }
        RtlCopyMemory(MmGetMdlVirtualAddress(LIST_MDL(List)), ring_record_data(Record), Header.length);
        Family = packet_family(MmGetMdlVirtualAddress(LIST_MDL(List)), Header.length);
        ToStackPrepare(Adapter, List, Header.length, Family);
        if (Family == PACKET_INVALID) {
            ToStackGiveBack(Adapter, List, Bundle);
            StatsAdd(&Adapter->Counters.to_stack_invalid, 1);
            continue;
        }
        *Bundle->End = List;
        Bundle->End = &NET_BUFFER_LIST_NEXT_NBL(List);
        Bundle->Count++;
        Bundle->Bytes += Header.length;
    }
    return RING_OK;
}

/* --- indicate, take back ------------------------------------------------------------------------------------------ */

/* While NDIS has us paused, or in low power, the bundle waits, and behind it the ring; unless the session ends. */
static VOID ToStackIndicate(ADAPTER *Adapter, SESSION *Session, const BUNDLE *Bundle) {
    ULONG Lent = Bundle->FromReserve ? NDIS_RECEIVE_FLAGS_RESOURCES : 0;
    PVOID Objects[] = {&Session->Stop, &Adapter->Gate.Running};
    BOOLEAN Entered;
    KIRQL Irql;

    do {
        KeRaiseIrql(DISPATCH_LEVEL, &Irql);
        Entered = GateEnter(&Adapter->Gate, Bundle->FromReserve ? 0 : Bundle->Count);
        if (Entered) {
            StatsAdd(&Adapter->Counters.to_stack_packets, Bundle->Count);
            StatsAdd(&Adapter->Counters.to_stack_bytes, Bundle->Bytes);
            StatsAdd(&Adapter->Counters.to_stack_reserve, Bundle->FromReserve ? Bundle->Count : 0);
            NdisMIndicateReceiveNetBufferLists(Adapter->Miniport, Bundle->First, NDIS_DEFAULT_PORT_NUMBER,
                                               Bundle->Count, NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL | Lent);
            GateLeave(&Adapter->Gate);
        }
        KeLowerIrql(Irql);
    } while (!Entered &&
             KeWaitForMultipleObjects(2, Objects, WaitAny, Executive, KernelMode, FALSE, NULL, NULL) != STATUS_WAIT_0);
    if (!Entered || Bundle->FromReserve) ToStackGiveBack(Adapter, Bundle->First, Bundle);
}

VOID NTAPI ToStackReturn(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists, ULONG ReturnFlags) {
    ADAPTER *Adapter = Context;
    NET_BUFFER_LIST *First[BufferClasses] = {0}, *Last[BufferClasses] = {0};
    ULONG Count = 0;

    for (NET_BUFFER_LIST *List = Lists, *Next; List != NULL; List = Next, Count++) {
        ULONG Index = LIST_CLASS(List);

        Next = NET_BUFFER_LIST_NEXT_NBL(List);
        if (First[Index] == NULL) Last[Index] = List;
        ToStackPush(&First[Index], List);
    }
    for (ULONG Index = 0; Index < BufferClasses; Index++) {
        void *Top = NULL;

        while (First[Index] != NULL &&
               !atomic_compare_exchange_pointer((void **)&Adapter->Buffers[Index].Returned, &Top, First[Index]))
            NET_BUFFER_LIST_NEXT_NBL(Last[Index]) = Top;
    }
    /* Last: a pause that waited for these may go on to halt and free them. */
    GateReturn(&Adapter->Gate, Count);
}

/* --- the thread --------------------------------------------------------------------------------------------------- */

VOID NTAPI ToStackThread(PVOID Context) {
    ADAPTER *Adapter = Context;
    SESSION *Session = Adapter->Session;
    struct ring_consumer *Ring = &Session->ToStack;
    PVOID Objects[] = {&Session->Stop, Session->Events[EventKick]};
    struct spin Spin;

    spin_init(&Spin, TRUE);
    while (!atomic_load_relaxed(&Session->Stopping)) {
        BUNDLE Bundle = {.End = &Bundle.First};
        enum ring_result Result = ToStackFill(Adapter, Ring, &Bundle);

        if (Ring->head != Ring->freed && ring_free(Ring))
            KeSetEvent(Session->Events[EventRoom], IO_NETWORK_INCREMENT, FALSE);
        if (Bundle.Count != 0) ToStackIndicate(Adapter, Session, &Bundle);
        if (Result == RING_CORRUPT) {
            SessionPublish(Session, RING_STATE_CORRUPT);
            KeWaitForSingleObject(&Session->Stop, Executive, KernelMode, FALSE, NULL);
        } else if (Result == RING_EMPTY && !spin_while(&Spin, &Ring->shared->tail, Ring->head) && ring_arm_wake(Ring)) {
            StatsAdd(&Adapter->Counters.sleeps, 1);
            spin_sleep(&Spin);
            KeWaitForMultipleObjects(2, Objects, WaitAny, Executive, KernelMode, FALSE, NULL, NULL);
            spin_wake(&Spin);
            KeClearEvent(Session->Events[EventKick]); /* it may be one that stays set */
        }
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}
