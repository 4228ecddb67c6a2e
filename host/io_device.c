/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Driver and device objects.
 */
#include <stdlib.h>
#include <string.h>

#include "host/ex_pool.h"
#include "host/io.h"
#include "host/verify.h"

void io_device_delete(void *object) {
    PDEVICE_OBJECT device = object;
    if (device->SecurityDescriptor) ExFreePoolWithTag(device->SecurityDescriptor, 0);
    ex_pool_give(device->DeviceExtension);
    free(device->DeviceObjectExtension);
}

NTSTATUS NTAPI IoCreateDevice(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize, PUNICODE_STRING DeviceName,
                              DEVICE_TYPE DeviceType, ULONG DeviceCharacteristics, BOOLEAN Exclusive,
                              PDEVICE_OBJECT *DeviceObject) {
    NT_ENTER(IoCreateDevice);
    PDEVICE_OBJECT device;
    NTSTATUS status = STATUS_SUCCESS;

    if (NT_FAULT(IoCreateDevice)) return STATUS_INSUFFICIENT_RESOURCES;
    device = ob_create(&ob_type_device, sizeof(*device));
    if (device == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    device->Type = 3; /* IO_TYPE_DEVICE */
    device->Size = (USHORT)(sizeof(*device) + DeviceExtensionSize);
    device->DriverObject = DriverObject;
    device->Flags = DO_DEVICE_INITIALIZING | (DeviceName ? DO_DEVICE_HAS_NAME : 0) | (Exclusive ? DO_EXCLUSIVE : 0);
    device->Characteristics = DeviceCharacteristics;
    device->DeviceType = DeviceType;
    device->StackSize = 1;
    device->DeviceObjectExtension = calloc(1, sizeof(DEVOBJ_EXTENSION));
    if (device->DeviceObjectExtension) {
        *device->DeviceObjectExtension =
            (DEVOBJ_EXTENSION){.Type = 13, .Size = sizeof(DEVOBJ_EXTENSION), .DeviceObject = device};
    } else {
        status = STATUS_INSUFFICIENT_RESOURCES;
    }
    if (DeviceExtensionSize &&
        (device->DeviceExtension = ex_pool_extension(CALLER, DeviceExtensionSize, 0x69766544 /* "Devi" */)) == NULL)
        status = STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(status) && DeviceName) status = ob_name_insert(DeviceName, device);
    if (!NT_SUCCESS(status)) {
        ob_dereference(device);
        return status;
    }
    device->NextDevice = DriverObject->DeviceObject;
    DriverObject->DeviceObject = device;
    *DeviceObject = device;
    return STATUS_SUCCESS;
}

void NTAPI IoDeleteDevice(PDEVICE_OBJECT DeviceObject) {
    NT_ENTER(IoDeleteDevice);
    UNICODE_STRING name;
    ULONG *flags = &DeviceObject->DeviceObjectExtension->ExtensionFlags;
    if (DeviceObject->AttachedDevice)
        verify_violation("device-deleted-attached", "a device is deleted while another is attached to it");
    if (__atomic_fetch_or(flags, DOE_DELETE_PENDING, __ATOMIC_ACQ_REL) & DOE_DELETE_PENDING) {
        verify_violation("device-deleted-twice", "IoDeleteDevice is called again for %p", (void *)DeviceObject);
        return;
    }
    if (DeviceObject->DeviceObjectExtension->AttachedTo)
        verify_violation("device-deleted-attached", "a device is deleted while it is attached to another");
    io_shutdown_forget(DeviceObject);
    for (PDEVICE_OBJECT *link = &DeviceObject->DriverObject->DeviceObject; *link; link = &(*link)->NextDevice) {
        if (*link != DeviceObject) continue;
        *link = DeviceObject->NextDevice;
        break;
    }
    /* Open files keep the object, which is then only marked. Its name goes at once: IoDeleteDevice makes the object
     * temporary, and what keeps a temporary object's name are handles to the object itself, which nobody has (a file's
     * handle is one to the file). */
    if (ob_name_of(DeviceObject, &name)) {
        ob_name_remove(&name);
        free(name.Buffer);
    }
    ob_dereference(DeviceObject);
}

