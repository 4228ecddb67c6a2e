/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A context is left in a list that is completed. */
#define AT_COMPLETE NdisAllocateNetBufferListContext(Lists, 16, 0, TAG)
#include "test/planted/miniport.h"
