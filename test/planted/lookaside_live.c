/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A lookaside list is initialized twice. */
#define AT_ENTRY                                                                                                       \
    static NPAGED_LOOKASIDE_LIST List;                                                                                 \
    ExInitializeNPagedLookasideList(&List, NULL, NULL, 0, 64, TAG, 0);                                                 \
    ExInitializeNPagedLookasideList(&List, NULL, NULL, 0, 64, TAG, 0)
#include "test/planted/wdm.h"
