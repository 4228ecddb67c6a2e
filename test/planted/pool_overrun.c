/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A byte behind a block is written. */
#define AT_ENTRY                                                                                                       \
    volatile UCHAR *Memory = Allocate(100);                                                                            \
    if (Memory == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                          \
    Memory[100] = 1;                                                                                                   \
    ExFreePoolWithTag((PVOID)Memory, TAG)
#include "test/planted/wdm.h"
