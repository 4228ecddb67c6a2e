/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An MDL is made shorter while the stack has it. */
#define AT_INDICATED First->FirstNetBuffer->MdlChain->ByteCount--
#include "test/planted/miniport.h"
