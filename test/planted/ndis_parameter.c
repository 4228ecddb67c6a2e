/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A completion of nothing. */
#define AT_COMPLETED NdisMSendNetBufferListsComplete(Adapter->Miniport, NULL, CompleteFlags)
#include "test/planted/miniport.h"
