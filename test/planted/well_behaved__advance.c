/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Looks behind the headers of what is sent, and undoes it. Breaks no rule. */
#define AT_SEND                                                                                                        \
    NdisAdvanceNetBufferListDataStart(Lists, 8, FALSE, NULL);                                                          \
    NdisRetreatNetBufferListDataStart(Lists, 8, 0, NULL, NULL)
#include "test/planted/miniport.h"
