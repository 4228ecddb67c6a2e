/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is sent on that has no stack location left. */
#define AT_ENTRY                                                                                                       \
    PIRP Own = IoAllocateIrp(1, FALSE);                                                                                \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoSetNextIrpStackLocation(Own);                                                                                    \
    IoCallDriver(Device, Own)
#include "test/planted/wdm.h"
