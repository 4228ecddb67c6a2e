/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A restart is completed that NDIS did not ask for. */
#define AT_PAUSE NdisMRestartComplete(Adapter->Miniport, NDIS_STATUS_SUCCESS)
#include "test/planted/miniport.h"
