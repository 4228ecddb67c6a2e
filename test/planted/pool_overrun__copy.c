/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The system is asked to write behind a block. */
#define AT_ENTRY                                                                                                       \
    volatile UCHAR *Memory = Allocate(100);                                                                            \
    if (Memory == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                          \
    RtlZeroMemory((PVOID)Memory, 200);                                                                                 \
    ExFreePoolWithTag((PVOID)Memory, TAG)
#include "test/planted/wdm.h"
