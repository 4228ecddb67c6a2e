/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A cancel routine returns at another IRQL. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Cancel(PDEVICE_OBJECT DeviceObject, PIRP Irp) {                                                  \
        KIRQL Irql;                                                                                                    \
        IoReleaseCancelSpinLock(Irp->CancelIrql);                                                                      \
        KeRaiseIrql(APC_LEVEL, &Irql);                                                                                 \
    }
#define AT_CONTROL                                                                                                     \
    IoSetCancelRoutine(Irp, Cancel);                                                                                   \
    IoCancelIrp(Irp)
#include "test/planted/wdm.h"
