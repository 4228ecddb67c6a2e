/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A block is freed twice. */
#define AT_ENTRY                                                                                                       \
    volatile UCHAR *Memory = Allocate(100);                                                                            \
    if (Memory == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                          \
    ExFreePoolWithTag((PVOID)Memory, TAG);                                                                             \
    ExFreePoolWithTag((PVOID)Memory, TAG)
#include "test/planted/wdm.h"
