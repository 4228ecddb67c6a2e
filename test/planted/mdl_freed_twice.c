/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An MDL is freed twice. */
#define AT_HALTED NdisFreeMdl(Adapter->Mdls[0])
#include "test/planted/miniport.h"
