/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A miniport that does nothing with packets: what is left is the host's own time. It also measures, as a driver sees them,
 * what the kernel's calls cost.
 */
#include "bench/driver/null.h"

#define LISTS NULL_LISTS
#define AT_SEND                                                                                                        \
    for (NET_BUFFER_LIST *List = Lists; List; List = List->Next) List->Status = NDIS_STATUS_SUCCESS;                   \
    COMPLETE(Lists);                                                                                                   \
    return
#define AT_RETURN                                                                                                      \
    if (Receives(Lists)) return
#define AT_OID                                                                                                         \
    if (Request->RequestType == NdisRequestQueryInformation) Status = Ask(Adapter, Request, Status)

#include "nt/contract.h"
#include "nt/ndis.h"

static BOOLEAN Receives(NET_BUFFER_LIST *Lists);
typedef struct _ADAPTER ADAPTER;
static NDIS_STATUS Ask(ADAPTER *Adapter, PNDIS_OID_REQUEST Request, NDIS_STATUS Otherwise);

#include "test/planted/miniport.h"

/* --- costs -------------------------------------------------------------------------------------------------------- */

#define TURNS 200000
#define ROUNDS 7

static ULONG64 Now(VOID) { return (ULONG64)KeQueryPerformanceCounter(NULL).QuadPart; } /* 100 ns */

static VOID Cost(ADAPTER *Adapter, enum null_cost What, ULONG Turns) {
    static KSPIN_LOCK Spin;
    static EX_SPIN_LOCK Shared;
    static KEVENT Event;
    static PEX_RUNDOWN_REF_CACHE_AWARE Rundown;
    KIRQL Irql;

    switch (What) {
    case NULL_CALL:
        while (Turns--) KeGetCurrentIrql();
        break;
    case NULL_SPIN_LOCK:
        KeInitializeSpinLock(&Spin);
        while (Turns--) {
            KeAcquireSpinLock(&Spin, &Irql);
            KeReleaseSpinLock(&Spin, Irql);
        }
        break;
    case NULL_SHARED_LOCK:
        while (Turns--) {
            Irql = ExAcquireSpinLockShared(&Shared);
            ExReleaseSpinLockShared(&Shared, Irql);
        }
        break;
    case NULL_RUNDOWN:
        Rundown = ExAllocateCacheAwareRundownProtection(NonPagedPoolNx, TAG);
        while (Rundown && Turns--) {
            ExAcquireRundownProtectionCacheAware(Rundown);
            ExReleaseRundownProtectionCacheAware(Rundown);
        }
        if (Rundown) ExFreeCacheAwareRundownProtection(Rundown);
        break;
    case NULL_EVENT:
        KeInitializeEvent(&Event, NotificationEvent, FALSE);
        while (Turns--) {
            KeSetEvent(&Event, IO_NO_INCREMENT, FALSE);
            *(volatile LONG *)&Event.Header.SignalState = 0; /* so that only the setting is measured */
        }
        break;
    case NULL_LIST:
        while (Turns--) NdisFreeNetBufferList(NdisAllocateNetBufferAndNetBufferList(Adapter->Pool, 0, 0, NULL, 0, 0));
        break;
    default: break;
    }
}

/* The best of several: what else the machine does only adds. */
static VOID Costs(ADAPTER *Adapter, struct null_costs *Costs) {
    for (ULONG What = 0; What < NULL_COSTS; What++) {
        Costs->picoseconds[What] = ~0ull;
        for (ULONG Round = 0; Round < ROUNDS; Round++) {
            ULONG64 Start = Now(), Took;
            Cost(Adapter, What, TURNS);
            Took = (Now() - Start) * 100000 / TURNS;
            if (Took < Costs->picoseconds[What]) Costs->picoseconds[What] = Took;
        }
    }
}

/* --- receive ------------------------------------------------------------------------------------------------------ */

static NET_BUFFER_LIST *Bundle; /* what is indicated again and again, while that goes on */

static BOOLEAN Receives(NET_BUFFER_LIST *Lists) { return Bundle == Lists; }

static VOID Receive(ADAPTER *Adapter, ULONG64 Bundles) {
    static const UCHAR Header[20] = {0x45, 0, 0, 20, 0, 0, 0, 0, 64, 253};
    NET_BUFFER_LIST *List;
    ULONG Count = 0;
    KIRQL Irql;

    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    Bundle = Adapter->Free;
    Adapter->Free = NULL;
    KeReleaseSpinLock(&Adapter->Lock, Irql);
    for (List = Bundle; List; List = List->Next, Count++) {
        RtlCopyMemory(MmGetMdlVirtualAddress(List->FirstNetBuffer->MdlChain), Header, sizeof(Header));
        ListPrepare(Adapter, List, List->FirstNetBuffer, Header, sizeof(Header));
    }
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    while (Count == NULL_LISTS && Bundles--) {
        NdisMIndicateReceiveNetBufferLists(Adapter->Miniport, Bundle, NDIS_DEFAULT_PORT_NUMBER, Count,
                                           NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL);
    }
    KeLowerIrql(Irql);
    KeAcquireSpinLock(&Adapter->Lock, &Irql);
    Adapter->Free = Bundle;
    Bundle = NULL;
    KeReleaseSpinLock(&Adapter->Lock, Irql);
}

static NDIS_STATUS Ask(ADAPTER *Adapter, PNDIS_OID_REQUEST Request, NDIS_STATUS Otherwise) {
    ULONG Oid = Request->DATA.QUERY_INFORMATION.Oid;
    ULONG Size = Oid == NULL_OID_COSTS ? sizeof(struct null_costs) : sizeof(ULONG64);

    if (Oid != NULL_OID_COSTS && Oid != NULL_OID_RECEIVE) return Otherwise;
    Request->DATA.QUERY_INFORMATION.BytesNeeded = Size;
    if (Request->DATA.QUERY_INFORMATION.InformationBufferLength < Size) return NDIS_STATUS_BUFFER_TOO_SHORT;
    if (Oid == NULL_OID_COSTS)
        Costs(Adapter, Request->DATA.QUERY_INFORMATION.InformationBuffer);
    else
        Receive(Adapter, *(const ULONG64 *)Request->DATA.QUERY_INFORMATION.InformationBuffer);
    Request->DATA.QUERY_INFORMATION.BytesWritten = Size;
    return NDIS_STATUS_SUCCESS;
}
