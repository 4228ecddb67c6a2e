/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A cancel routine returns without having released the cancel lock. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Cancel(PDEVICE_OBJECT DeviceObject, PIRP Irp) {}
#define AT_CONTROL                                                                                                     \
    IoSetCancelRoutine(Irp, Cancel);                                                                                   \
    IoCancelIrp(Irp)
#include "test/planted/wdm.h"
