/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What was sent is completed when its adapter is gone. */
#include "nt/ndis.h"

static NDIS_HANDLE Kept;

#define AT_INITIALIZED Kept = Miniport
#define AT_UNLOAD                                                                                                      \
    NET_BUFFER_LIST None;                                                                                              \
    RtlZeroMemory(&None, sizeof(None));                                                                                \
    NdisMSendNetBufferListsComplete(Kept, &None, 0)
#include "test/planted/miniport.h"
