/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An MDL is not given back. */
#define AT_HALTED NdisAllocateMdl(Adapter->Miniport, Adapter, SIZE)
#include "test/planted/miniport.h"
