/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Initialization is pending. */
#define AT_INITIALIZED Status = NDIS_STATUS_PENDING
#include "test/planted/miniport.h"
