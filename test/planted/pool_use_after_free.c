/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A freed block is written. */
#define AT_ENTRY                                                                                                       \
    volatile UCHAR *Memory = Allocate(100);                                                                            \
    if (Memory == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                          \
    ExFreePoolWithTag((PVOID)Memory, TAG);                                                                             \
    Memory[5] = 1
#include "test/planted/wdm.h"
