/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list is freed that the stack has. */
#define AT_INDICATED NdisFreeNetBufferList(First)
#include "test/planted/miniport.h"
