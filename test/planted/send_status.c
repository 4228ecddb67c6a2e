/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list is completed without a status. */
#define AT_COMPLETE Lists->Status = NDIS_STATUS_PENDING
#include "test/planted/miniport.h"
