/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A pause is completed twice. */
#define AT_PAUSED                                                                                                      \
    if (Status == NDIS_STATUS_SUCCESS) {                                                                               \
        NdisMPauseComplete(Adapter->Miniport);                                                                         \
        NdisMPauseComplete(Adapter->Miniport);                                                                         \
        Status = NDIS_STATUS_PENDING;                                                                                  \
    }
#include "test/planted/miniport.h"