bool io_device_opened(PDEVICE_OBJECT device, int change) {
    LONG *count = &device->ReferenceCount, now = __atomic_load_n(count, __ATOMIC_RELAXED);

    do {
        if (change > 0 && now && device->Flags & DO_EXCLUSIVE) return false;
    } while (!__atomic_compare_exchange_n(count, &now, now + change, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    if (now + change == 0) pnp_device_closed(device);
    return true;
}

static NTSTATUS NTAPI invalid_request(PDEVICE_OBJECT device, PIRP irp) {
    irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
    irp->IoStatus.Information = 0;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_INVALID_DEVICE_REQUEST;
}

/* A driver object, with what only we need behind it. */
struct driver {
    DRIVER_OBJECT object;
    DRIVER_EXTENSION extension;
    WCHAR path[128];
};

NTSTATUS io_driver_start(const char *service, PDRIVER_INITIALIZE entry, PDRIVER_OBJECT *driver) {
    static const char prefix[] = "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";
    struct driver *made = calloc(1, sizeof(*made));
    UNICODE_STRING path = {.Buffer = made ? made->path : NULL};
    NTSTATUS status;

    if (made == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    for (const char *at = prefix; *at; at++) made->path[path.Length++] = (WCHAR)*at;
    for (const char *at = service; *at && path.Length < 126; at++) made->path[path.Length++] = (WCHAR)*at;
    path.Length *= sizeof(WCHAR);
    path.MaximumLength = path.Length + sizeof(WCHAR);
    made->object.Type = 4; /* IO_TYPE_DRIVER */
    made->object.Size = sizeof(DRIVER_OBJECT);
    made->object.DriverExtension = &made->extension;
    made->extension.DriverObject = &made->object;
    for (unsigned at = 0; at <= IRP_MJ_MAXIMUM_FUNCTION; at++) made->object.MajorFunction[at] = invalid_request;
    struct verify_call before = verify_call_begin("DriverEntry", (const void *)(uintptr_t)entry);
    status = entry(&made->object, &path);
    verify_call_end(&before);
    if (!NT_SUCCESS(status)) {
        verify_about((const void *)(uintptr_t)entry);
        if (made->object.DeviceObject)
            verify_violation("driver-unload-devices", "a driver whose entry failed left devices");
        verify_about(NULL);
        io_driver_extensions_free(&made->object);
        free(made);
        return status;
    }
    /* Those that the entry made; of all others the driver itself says when they are ready. */
    for (PDEVICE_OBJECT device = made->object.DeviceObject; device; device = device->NextDevice)
        device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    *driver = &made->object;
    return STATUS_SUCCESS;
}

void io_driver_unload(PDRIVER_OBJECT driver) {
    unsigned pending = io_requests_pending(driver);
    verify_about((const void *)(uintptr_t)driver->DriverUnload);
    if (pending) verify_violation("irp-leak", "a driver is unloaded that has %u requests", pending);
    for (PDEVICE_OBJECT device = driver->DeviceObject; device && !pending; device = device->NextDevice)
        if (device->ReferenceCount)
            verify_violation("driver-unload-open", "a driver is unloaded whose device %p is open", (void *)device);
    verify_about(NULL);
    struct verify_call before = verify_call_begin("DriverUnload", (const void *)(uintptr_t)driver->DriverUnload);
    if (driver->DriverUnload) driver->DriverUnload(driver);
    verify_call_end(&before);
    ke_work_wait(driver);
    verify_about((const void *)(uintptr_t)driver->DriverUnload);
    if (driver->DeviceObject) verify_violation("driver-unload-devices", "an unloaded driver left devices");
    verify_about(NULL);
    io_irp_check();
    verify_about(NULL);
    io_driver_extensions_free(driver);
    free(driver);
}
