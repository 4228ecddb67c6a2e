/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Files: what opening, reading, writing, controlling and closing them asks of drivers.
 */
#include <stdlib.h>
#include <string.h>

#include "host/io.h"

bool io_pretend_32bit;

BOOLEAN NTAPI IoIs32bitProcess(PIRP Irp) {
    NT_ENTER(IoIs32bitProcess);
    return io_pretend_32bit;
}

NTSTATUS io_pnp_ask(PDEVICE_OBJECT device, UCHAR minor, ULONG_PTR *information) {
    struct io_request *request = io_request_make(device, NULL, IRP_MJ_PNP);

    if (request == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    request->irp->RequestorMode = KernelMode;
    request->irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    io_request_stack(request)->MinorFunction = minor;
    return io_request_send(request, information);
}

NTSTATUS io_pnp(PDEVICE_OBJECT device, UCHAR minor) { return io_pnp_ask(device, minor, NULL); }

/* --- open and close ----------------------------------------------------------------------------------------------- */

static NTSTATUS file_request(PFILE_OBJECT file, UCHAR major) {
    struct io_request *request = io_request_make(file->DeviceObject, file, major);

    if (request == NULL) host_panic("no memory for an IRP that must not fail");
    return io_request_send(request, NULL);
}

static NTSTATUS file_create(PFILE_OBJECT file, ACCESS_MASK access, bool synchronous, bool kernel) {
    IO_SECURITY_CONTEXT security = {.DesiredAccess = access};
    struct io_request *request = io_request_make(file->DeviceObject, file, IRP_MJ_CREATE);
    PIO_STACK_LOCATION stack;

    if (request == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    if (kernel) request->irp->RequestorMode = KernelMode;
    request->irp->Flags |= 0x884; /* IRP_CREATE_OPERATION, IRP_SYNCHRONOUS_API, IRP_DEFER_IO_COMPLETION */
    stack = io_request_stack(request);
    stack->Parameters.Create.SecurityContext = &security;
    /* FILE_OPEN, and FILE_SYNCHRONOUS_IO_NONALERT */
    stack->Parameters.Create.Options = 1u << 24 | (synchronous ? 0x20 : 0);
    stack->Parameters.Create.ShareAccess = 7;
    return io_request_send(request, NULL);
}

/* Files whose CREATE succeeded: only those are cleaned up and closed. */
#define FILE_OPENED 0x40000000

void io_file_close(PEPROCESS process, void *object, bool last) {
    PFILE_OBJECT file = object;
    if (last && file->Flags & FILE_OPENED) file_request(file, IRP_MJ_CLEANUP);
}

void io_file_delete(void *object) {
    PFILE_OBJECT file = object;
    if (file->Flags & FILE_OPENED) file_request(file, IRP_MJ_CLOSE);
    free(file->FileName.Buffer);
    io_device_opened(file->DeviceObject, -1);
    ob_dereference(file->DeviceObject);
}

/* Whether the device may be opened now, and the access to it. */
static NTSTATUS open_check(PDEVICE_OBJECT device, bool itself, PEPROCESS process, ACCESS_MASK access,
                           ACCESS_MASK *granted) {
    NTSTATUS status = STATUS_SUCCESS;

    if (device->Flags & DO_DEVICE_INITIALIZING ||
        __atomic_load_n(&device->DeviceObjectExtension->ExtensionFlags, __ATOMIC_ACQUIRE) &
            (DOE_DELETE_PENDING | DOE_UNLOAD_PENDING))
        return STATUS_NO_SUCH_DEVICE;
    /* Windows checks the device's descriptor only for opens of the device itself, unless it has FILE_DEVICE_SECURE_OPEN;
     * names below it are the driver's to check. */
    *granted = access;
    if (itself || device->Characteristics & FILE_DEVICE_SECURE_OPEN)
        status = se_check(device->SecurityDescriptor, process->token, access, &ob_type_file.mapping, granted);
    else
        se_map_generic(granted, &ob_type_file.mapping);
    return status;
}

/* A file of the device, referenced, after its driver's CREATE. Takes the caller's reference to the device. */
static NTSTATUS file_open(PDEVICE_OBJECT device, const UNICODE_STRING *name, ACCESS_MASK granted, bool synchronous,
                          bool kernel, PFILE_OBJECT *opened) {
    PFILE_OBJECT file;
    NTSTATUS status;

    if (!io_device_opened(device, 1)) {
        ob_dereference(device);
        return STATUS_ACCESS_DENIED; /* exclusive, and somebody has it */
    }
    file = ob_create(&ob_type_file, sizeof(*file));
    if (file == NULL) {
        io_device_opened(device, -1);
        ob_dereference(device);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    file->Type = 5; /* IO_TYPE_FILE */
    file->Size = sizeof(*file);
    file->DeviceObject = device;
    file->Flags = synchronous ? FO_SYNCHRONOUS_IO : 0;
    file->ReadAccess = (granted & FILE_READ_DATA) != 0;
    file->WriteAccess = (granted & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;
    KeInitializeEvent(&file->Event, NotificationEvent, FALSE);
    KeInitializeEvent(&file->Lock, SynchronizationEvent, FALSE);
    InitializeListHead(&file->IrpList);
    if (name->Length) {
        file->FileName = (UNICODE_STRING){name->Length, name->Length, malloc(name->Length)};
        memcpy(file->FileName.Buffer, name->Buffer, name->Length);
    }
    status = file_create(file, granted, synchronous, kernel);
    if (NT_SUCCESS(status)) {
        file->Flags |= FILE_OPENED;
        *opened = file;
    } else {
        ob_dereference(file);
    }
    return status;
}

static NTSTATUS open_path(PEPROCESS process, const UNICODE_STRING *path, ACCESS_MASK access, bool synchronous,
                          bool kernel, PFILE_OBJECT *file, ACCESS_MASK *granted) {
    UNICODE_STRING remaining;
    PDEVICE_OBJECT device;
    NTSTATUS status = ob_name_lookup(path, (void **)&device, &remaining);

    if (!NT_SUCCESS(status)) return status;
    if (ob_type_of(device) != &ob_type_device)
        status = STATUS_OBJECT_TYPE_MISMATCH;
    else
        status = open_check(device, remaining.Length == 0, process, access, granted);
    if (NT_SUCCESS(status)) return file_open(device, &remaining, *granted, synchronous, kernel, file);
    ob_dereference(device);
    return status;
}

static NTSTATUS open_handle(PEPROCESS subject, PEPROCESS process, const UNICODE_STRING *path, ACCESS_MASK access,
                            bool synchronous, bool kernel, HANDLE *handle) {
    ACCESS_MASK granted;
    PFILE_OBJECT file;
    NTSTATUS status = open_path(subject, path, access, synchronous, kernel, &file, &granted);

    if (!NT_SUCCESS(status)) return status;
    status = ob_insert(process, file, granted | SYNCHRONIZE, handle);
    ob_dereference(file);
    return status;
}

NTSTATUS io_open_ex(PEPROCESS process, const UNICODE_STRING *path, ACCESS_MASK access, bool synchronous,
                    HANDLE *handle) {
    return open_handle(process, process, path, access, synchronous, false, handle);
}

NTSTATUS io_open_kernel(PEPROCESS process, const UNICODE_STRING *path, ACCESS_MASK access, bool synchronous,
                        HANDLE *handle) {
    return open_handle(ps_system_process, process, path, access, synchronous, true, handle);
}

NTSTATUS io_open(PEPROCESS process, const UNICODE_STRING *path, ACCESS_MASK access, HANDLE *handle) {
    return io_open_ex(process, path, access, true, handle);
}

NTSTATUS NTAPI IoGetDeviceObjectPointer(PUNICODE_STRING ObjectName, ACCESS_MASK DesiredAccess, PFILE_OBJECT *FileObject,
                                        PDEVICE_OBJECT *DeviceObject) {
    NT_ENTER(IoGetDeviceObjectPointer);
    HANDLE handle;
    NTSTATUS status;

    if (NT_FAULT(IoGetDeviceObjectPointer)) return STATUS_INSUFFICIENT_RESOURCES;
    /* By a handle, as on Windows: it is closed at once, so the driver sees CREATE and CLEANUP now, CLOSE when the caller
     * drops the file object. */
    status = io_open_kernel(NULL, ObjectName, DesiredAccess | FILE_READ_ATTRIBUTES, false, &handle);
    if (!NT_SUCCESS(status)) return status;
    status = ob_lookup(ps_system_process, handle, &ob_type_file, 0, (void **)FileObject);
    ob_close(ps_system_process, handle);
    if (!NT_SUCCESS(status)) return status;
    *DeviceObject = io_top_of((*FileObject)->DeviceObject);
    ob_driver_references(*FileObject, CALLER);
    return status;
}

PDEVICE_OBJECT NTAPI IoGetRelatedDeviceObject(PFILE_OBJECT FileObject) {
    NT_ENTER(IoGetRelatedDeviceObject);
    return io_top_of(FileObject->DeviceObject);
}

/* --- control, read, write ----------------------------------------------------------------------------------------- */

static void requestor(struct io_request *request, PEPROCESS process, const struct io_async *async) {
    request->process = async && async->kernel ? NULL : process;
    if (request->process == NULL) request->irp->RequestorMode = KernelMode;
}

/* How the end is told; consumes nothing. */
static NTSTATUS async_begin(struct io_request *request, PEPROCESS process, const struct io_async *async) {
    if (async == NULL) return STATUS_SUCCESS;
    request->async = true;
    request->iosb = async->iosb;
    request->irp->UserIosb = async->iosb;
    if (async->event == NULL) return STATUS_SUCCESS;
    return ob_lookup(process, async->event, &ob_type_event, EVENT_MODIFY_STATE, &request->event);
}

/* Access that a control code's two bits ask for. */
static ACCESS_MASK control_access(ULONG code) {
    return (code >> 14 & 1 ? FILE_READ_DATA : 0) | (code >> 14 & 2 ? FILE_WRITE_DATA : 0);
}

static NTSTATUS control_buffers(struct io_request *request, ULONG code, const void *in, ULONG in_size, void *out,
                                ULONG out_size) {
    PIO_STACK_LOCATION stack = io_request_stack(request);
    NTSTATUS status;

    stack->Parameters.DeviceIoControl.IoControlCode = code;
    stack->Parameters.DeviceIoControl.InputBufferLength = in_size;
    stack->Parameters.DeviceIoControl.OutputBufferLength = out_size;
    switch (METHOD_FROM_CTL_CODE(code)) {
    case METHOD_BUFFERED: request->irp->UserBuffer = out; return io_request_buffer(request, in, in_size, out, out_size);
    case METHOD_NEITHER:
        stack->Parameters.DeviceIoControl.Type3InputBuffer = (PVOID)(ULONG_PTR)in;
        request->irp->UserBuffer = out;
        return STATUS_SUCCESS;
    default:
        status = io_request_buffer(request, in, in_size, NULL, 0);
        if (!NT_SUCCESS(status)) return status;
        return io_request_lock(request, out, out_size,
                               METHOD_FROM_CTL_CODE(code) == METHOD_IN_DIRECT ? IoReadAccess : IoWriteAccess);
    }
}

NTSTATUS io_control_async(PEPROCESS process, HANDLE handle, ULONG code, const void *in, ULONG in_size, void *out,
                          ULONG out_size, const struct io_async *async, ULONG_PTR *information) {
    struct io_request *request;
    PFILE_OBJECT file;
    NTSTATUS status = ob_lookup(process, handle, &ob_type_file, control_access(code), (void **)&file);

    if (information) *information = 0;
    if (!NT_SUCCESS(status)) return status;
    request = io_request_make(file->DeviceObject, file, IRP_MJ_DEVICE_CONTROL);
    status = STATUS_INSUFFICIENT_RESOURCES;
    if (request) {
        requestor(request, process, async);
        status = control_buffers(request, code, in, in_size, out, out_size);
        if (NT_SUCCESS(status)) status = async_begin(request, process, async);
        if (NT_SUCCESS(status))
            status = io_request_send(request, information);
        else
            io_request_drop(request);
    }
    ob_dereference(file);
    return status;
}

NTSTATUS io_control(PEPROCESS process, HANDLE handle, ULONG code, const void *in, ULONG in_size, void *out,
                    ULONG out_size, ULONG_PTR *information) {
    return io_control_async(process, handle, code, in, in_size, out, out_size, NULL, information);
}

static NTSTATUS transfer_buffers(struct io_request *request, void *buffer, ULONG size, bool read) {
    ULONG flags = request->top->Flags;

    request->irp->UserBuffer = buffer;
    if (flags & DO_BUFFERED_IO)
        return io_request_buffer(request, read ? NULL : buffer, read ? 0 : size, read ? buffer : NULL, read ? size : 0);
    /* A read writes to the caller's memory. */
    if (flags & DO_DIRECT_IO) return io_request_lock(request, buffer, size, read ? IoWriteAccess : IoReadAccess);
    return STATUS_SUCCESS;
}

NTSTATUS io_transfer(PEPROCESS process, HANDLE handle, UCHAR major, void *buffer, ULONG size, const uint64_t *offset,
                     const struct io_async *async, ULONG_PTR *information) {
    bool read = major == IRP_MJ_READ;
    LARGE_INTEGER position = {.QuadPart = 0};
    ULONG_PTR moved = 0;
    struct io_request *request;
    PIO_STACK_LOCATION stack;
    PFILE_OBJECT file;
    NTSTATUS status =
        ob_lookup(process, handle, &ob_type_file, read ? FILE_READ_DATA : FILE_WRITE_DATA, (void **)&file);

    if (information) *information = 0;
    if (!NT_SUCCESS(status)) return status;
    if (offset)
        position.QuadPart = (LONGLONG)*offset;
    else if (file->Flags & FO_SYNCHRONOUS_IO)
        position = file->CurrentByteOffset;
    else
        status = STATUS_INVALID_PARAMETER;
    request = NT_SUCCESS(status) ? io_request_make(file->DeviceObject, file, major) : NULL;
    if (request) {
        requestor(request, process, async);
        stack = io_request_stack(request);
        stack->Parameters.Read.Length = size; /* Write has the same layout */
        stack->Parameters.Read.ByteOffset = position;
        status = transfer_buffers(request, buffer, size, read);
        if (NT_SUCCESS(status)) status = async_begin(request, process, async);
        if (NT_SUCCESS(status))
            status = io_request_send(request, &moved);
        else
            io_request_drop(request);
        if (NT_SUCCESS(status) && file->Flags & FO_SYNCHRONOUS_IO)
            file->CurrentByteOffset.QuadPart = position.QuadPart + (LONGLONG)moved;
    } else if (NT_SUCCESS(status)) {
        status = STATUS_INSUFFICIENT_RESOURCES;
    }
    if (information) *information = moved;
    ob_dereference(file);
    return status;
}

NTSTATUS io_cancel(PEPROCESS process, HANDLE handle, bool own_thread, PIO_STATUS_BLOCK iosb) {
    PFILE_OBJECT file;
    NTSTATUS status = ob_lookup(process, handle, &ob_type_file, 0, (void **)&file);

    if (!NT_SUCCESS(status)) return status;
    if (io_request_cancel(file, own_thread ? (PETHREAD)ps_self() : NULL, iosb, process) == 0) status = STATUS_NOT_FOUND;
    ob_dereference(file);
    return status;
}
