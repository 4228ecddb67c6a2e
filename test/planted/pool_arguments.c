/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A block without a tag is allocated. */
#define AT_ENTRY                                                                                                       \
    PVOID Memory = ExAllocatePoolWithTag(NonPagedPoolNx, 100, 0);                                                      \
    if (Memory != NULL) ExFreePoolWithTag(Memory, 0)
#include "test/planted/wdm.h"
