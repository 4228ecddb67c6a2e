/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A pool is freed twice. */
#define AT_HALTED NdisFreeNetBufferListPool(Adapter->Pool)
#include "test/planted/miniport.h"
