/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A pause is completed while the stack has lists. */
#define AT_PAUSED                                                                                                      \
    if (Status == NDIS_STATUS_PENDING) NdisMPauseComplete(Adapter->Miniport)
#include "test/planted/miniport.h"
