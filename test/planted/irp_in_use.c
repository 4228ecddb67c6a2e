/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is freed while a driver has it. */
#define OUTSIDE static PIRP Own;
#define AT_CONTROL                                                                                                     \
    Own = IoAllocateIrp(2, FALSE);                                                                                     \
    if (Own != NULL) {                                                                                                 \
        IoGetNextIrpStackLocation(Own)->MajorFunction = IRP_MJ_DEVICE_CONTROL;                                         \
        IoCallDriver(Device, Own);                                                                                     \
    }
#define COMPLETE                                                                                                       \
    if (Irp == Own) IoFreeIrp(Own);                                                                                    \
    Irp->IoStatus.Status = Status;                                                                                     \
    Irp->IoStatus.Information = Information;                                                                           \
    IoCompleteRequest(Irp, IO_NO_INCREMENT)
#include "test/planted/wdm.h"
