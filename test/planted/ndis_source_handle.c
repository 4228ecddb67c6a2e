/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A status comes from nowhere. */
#define AT_RESTART                                                                                                     \
    NDIS_STATUS_INDICATION Indication = {.Header = HEADER(STATUS_INDICATION, STATUS_INDICATION_REVISION_1),            \
                                         .SourceHandle = NULL,                                                         \
                                         .StatusCode = NDIS_STATUS_MEDIA_SPECIFIC_INDICATION};                         \
    NdisMIndicateStatusEx(Adapter->Miniport, &Indication)
#include "test/planted/miniport.h"
