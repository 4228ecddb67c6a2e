/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A buffer is made shorter while the stack has it. */
#define AT_INDICATED First->FirstNetBuffer->DataLength--
#include "test/planted/miniport.h"
