/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item's routine returns with a lock held. */
#include "nt/ndis.h"

static VOID NTAPI Work(PVOID Context, NDIS_HANDLE Item) {
    KIRQL Irql;
    static KSPIN_LOCK Lock;
    KeAcquireSpinLock(&Lock, &Irql);
}

#define AT_RESTART                                                                                                     \
    NDIS_EVENT Event;                                                                                                  \
    NdisInitializeEvent(&Event);                                                                                       \
    NdisQueueIoWorkItem(NdisAllocateIoWorkItem(Adapter->Miniport), Work, Adapter);                                     \
    NdisWaitEvent(&Event, 30000)
#include "test/planted/miniport.h"
