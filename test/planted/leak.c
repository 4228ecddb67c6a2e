/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * NDIS's memory is not given back. */
#define AT_RESTART NdisAllocateMemoryWithTagPriority(Adapter->Miniport, 100, TAG, NormalPoolPriority)
#include "test/planted/miniport.h"
