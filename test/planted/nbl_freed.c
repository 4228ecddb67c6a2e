/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list is freed twice. */
#define AT_INITIALIZE                                                                                                  \
    NET_BUFFER_LIST *List = NdisAllocateNetBufferList(Adapter->Pool, 0, 0);                                            \
    NdisFreeNetBufferList(List);                                                                                       \
    NdisFreeNetBufferList(List)
#include "test/planted/miniport.h"
