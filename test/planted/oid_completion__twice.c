/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is completed twice. */
#define AT_OID                                                                                                         \
    NdisMOidRequestComplete(Adapter->Miniport, Request, Status);                                                       \
    NdisMOidRequestComplete(Adapter->Miniport, Request, Status);                                                       \
    Status = NDIS_STATUS_PENDING
#include "test/planted/miniport.h"
