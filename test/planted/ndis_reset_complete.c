/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A reset is completed that NDIS did not ask for. */
#define AT_RESTART NdisMResetComplete(Adapter->Miniport, NDIS_STATUS_SUCCESS, FALSE)
#include "test/planted/miniport.h"
