/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A status has a size and no buffer. */
#define AT_RESTART                                                                                                     \
    NDIS_STATUS_INDICATION Indication = {.Header = HEADER(STATUS_INDICATION, STATUS_INDICATION_REVISION_1),            \
                                         .SourceHandle = Adapter->Miniport,                                            \
                                         .StatusCode = NDIS_STATUS_MEDIA_SPECIFIC_INDICATION,                          \
                                         .StatusBufferSize = 4};                                                       \
    NdisMIndicateStatusEx(Adapter->Miniport, &Indication)
#include "test/planted/miniport.h"
