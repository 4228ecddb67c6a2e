/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A status is indicated in memory as it came from the pool. */
#define AT_RESTART                                                                                                     \
    NDIS_STATUS_INDICATION *Indication = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*Indication), TAG);              \
    Indication->Header = (NDIS_OBJECT_HEADER)HEADER(STATUS_INDICATION, STATUS_INDICATION_REVISION_1);                  \
    Indication->SourceHandle = Adapter->Miniport;                                                                      \
    Indication->PortNumber = 0;                                                                                        \
    Indication->StatusCode = NDIS_STATUS_MEDIA_SPECIFIC_INDICATION;                                                    \
    Indication->StatusBuffer = NULL;                                                                                   \
    Indication->StatusBufferSize = 0;                                                                                  \
    NdisMIndicateStatusEx(Adapter->Miniport, Indication)
#include "test/planted/miniport.h"
