/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is sent on from a location that is not the driver's. */
#define AT_CONTROL                                                                                                     \
    IoSkipCurrentIrpStackLocation(Irp);                                                                                \
    IoSkipCurrentIrpStackLocation(Irp);                                                                                \
    IoCallDriver(Device, Irp)
#include "test/planted/wdm.h"
