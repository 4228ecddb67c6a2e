/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Requests: IRPs down a device's stack and back, and what opening, controlling and closing a file makes of them.
 */
#include <stdlib.h>
#include <string.h>

#include "host/kernel_private.h"

bool io_pretend_32bit;

BOOLEAN NTAPI IoIs32bitProcess(PIRP Irp) {
    NT_ENTER(IoIs32bitProcess);
    return io_pretend_32bit;
}

/* --- IRPs --------------------------------------------------------------------------------------------------------- */

/* Behind the IRP's stack locations: how its issuer hears of the end. */
struct issuer {
    KEVENT done;
};

static PIRP irp_make(PDEVICE_OBJECT device, struct issuer *issuer, PFILE_OBJECT file, UCHAR major) {
    CCHAR locations = (CCHAR)(device->StackSize + 1);
    size_t size = sizeof(IRP) + (size_t)locations * sizeof(IO_STACK_LOCATION);
    PIRP irp;
    PIO_STACK_LOCATION next;

    if (posix_memalign((void **)&irp, 16, size) != 0) return NULL;
    memset(irp, 0, size);
    irp->Type = 6; /* IO_TYPE_IRP */
    irp->Size = (USHORT)size;
    irp->StackCount = locations;
    irp->CurrentLocation = (CHAR)(locations + 1);
    irp->Tail.Overlay.CurrentStackLocation = (PIO_STACK_LOCATION)(irp + 1) + locations;
    irp->Tail.Overlay.Thread = (PETHREAD)ps_self();
    irp->RequestorMode = UserMode;
    irp->UserEvent = &issuer->done;
    KeInitializeEvent(&issuer->done, NotificationEvent, FALSE);
    next = IoGetNextIrpStackLocation(irp);
    next->MajorFunction = major;
    next->FileObject = file;
    return irp;
}

NTSTATUS NTAPI IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    NT_ENTER(IofCallDriver);
    PIO_STACK_LOCATION stack;
    if (Irp->CurrentLocation <= 1)
        verify_violation("irp-no-location", "IoCallDriver: the IRP has no stack location left");
    IoSetNextIrpStackLocation(Irp);
    stack = IoGetCurrentIrpStackLocation(Irp);
    stack->DeviceObject = DeviceObject;
    return DeviceObject->DriverObject->MajorFunction[stack->MajorFunction](DeviceObject, Irp);
}

void NTAPI IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost) {
    NT_ENTER(IofCompleteRequest);
    if (Irp->CurrentLocation > Irp->StackCount + 1)
        verify_violation("irp-completed-twice", "the IRP %p is completed twice", (void *)Irp);
    if (Irp->IoStatus.Status == STATUS_PENDING)
        verify_violation("irp-completed-pending", "an IRP is completed with STATUS_PENDING");
    while (Irp->CurrentLocation <= Irp->StackCount) {
        PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
        bool success = NT_SUCCESS(Irp->IoStatus.Status);

        Irp->PendingReturned = (stack->Control & SL_PENDING_RETURNED) != 0;
        Irp->CurrentLocation++;
        Irp->Tail.Overlay.CurrentStackLocation++;
        if (stack->CompletionRoutine == NULL ||
            !(stack->Control & (success ? SL_INVOKE_ON_SUCCESS : SL_INVOKE_ON_ERROR)))
            continue;
        if (stack->CompletionRoutine(
                Irp->CurrentLocation <= Irp->StackCount ? IoGetCurrentIrpStackLocation(Irp)->DeviceObject : NULL, Irp,
                stack->Context) == STATUS_MORE_PROCESSING_REQUIRED)
            return;
    }
    Irp->CurrentLocation = (CHAR)(Irp->StackCount + 2);
    KeSetEvent(Irp->UserEvent, IO_NO_INCREMENT, FALSE);
}

/* Sends it to the top of the stack, waits, frees it. */
static NTSTATUS irp_run(PDEVICE_OBJECT device, PIRP irp, struct issuer *issuer, ULONG_PTR *information) {
    int regions = ((PETHREAD)ps_self())->critical_regions;
    PRKAPC_STATE attachment = ps_attachment();
    NTSTATUS status = IofCallDriver(device, irp);

    if (status == STATUS_PENDING)
        KeWaitForSingleObject(&issuer->done, Executive, KernelMode, FALSE, NULL);
    else if (!KeReadStateEvent(&issuer->done))
        verify_violation("irp-not-completed", "a request returned %08x without being completed", (unsigned)status);
    else if (status != irp->IoStatus.Status)
        verify_violation("irp-status", "a request returned %08x and was completed with %08x", (unsigned)status,
                         (unsigned)irp->IoStatus.Status);
    if (ke_irql() != PASSIVE_LEVEL) verify_violation("irql-not-restored", "a request came back at IRQL %u", ke_irql());
    if (((PETHREAD)ps_self())->critical_regions != regions)
        verify_violation("critical-region-balance", "a request came back inside a critical region");
    ps_attach_check(attachment, "a request");
    status = irp->IoStatus.Status;
    if (information) *information = irp->IoStatus.Information;
    free(irp);
    return status;
}

static PDEVICE_OBJECT top_of(PDEVICE_OBJECT device) {
    while (device->AttachedDevice) device = device->AttachedDevice;
    return device;
}

