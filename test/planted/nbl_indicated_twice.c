/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the stack has is indicated to it once more. */
#define AT_INDICATED NdisMIndicateReceiveNetBufferLists(Adapter->Miniport, First, Port, Count, ReceiveFlags)
#include "test/planted/miniport.h"
