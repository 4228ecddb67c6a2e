/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A block is freed with a live lookaside list inside. */
#define AT_ENTRY                                                                                                       \
    PNPAGED_LOOKASIDE_LIST List = Allocate(sizeof(*List));                                                             \
    if (List == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                            \
    ExInitializeNPagedLookasideList(List, NULL, NULL, 0, 64, TAG, 0);                                                  \
    ExFreePoolWithTag(List, TAG)
#include "test/planted/wdm.h"
