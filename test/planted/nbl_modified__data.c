/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A packet is written to while the stack has it. */
#define AT_INDICATED *(UCHAR *)MmGetMdlVirtualAddress(First->FirstNetBuffer->MdlChain) ^= 1
#include "test/planted/miniport.h"
