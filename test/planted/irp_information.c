/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request says that it wrote more than fits. */
#define AT_CONTROL Information = 0
#define COMPLETE                                                                                                       \
    Irp->IoStatus.Status = Status;                                                                                     \
    Information = IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength + 1;                \
    Irp->IoStatus.Information = Information;                                                                           \
    IoCompleteRequest(Irp, IO_NO_INCREMENT)
#include "test/planted/wdm.h"
