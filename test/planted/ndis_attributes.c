/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The general attributes are set twice. */
#define AT_GENERAL NdisMSetMiniportAttributes(Adapter->Miniport, (PNDIS_MINIPORT_ADAPTER_ATTRIBUTES) & General)
#include "test/planted/miniport.h"
