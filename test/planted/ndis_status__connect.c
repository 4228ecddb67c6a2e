/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A link is told of the way of NDIS 5. */
#define AT_RESTART                                                                                                     \
    NDIS_STATUS_INDICATION Indication = {.Header = HEADER(STATUS_INDICATION, STATUS_INDICATION_REVISION_1),            \
                                         .SourceHandle = Adapter->Miniport,                                            \
                                         .StatusCode = NDIS_STATUS_MEDIA_CONNECT};                                     \
    NdisMIndicateStatusEx(Adapter->Miniport, &Indication)
#include "test/planted/miniport.h"
