/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pool is left at unload. */
#define AT_ENTRY                                                                                                       \
    volatile UCHAR *Memory = Allocate(100);                                                                            \
    if (Memory == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                          \
    Memory[0] = 1
#include "test/planted/wdm.h"
