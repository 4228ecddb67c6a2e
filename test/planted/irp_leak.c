/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request that the driver sent to itself is pending when it is unloaded. */
#define OUTSIDE static LONG Pended;
#define AT_CONTROL                                                                                                     \
    UNICODE_STRING Path;                                                                                               \
    RtlInitUnicodeString(&Path, L"\\Device\\Planted");                                                                 \
    static IO_STATUS_BLOCK Result;                                                                                     \
    OBJECT_ATTRIBUTES Attributes;                                                                                      \
    HANDLE Handle;                                                                                                     \
    InitializeObjectAttributes(&Attributes, &Path, OBJ_KERNEL_HANDLE, NULL, NULL);                                     \
    Status = ZwCreateFile(&Handle, GENERIC_READ, &Attributes, &Result, NULL, 0, 0, FILE_OPEN, 0, NULL, 0);             \
    if (NT_SUCCESS(Status)) ZwDeviceIoControlFile(Handle, NULL, NULL, NULL, &Result, 0, NULL, 0, NULL, 0)
#define COMPLETE                                                                                                       \
    if (Calls == 2 && !Pended++) {                                                                                     \
        IoMarkIrpPending(Irp);                                                                                         \
        return STATUS_PENDING;                                                                                         \
    }                                                                                                                  \
    Irp->IoStatus.Status = Status;                                                                                     \
    Irp->IoStatus.Information = Information;                                                                           \
    IoCompleteRequest(Irp, IO_NO_INCREMENT)
#include "test/planted/wdm.h"
