/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Keeps a context in what is sent until it is completed. Breaks no rule. */
#define AT_SEND BOOLEAN Kept = NdisAllocateNetBufferListContext(Lists, 32, 0, TAG) == NDIS_STATUS_SUCCESS
#define AT_COMPLETE                                                                                                    \
    if (Kept) NdisFreeNetBufferListContext(Lists, 32)
#include "test/planted/miniport.h"
