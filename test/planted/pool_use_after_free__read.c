/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A freed block is read. */
#define AT_ENTRY                                                                                                       \
    volatile UCHAR *Memory = Allocate(100);                                                                            \
    if (Memory == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                          \
    ExFreePoolWithTag((PVOID)Memory, TAG);                                                                             \
    if (Memory[5] == 1) return STATUS_UNSUCCESSFUL
#include "test/planted/wdm.h"
