/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What was sent is completed and then indicated, though it is the stack's. */
#define AT_COMPLETED NdisMIndicateReceiveNetBufferLists(Adapter->Miniport, Lists, Port, 1, ReceiveFlags)
#include "test/planted/miniport.h"
