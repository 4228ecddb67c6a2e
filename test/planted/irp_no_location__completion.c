/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A completion routine is set in a request that has no stack location left. */
#define OUTSIDE                                                                                                        \
    static NTSTATUS NTAPI Complete(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {                             \
        return STATUS_MORE_PROCESSING_REQUIRED;                                                                        \
    }
#define AT_ENTRY                                                                                                       \
    PIRP Own = IoAllocateIrp(1, FALSE);                                                                                \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoSetNextIrpStackLocation(Own);                                                                                    \
    IoSetCompletionRoutineEx(Device, Own, Complete, NULL, TRUE, TRUE, TRUE)
#include "test/planted/wdm.h"
