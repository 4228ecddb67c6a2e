/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An MDL is freed whose list the stack has. */
#define AT_INDICATED NdisFreeMdl(First->FirstNetBuffer->MdlChain)
#include "test/planted/miniport.h"
