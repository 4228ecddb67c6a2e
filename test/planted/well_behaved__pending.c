/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Answers requests and restarts later, from a work item. Breaks no rule.
 */
#include "nt/ndis.h"

/* NDIS has one request, and one restart, under way at a time. */
static struct {
    NDIS_HANDLE Miniport, Item;
    PNDIS_OID_REQUEST Request;
    NDIS_STATUS Status;
} Later[4];

static VOID NTAPI Answer(PVOID Context, NDIS_HANDLE Item) {
    ULONG Index = (ULONG)(ULONG_PTR)Context;
    PNDIS_OID_REQUEST Request = Later[Index].Request;
    Later[Index].Request = NULL;
    if (Request)
        NdisMOidRequestComplete(Later[Index].Miniport, Request, Later[Index].Status);
    else
        NdisMRestartComplete(Later[Index].Miniport, NDIS_STATUS_SUCCESS);
}

static ULONG Find(NDIS_HANDLE Miniport) {
    ULONG Index = 0;
    while (Index < 3 && Later[Index].Miniport != Miniport) Index++;
    return Index;
}

static NDIS_STATUS Postpone(NDIS_HANDLE Miniport, PNDIS_OID_REQUEST Request, NDIS_STATUS Status) {
    ULONG Index = Find(Miniport);
    if (!Later[Index].Item) return Status;
    Later[Index].Request = Request;
    Later[Index].Status = Status;
    NdisQueueIoWorkItem(Later[Index].Item, Answer, (PVOID)(ULONG_PTR)Index);
    return NDIS_STATUS_PENDING;
}

#define AT_INITIALIZED                                                                                                 \
    ULONG Index = Find(NULL);                                                                                          \
    Later[Index].Miniport = Miniport;                                                                                  \
    Later[Index].Item = NdisAllocateIoWorkItem(Miniport)
#define AT_OID Status = Postpone(Adapter->Miniport, Request, Status)
#define AT_RESTART Status = Postpone(Adapter->Miniport, NULL, Status)
#define AT_HALT                                                                                                        \
    ULONG Index = Find(Adapter->Miniport);                                                                             \
    if (Later[Index].Item) NdisFreeIoWorkItem(Later[Index].Item);                                                      \
    RtlZeroMemory(&Later[Index], sizeof(Later[Index]))
#include "test/planted/miniport.h"
