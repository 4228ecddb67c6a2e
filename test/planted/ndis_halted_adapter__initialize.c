/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The adapter is used after its initialization failed. */
#include "nt/ndis.h"

static NDIS_HANDLE Kept;

#define AT_INITIALIZED                                                                                                 \
    Kept = Miniport;                                                                                                   \
    Status = NDIS_STATUS_FAILURE
#define AT_UNLOAD NdisAllocateRWLock(Kept)
#include "test/planted/miniport.h"
