/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request from IoAllocateIrp is initialized again. */
#define AT_ENTRY                                                                                                       \
    PIRP Own = IoAllocateIrp(1, FALSE);                                                                                \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoInitializeIrp(Own, IoSizeOfIrp(1), 1);                                                                           \
    IoFreeIrp(Own)
#include "test/planted/wdm.h"
