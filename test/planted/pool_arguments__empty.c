/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pool of no size is allocated. */
#define AT_ENTRY                                                                                                       \
    PVOID Memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0, TAG);                                                       \
    if (Memory != NULL) ExFreePoolWithTag(Memory, TAG)
#include "test/planted/wdm.h"
