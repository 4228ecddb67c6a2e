/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Low power is refused. */
#define AT_OID                                                                                                         \
    if (Request->DATA.Oid == OID_PNP_SET_POWER) Status = NDIS_STATUS_FAILURE
#include "test/planted/miniport.h"
