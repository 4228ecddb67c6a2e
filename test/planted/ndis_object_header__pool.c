/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A pool of lists is made with an empty header. */
#define AT_INITIALIZE                                                                                                  \
    NET_BUFFER_LIST_POOL_PARAMETERS Empty = {.PoolTag = TAG};                                                          \
    NdisAllocateNetBufferListPool(Miniport, &Empty)
#include "test/planted/miniport.h"
