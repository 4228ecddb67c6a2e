/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Packets that the I/O manager makes for drivers, with buffers, and takes back itself.
 */
#include "host/io.h"

#include <stdlib.h>
#include <string.h>

struct built {
    struct io_request buffers; /* only its data */
    PIO_STATUS_BLOCK iosb;
    PKEVENT event;
    bool asynchronous; /* the driver's completion routine ends it, and the driver frees it */
};

static void finish(PIRP irp, void *context) {
    struct built *built = context;
    struct io_request *buffers = &built->buffers;
    bool completed = irp->CurrentLocation == irp->StackCount + 2;
    NTSTATUS status = irp->IoStatus.Status;
    ULONG_PTR information = irp->IoStatus.Information;

    if (completed && built->asynchronous)
        verify_violation("irp-no-owner",
                         "an IRP of IoBuildAsynchronousFsdRequest needs a completion routine that frees "
                         "it and returns STATUS_MORE_PROCESSING_REQUIRED");
    if (completed && !NT_ERROR(status) && buffers->out && information <= buffers->out_size)
        memcpy(buffers->out, buffers->buffer, information);
    io_request_data_free(buffers);
    if (completed) {
        /* An error that IoCallDriver itself returned is not told again. */
        bool tell = irp->PendingReturned || !NT_ERROR(status);
        if (built->iosb && tell) *built->iosb = irp->IoStatus;
        verify_untrack("irp", irp);
        io_irp_free(irp);
        if (built->event && tell) KeSetEvent(built->event, IO_NO_INCREMENT, FALSE);
    }
    free(built);
}

static struct built *build(PDEVICE_OBJECT device, PKEVENT event, PIO_STATUS_BLOCK iosb, const void *caller) {
    struct built *built = calloc(1, sizeof(*built));
    PIRP irp;

    if (built == NULL) return NULL;
    irp = io_irp_make_driver(device->StackSize, finish, built, caller);
    if (irp == NULL) {
        free(built);
        return NULL;
    }
    built->buffers.irp = irp;
    built->iosb = iosb;
    built->event = event;
    irp->UserIosb = iosb;
    irp->UserEvent = event;
    irp->Tail.Overlay.Thread = (PETHREAD)ps_self();
    return built;
}

static PIRP built_or_not(struct built *built, NTSTATUS status) {
    PIRP irp = built->buffers.irp;
    if (NT_SUCCESS(status)) return irp;
    IoFreeIrp(irp);
    return NULL;
}

PIRP NTAPI IoBuildDeviceIoControlRequest(ULONG IoControlCode, PDEVICE_OBJECT DeviceObject, PVOID InputBuffer,
                                         ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength,
                                         BOOLEAN InternalDeviceIoControl, PKEVENT Event,
                                         PIO_STATUS_BLOCK IoStatusBlock) {
    NT_ENTER(IoBuildDeviceIoControlRequest);
    struct built *built =
        NT_FAULT(IoBuildDeviceIoControlRequest) ? NULL : build(DeviceObject, Event, IoStatusBlock, CALLER);
    PIO_STACK_LOCATION stack;
    NTSTATUS status;

    if (built == NULL) return NULL;
    stack = IoGetNextIrpStackLocation(built->buffers.irp);
    stack->MajorFunction = InternalDeviceIoControl ? IRP_MJ_INTERNAL_DEVICE_CONTROL : IRP_MJ_DEVICE_CONTROL;
    stack->Parameters.DeviceIoControl.IoControlCode = IoControlCode;
    stack->Parameters.DeviceIoControl.InputBufferLength = InputBufferLength;
    stack->Parameters.DeviceIoControl.OutputBufferLength = OutputBufferLength;
    switch (METHOD_FROM_CTL_CODE(IoControlCode)) {
    case METHOD_BUFFERED:
        status = io_request_buffer(&built->buffers, InputBuffer, InputBufferLength, OutputBuffer, OutputBufferLength);
        break;
    case METHOD_NEITHER:
        stack->Parameters.DeviceIoControl.Type3InputBuffer = InputBuffer;
        built->buffers.irp->UserBuffer = OutputBuffer;
        status = STATUS_SUCCESS;
        break;
    default:
        status = io_request_buffer(&built->buffers, InputBuffer, InputBufferLength, NULL, 0);
        if (NT_SUCCESS(status))
            status =
                io_request_lock(&built->buffers, OutputBuffer, OutputBufferLength,
                                METHOD_FROM_CTL_CODE(IoControlCode) == METHOD_IN_DIRECT ? IoReadAccess : IoWriteAccess);
    }
    return built_or_not(built, status);
}

static PIRP build_transfer(struct built *built, ULONG major, PDEVICE_OBJECT device, PVOID buffer, ULONG length,
                           PLARGE_INTEGER offset) {
    bool read = major == IRP_MJ_READ;
    NTSTATUS status = STATUS_SUCCESS;
    PIO_STACK_LOCATION stack = IoGetNextIrpStackLocation(built->buffers.irp);

    stack->MajorFunction = (UCHAR)major;
    if (read || major == IRP_MJ_WRITE) {
        stack->Parameters.Read.Length = length; /* Write has the same layout */
        if (offset) stack->Parameters.Read.ByteOffset = *offset;
        built->buffers.irp->UserBuffer = buffer;
        if (device->Flags & DO_BUFFERED_IO)
            status = io_request_buffer(&built->buffers, read ? NULL : buffer, read ? 0 : length, read ? buffer : NULL,
                                       read ? length : 0);
        else if (device->Flags & DO_DIRECT_IO)
            status = io_request_lock(&built->buffers, buffer, length, read ? IoWriteAccess : IoReadAccess);
    }
    return built_or_not(built, status);
}

PIRP NTAPI IoBuildSynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject, PVOID Buffer, ULONG Length,
                                        PLARGE_INTEGER StartingOffset, PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock) {
    NT_ENTER(IoBuildSynchronousFsdRequest);
    struct built *built =
        NT_FAULT(IoBuildSynchronousFsdRequest) ? NULL : build(DeviceObject, Event, IoStatusBlock, CALLER);
    if (built == NULL) return NULL;
    return build_transfer(built, MajorFunction, DeviceObject, Buffer, Length, StartingOffset);
}

PIRP NTAPI IoBuildAsynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject, PVOID Buffer, ULONG Length,
                                         PLARGE_INTEGER StartingOffset, PIO_STATUS_BLOCK IoStatusBlock) {
    NT_ENTER(IoBuildAsynchronousFsdRequest);
    struct built *built =
        NT_FAULT(IoBuildAsynchronousFsdRequest) ? NULL : build(DeviceObject, NULL, IoStatusBlock, CALLER);
    if (built == NULL) return NULL;
    built->asynchronous = true;
    return build_transfer(built, MajorFunction, DeviceObject, Buffer, Length, StartingOffset);
}
