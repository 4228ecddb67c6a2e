/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The power management capabilities are of the wrong type. */
#define AT_GENERAL NoWake.Header.Type = NDIS_OBJECT_TYPE_STATUS_INDICATION
#include "test/planted/miniport.h"
