/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A lookaside list is deleted that was never initialized. */
#define AT_ENTRY                                                                                                       \
    static NPAGED_LOOKASIDE_LIST List;                                                                                 \
    ExDeleteNPagedLookasideList(&List)
#include "test/planted/wdm.h"
