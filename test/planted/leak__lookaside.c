/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A lookaside list is never deleted. */
#define OUTSIDE static NPAGED_LOOKASIDE_LIST List;
#define AT_ENTRY ExInitializeNPagedLookasideList(&List, NULL, NULL, 0, 64, TAG, 0)
#include "test/planted/wdm.h"
