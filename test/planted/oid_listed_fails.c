/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A query fails that is in the list of those supported. */
#define AT_OID                                                                                                         \
    if (Request->DATA.Oid == OID_GEN_STATISTICS && Status == NDIS_STATUS_SUCCESS) Status = NDIS_STATUS_FAILURE
#include "test/planted/miniport.h"
