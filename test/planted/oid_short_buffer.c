/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A query succeeds without room. */
#define AT_OID                                                                                                         \
    if (Status == NDIS_STATUS_BUFFER_TOO_SHORT) Status = NDIS_STATUS_SUCCESS
#include "test/planted/miniport.h"
