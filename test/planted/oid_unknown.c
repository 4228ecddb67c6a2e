/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request that nobody knows succeeds. */
#define AT_OID                                                                                                         \
    if (Status == NDIS_STATUS_NOT_SUPPORTED) Status = NDIS_STATUS_SUCCESS
#include "test/planted/miniport.h"
