/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A link state is indicated without saying which. */
#define AT_RESTART                                                                                                     \
    NDIS_STATUS_INDICATION Indication = {.Header = HEADER(STATUS_INDICATION, STATUS_INDICATION_REVISION_1),            \
                                         .SourceHandle = Adapter->Miniport,                                            \
                                         .StatusCode = NDIS_STATUS_LINK_STATE};                                        \
    NdisMIndicateStatusEx(Adapter->Miniport, &Indication)
#include "test/planted/miniport.h"
