/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request of the driver's own is freed twice. */
#define AT_ENTRY                                                                                                       \
    PIRP Own = IoAllocateIrp(1, FALSE);                                                                                \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoFreeIrp(Own);                                                                                                    \
    IoFreeIrp(Own)
#include "test/planted/wdm.h"
