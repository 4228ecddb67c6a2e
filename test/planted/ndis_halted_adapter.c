/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An adapter is used that is gone. */
#include "nt/ndis.h"

static NDIS_HANDLE Kept;

#define AT_INITIALIZED Kept = Miniport
#define AT_UNLOAD                                                                                                      \
    NDIS_STATUS_INDICATION Indication = {.Header = HEADER(STATUS_INDICATION, STATUS_INDICATION_REVISION_1),            \
                                         .SourceHandle = Kept,                                                         \
                                         .StatusCode = NDIS_STATUS_MEDIA_SPECIFIC_INDICATION};                         \
    NdisMIndicateStatusEx(Kept, &Indication)
#include "test/planted/miniport.h"
