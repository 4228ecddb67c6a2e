/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Completes and indicates each list alone. Breaks no rule. */
#define COMPLETE(Lists)                                                                                                \
    for (NET_BUFFER_LIST *List = Lists, *Next; List; List = Next) {                                                    \
        Next = List->Next;                                                                                             \
        List->Next = NULL;                                                                                             \
        NdisMSendNetBufferListsComplete(Adapter->Miniport, List, CompleteFlags);                                       \
    }
#define INDICATE(First)                                                                                                \
    for (NET_BUFFER_LIST *List = First, *Next; List; List = Next) {                                                    \
        Next = List->Next;                                                                                             \
        List->Next = NULL;                                                                                             \
        NdisMIndicateReceiveNetBufferLists(Adapter->Miniport, List, Port, 1, ReceiveFlags);                            \
    }
#include "test/planted/miniport.h"
