/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Files as drivers open them. There is no file system: only devices are found.
 */
#include "host/kernel_private.h"

static NTSTATUS open_file(PHANDLE handle, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes, PIO_STATUS_BLOCK iosb,
                          ULONG options, const void *caller) {
    PEPROCESS process = attributes->Attributes & OBJ_KERNEL_HANDLE ? NULL : ps_current_process();
    NTSTATUS status;

    *handle = NULL;
    if (attributes->RootDirectory || attributes->ObjectName == NULL) return STATUS_NOT_SUPPORTED;
    status = io_open_kernel(process, attributes->ObjectName, access,
                            (options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)) != 0, handle);
    if (NT_SUCCESS(status)) ob_driver_opens(*handle, caller);
    if (NT_SUCCESS(status)) *iosb = (IO_STATUS_BLOCK){.Status = status, .Information = 1 /* FILE_OPENED */};
    return status;
}

NTSTATUS NTAPI ZwCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
                            PIO_STATUS_BLOCK IoStatusBlock, PLARGE_INTEGER AllocationSize, ULONG FileAttributes,
                            ULONG ShareAccess, ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
                            ULONG EaLength) {
    NT_ENTER(ZwCreateFile);
    if (NT_FAULT(ZwCreateFile)) return STATUS_INSUFFICIENT_RESOURCES;
    return open_file(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, CreateOptions, CALLER);
}

NTSTATUS NTAPI ZwOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
                          PIO_STATUS_BLOCK IoStatusBlock, ULONG ShareAccess, ULONG OpenOptions) {
    NT_ENTER(ZwOpenFile);
    if (NT_FAULT(ZwOpenFile)) return STATUS_INSUFFICIENT_RESOURCES;
    return open_file(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, OpenOptions, CALLER);
}

static NTSTATUS transfer(UCHAR major, HANDLE file, HANDLE event, PIO_APC_ROUTINE apc, PIO_STATUS_BLOCK iosb,
                         PVOID buffer, ULONG length, PLARGE_INTEGER offset) {
    struct io_async async = {.kernel = true, .iosb = iosb, .event = event};
    uint64_t position = offset ? (uint64_t)offset->QuadPart : 0;
    /* -2: FILE_USE_FILE_POINTER_POSITION */
    bool given = offset && offset->QuadPart != -2;
    if (apc) return STATUS_NOT_SUPPORTED;
    return io_transfer(ps_current_process(), file, major, buffer, length, given ? &position : NULL, &async, NULL);
}

NTSTATUS NTAPI ZwReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                          PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length, PLARGE_INTEGER ByteOffset,
                          PULONG Key) {
    NT_ENTER(ZwReadFile);
    if (NT_FAULT(ZwReadFile)) return STATUS_INSUFFICIENT_RESOURCES;
    return transfer(IRP_MJ_READ, FileHandle, Event, ApcRoutine, IoStatusBlock, Buffer, Length, ByteOffset);
}

NTSTATUS NTAPI ZwWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                           PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length, PLARGE_INTEGER ByteOffset,
                           PULONG Key) {
    NT_ENTER(ZwWriteFile);
    if (NT_FAULT(ZwWriteFile)) return STATUS_INSUFFICIENT_RESOURCES;
    return transfer(IRP_MJ_WRITE, FileHandle, Event, ApcRoutine, IoStatusBlock, Buffer, Length, ByteOffset);
}

NTSTATUS NTAPI ZwDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                                     PIO_STATUS_BLOCK IoStatusBlock, ULONG IoControlCode, PVOID InputBuffer,
                                     ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength) {
    NT_ENTER(ZwDeviceIoControlFile);
    struct io_async async = {.kernel = true, .iosb = IoStatusBlock, .event = Event};
    if (NT_FAULT(ZwDeviceIoControlFile)) return STATUS_INSUFFICIENT_RESOURCES;
    if (ApcRoutine) return STATUS_NOT_SUPPORTED;
    return io_control_async(ps_current_process(), FileHandle, IoControlCode, InputBuffer, InputBufferLength,
                            OutputBuffer, OutputBufferLength, &async, NULL);
}
