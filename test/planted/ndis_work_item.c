/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item is queued that is queued. */
#include "nt/ndis.h"

static VOID NTAPI Work(PVOID Context, NDIS_HANDLE Item) {}

#define AT_RESTART                                                                                                     \
    NDIS_HANDLE Item = NdisAllocateIoWorkItem(Adapter->Miniport);                                                      \
    for (;;) NdisQueueIoWorkItem(Item, Work, NULL)
#include "test/planted/miniport.h"
