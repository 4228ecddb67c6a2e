/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is completed with its cancel routine still set. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Cancel(PDEVICE_OBJECT DeviceObject, PIRP Irp) {}
#define AT_CONTROL IoSetCancelRoutine(Irp, Cancel)
#include "test/planted/wdm.h"
