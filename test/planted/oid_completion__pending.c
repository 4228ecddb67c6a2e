/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is completed as pending. */
#define AT_OID                                                                                                         \
    NdisMOidRequestComplete(Adapter->Miniport, Request, NDIS_STATUS_PENDING);                                          \
    Status = NDIS_STATUS_PENDING
#include "test/planted/miniport.h"
