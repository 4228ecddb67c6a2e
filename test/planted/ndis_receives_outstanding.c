/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A pause does not wait for what the stack has. */
#define AT_PAUSED Status = NDIS_STATUS_SUCCESS
#include "test/planted/miniport.h"
