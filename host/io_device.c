/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Driver and device objects.
 */
#include <stdlib.h>
#include <string.h>

#include "host/kernel_private.h"

void io_device_delete(void *object) {
    PDEVICE_OBJECT device = object;
    if (device->SecurityDescriptor) ExFreePoolWithTag(device->SecurityDescriptor, 0);
    free(device->DeviceExtension);
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
    device->Flags = DO_DEVICE_INITIALIZING | (DeviceName ? DO_DEVICE_HAS_NAME : 0);
    device->Characteristics = DeviceCharacteristics;
    device->DeviceType = DeviceType;
    device->StackSize = 1;
    if (DeviceExtensionSize && (device->DeviceExtension = calloc(1, DeviceExtensionSize)) == NULL)
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
    if (DeviceObject->AttachedDevice)
        verify_violation("device-deleted-attached", "a device is deleted while another is attached to it");
    for (PDEVICE_OBJECT *link = &DeviceObject->DriverObject->DeviceObject; *link; link = &(*link)->NextDevice) {
        if (*link != DeviceObject) continue;
        *link = DeviceObject->NextDevice;
        break;
    }
    /* A file that is open keeps the object, and as on Windows its name stays taken until it is closed; but nothing
     * opens it any more, because the links to it go, and here the name, too. */
    if (ob_name_of(DeviceObject, &name)) {
        ob_name_remove(&name);
        free(name.Buffer);
    }
    ob_dereference(DeviceObject);
}

PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice) {
    NT_ENTER(IoAttachDeviceToDeviceStack);
    while (TargetDevice->AttachedDevice) TargetDevice = TargetDevice->AttachedDevice;
    TargetDevice->AttachedDevice = SourceDevice;
    SourceDevice->StackSize = (CCHAR)(TargetDevice->StackSize + 1);
    return TargetDevice;
}

void NTAPI IoDetachDevice(PDEVICE_OBJECT TargetDevice) {
    NT_ENTER(IoDetachDevice);
    TargetDevice->AttachedDevice = NULL;
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
    status = entry(&made->object, &path);
    if (!NT_SUCCESS(status)) {
        free(made);
        return status;
    }
    *driver = &made->object;
    return STATUS_SUCCESS;
}

void io_driver_unload(PDRIVER_OBJECT driver) {
    if (driver->DeviceObject) verify_violation("driver-unload-devices", "a driver with devices is unloaded");
    if (driver->DriverUnload) driver->DriverUnload(driver);
    free(driver);
}
