/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list is indicated while the adapter is paused. */
#define AT_HALT                                                                                                        \
    NET_BUFFER_LIST *List = Adapter->Free;                                                                             \
    Adapter->Free = List->Next;                                                                                        \
    List->Next = NULL;                                                                                                 \
    NdisMIndicateReceiveNetBufferLists(Adapter->Miniport, List, 0, 1, 0)
#include "test/planted/miniport.h"
