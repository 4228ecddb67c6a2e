/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request without a completion routine is sent, and nobody takes it back. */
#define AT_ENTRY                                                                                                       \
    PIRP Own = IoAllocateIrp(2, FALSE);                                                                                \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoGetNextIrpStackLocation(Own)->MajorFunction = IRP_MJ_CREATE;                                                     \
    IoCallDriver(Device, Own)
#include "test/planted/wdm.h"
