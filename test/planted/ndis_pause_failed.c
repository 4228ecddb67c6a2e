/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A pause fails. */
#define AT_PAUSED Status = NDIS_STATUS_FAILURE
#include "test/planted/miniport.h"
