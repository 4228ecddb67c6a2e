/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A clone is freed like a list. */
#define AT_INITIALIZE                                                                                                  \
    NET_BUFFER_LIST_POOL_PARAMETERS Bare = {.Header = {NDIS_OBJECT_TYPE_DEFAULT,                                       \
                                                       NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,                     \
                                                       NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},        \
                                            .PoolTag = TAG};                                                           \
    NDIS_HANDLE Pool = NdisAllocateNetBufferListPool(Miniport, &Bare);                                                 \
    NdisFreeNetBufferList(NdisAllocateCloneNetBufferList(Adapter->Free, Pool, NULL, 0))
#include "test/planted/miniport.h"
