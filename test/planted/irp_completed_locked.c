/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is completed with a spin lock held. */
#define OUTSIDE static KSPIN_LOCK Lock;
#define COMPLETE                                                                                                       \
    KIRQL Irql;                                                                                                        \
    KeAcquireSpinLock(&Lock, &Irql);                                                                                   \
    Irp->IoStatus.Status = Status;                                                                                     \
    Irp->IoStatus.Information = Information;                                                                           \
    IoCompleteRequest(Irp, IO_NO_INCREMENT);                                                                           \
    KeReleaseSpinLock(&Lock, Irql)
#include "test/planted/wdm.h"
