/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The general attributes come first. */
#define AT_REGISTRATION NdisMSetMiniportAttributes(Adapter->Miniport, (PNDIS_MINIPORT_ADAPTER_ATTRIBUTES) & General)
#include "test/planted/miniport.h"
