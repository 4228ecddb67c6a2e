/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What was sent is completed twice. */
#define AT_COMPLETED NdisMSendNetBufferListsComplete(Adapter->Miniport, Lists, CompleteFlags)
#include "test/planted/miniport.h"
