/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Lends its lists for the duration of the call. Breaks no rule. */
#define AT_INDICATE ReceiveFlags |= NDIS_RECEIVE_FLAGS_RESOURCES
#define AT_INDICATED MiniportReturn(Adapter, First, 0)
#include "test/planted/miniport.h"
