/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list is completed that nobody sent: one of its own. */
#define AT_COMPLETED NdisMSendNetBufferListsComplete(Adapter->Miniport, Adapter->Free, CompleteFlags)
#include "test/planted/miniport.h"