NTSTATUS io_pnp(PDEVICE_OBJECT device, UCHAR minor) {
    struct issuer issuer;
    PDEVICE_OBJECT top = top_of(device);
    PIRP irp = irp_make(top, &issuer, NULL, IRP_MJ_PNP);

    if (irp == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    irp->RequestorMode = KernelMode;
    irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    IoGetNextIrpStackLocation(irp)->MinorFunction = minor;
    return irp_run(top, irp, &issuer, NULL);
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static NTSTATUS file_request(PFILE_OBJECT file, UCHAR major) {
    struct issuer issuer;
    PDEVICE_OBJECT top = top_of(file->DeviceObject);
    PIRP irp = irp_make(top, &issuer, file, major);

    if (irp == NULL) host_panic("no memory for an IRP that must not fail");
    return irp_run(top, irp, &issuer, NULL);
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
    ob_dereference(file->DeviceObject);
}

NTSTATUS io_open(PEPROCESS process, const UNICODE_STRING *path, ACCESS_MASK access, HANDLE *handle) {
    UNICODE_STRING remaining;
    PDEVICE_OBJECT device;
    PFILE_OBJECT file;
    ACCESS_MASK granted;
    NTSTATUS status = ob_name_lookup(path, (void **)&device, &remaining);

    if (!NT_SUCCESS(status)) return status;
    if (ob_type_of(device) != &ob_type_device) {
        ob_dereference(device);
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    /* Windows checks the device's descriptor only for opens of the device itself, unless it has FILE_DEVICE_SECURE_OPEN;
     * names below it are the driver's to check. */
    granted = access;
    if (remaining.Length == 0 || device->Characteristics & FILE_DEVICE_SECURE_OPEN)
        status = se_check(device->SecurityDescriptor, process->token, access, &ob_type_file.mapping, &granted);
    else
        se_map_generic(&granted, &ob_type_file.mapping);
    if (!NT_SUCCESS(status)) {
        ob_dereference(device);
        return status;
    }
    file = ob_create(&ob_type_file, sizeof(*file));
    if (file == NULL) {
        ob_dereference(device);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    file->Type = 5; /* IO_TYPE_FILE */
    file->Size = sizeof(*file);
    file->DeviceObject = device;
    file->Flags = FO_SYNCHRONOUS_IO;
    if (remaining.Length) {
        file->FileName = (UNICODE_STRING){remaining.Length, remaining.Length, malloc(remaining.Length)};
        memcpy(file->FileName.Buffer, remaining.Buffer, remaining.Length);
    }
    status = file_request(file, IRP_MJ_CREATE);
    if (NT_SUCCESS(status)) {
        file->Flags |= FILE_OPENED;
        status = ob_insert(process, file, granted | SYNCHRONIZE, handle);
    }
    ob_dereference(file);
    return status;
}

/* Access that a control code's two bits ask for. */
static ACCESS_MASK control_access(ULONG code) {
    return (code >> 14 & 1 ? FILE_READ_DATA : 0) | (code >> 14 & 2 ? FILE_WRITE_DATA : 0);
}

NTSTATUS io_control(PEPROCESS process, HANDLE handle, ULONG code, const void *in, ULONG in_size, void *out,
                    ULONG out_size, ULONG_PTR *information) {
    ULONG buffer_size = in_size > out_size ? in_size : out_size;
    ULONG_PTR written = 0;
    struct issuer issuer;
    PFILE_OBJECT file;
    PIO_STACK_LOCATION stack;
    PDEVICE_OBJECT top;
    PVOID buffer = NULL;
    PMDL mdl = NULL;
    PIRP irp;
    NTSTATUS status = ob_lookup(process, handle, &ob_type_file, control_access(code), (void **)&file);

    if (information) *information = 0;
    if (!NT_SUCCESS(status)) return status;
    top = top_of(file->DeviceObject);
    irp = irp_make(top, &issuer, file, IRP_MJ_DEVICE_CONTROL);
    if (irp == NULL) {
        ob_dereference(file);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    stack = IoGetNextIrpStackLocation(irp);
    stack->Parameters.DeviceIoControl.IoControlCode = code;
    stack->Parameters.DeviceIoControl.InputBufferLength = in_size;
    stack->Parameters.DeviceIoControl.OutputBufferLength = out_size;
    if ((code & 3) == METHOD_BUFFERED) {
        if (buffer_size) {
            /* Exactly as large, so that a driver that goes beyond it is caught. */
            buffer = ExAllocatePoolWithTag(NonPagedPoolNx, buffer_size, ' oI ');
            if (buffer == NULL) {
                free(irp);
                ob_dereference(file);
                return STATUS_INSUFFICIENT_RESOURCES;
            }
            memset(buffer, 0xA5, buffer_size);
            if (in_size) memcpy(buffer, in, in_size);
        }
        irp->AssociatedIrp.SystemBuffer = buffer;
    } else {
        stack->Parameters.DeviceIoControl.Type3InputBuffer = (PVOID)(ULONG_PTR)in;
        irp->UserBuffer = out;
        if ((code & 3) != METHOD_NEITHER) {
            free(irp);
            ob_dereference(file);
            return STATUS_NOT_IMPLEMENTED; /* direct I/O on buffers of this process' ordinary memory */
        }
    }
    status = irp_run(top, irp, &issuer, &written);
    if (!NT_ERROR(status) && buffer && out_size) {
        if (written > out_size)
            verify_violation("irp-information", "a request says that it wrote %llu bytes into %u", written, out_size);
        else
            memcpy(out, buffer, written);
    }
    if (buffer) ExFreePoolWithTag(buffer, ' oI ');
    if (mdl) IoFreeMdl(mdl);
    if (information) *information = written;
    ob_dereference(file);
    return status;
}
