/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Initialization fails, and a lock is left. */
#define AT_INITIALIZED                                                                                                 \
    NdisAllocateRWLock(Miniport);                                                                                      \
    Status = NDIS_STATUS_FAILURE
#include "test/planted/miniport.h"
