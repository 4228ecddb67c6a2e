/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request from IoAllocateIrp is initialized. */
#define AT_ENTRY                                                                                                       \
    PIRP Own = IoAllocateIrp(2, FALSE);                                                                                \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoInitializeIrp(Own, IoSizeOfIrp(2), 2)
#include "test/planted/wdm.h"
