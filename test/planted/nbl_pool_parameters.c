/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A pool with a context that is no multiple of 16. */
#define AT_INITIALIZE                                                                                                  \
    NET_BUFFER_LIST_POOL_PARAMETERS Odd = {.Header = {NDIS_OBJECT_TYPE_DEFAULT,                                        \
                                                      NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,                      \
                                                      NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},         \
                                           .fAllocateNetBuffer = TRUE,                                                 \
                                           .PoolTag = TAG,                                                             \
                                           .ContextSize = 1};                                                          \
    NdisAllocateNetBufferListPool(Adapter->Miniport, &Odd)
#include "test/planted/miniport.h"
