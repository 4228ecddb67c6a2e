/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request of IoBuildAsynchronousFsdRequest has no completion routine. */
#define AT_ENTRY                                                                                                       \
    IO_STATUS_BLOCK Result;                                                                                            \
    PIRP Own = IoBuildAsynchronousFsdRequest(IRP_MJ_FLUSH_BUFFERS, Device, NULL, 0, NULL, &Result);                    \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    DriverObject->MajorFunction[IRP_MJ_FLUSH_BUFFERS] = Succeed;                                                       \
    IoCallDriver(Device, Own)
#include "test/planted/wdm.h"
