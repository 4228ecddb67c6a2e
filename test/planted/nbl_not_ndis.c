/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list is freed that NDIS did not allocate. */
#define AT_INITIALIZE                                                                                                  \
    NET_BUFFER_LIST Mine;                                                                                              \
    RtlZeroMemory(&Mine, sizeof(Mine));                                                                                \
    NdisFreeNetBufferList(&Mine)
#include "test/planted/miniport.h"
