/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A pause succeeds and is completed, too. */
#define AT_PAUSED                                                                                                      \
    if (Status == NDIS_STATUS_SUCCESS) NdisMPauseComplete(Adapter->Miniport)
#include "test/planted/miniport.h"
