/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is initialized with a size that does not fit. */
#define AT_ENTRY                                                                                                       \
    PIRP Own = Allocate(512);                                                                                          \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoInitializeIrp(Own, 16, 1);                                                                                       \
    ExFreePoolWithTag(Own, TAG)
#include "test/planted/wdm.h"
