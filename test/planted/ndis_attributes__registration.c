/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The registration attributes are set twice. */
#define AT_GENERAL NdisMSetMiniportAttributes(Adapter->Miniport, (PNDIS_MINIPORT_ADAPTER_ATTRIBUTES) & Registration)
#include "test/planted/miniport.h"
