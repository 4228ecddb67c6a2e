/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list is indicated without a status. */
#define AT_PREPARE List->Status = NDIS_STATUS_PENDING
#include "test/planted/miniport.h"
