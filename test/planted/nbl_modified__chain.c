/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Another MDL is put behind one that the stack has. */
#define AT_INDICATED First->FirstNetBuffer->MdlChain->Next = Adapter->Mdls[0]
#include "test/planted/miniport.h"
