/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A sent buffer comes back with another MDL. */
#define AT_COMPLETE Lists->FirstNetBuffer->CurrentMdl = Adapter->Mdls[0]
#include "test/planted/miniport.h"
