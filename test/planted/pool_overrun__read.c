/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Bytes behind a block are read. */
#define AT_ENTRY                                                                                                       \
    volatile UCHAR *Memory = Allocate(100);                                                                            \
    if (Memory == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                          \
    if (Memory[120] == 77) Memory[0] = 1;                                                                              \
    ExFreePoolWithTag((PVOID)Memory, TAG)
#include "test/planted/wdm.h"
