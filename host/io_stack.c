/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Stacks of devices, and what drivers attach to driver objects, threads and the system's end.
 */
#include "host/io.h"
#include "host/seh.h"

#include <stdlib.h>

/* --- device stacks ------------------------------------------------------------------------------------------------ */

PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice) {
    NT_ENTER(IoAttachDeviceToDeviceStack);
    TargetDevice = io_top_of(TargetDevice);
    if (SourceDevice->DeviceObjectExtension->AttachedTo || SourceDevice == TargetDevice) {
        verify_violation("device-attached-twice", "the device %p is attached already", (void *)SourceDevice);
        return NULL;
    }
    if (TargetDevice->DeviceObjectExtension->ExtensionFlags & (DOE_DELETE_PENDING | DOE_UNLOAD_PENDING)) return NULL;
    TargetDevice->AttachedDevice = SourceDevice;
    SourceDevice->StackSize = (CCHAR)(TargetDevice->StackSize + 1);
    SourceDevice->AlignmentRequirement = TargetDevice->AlignmentRequirement;
    SourceDevice->SectorSize = TargetDevice->SectorSize;
    SourceDevice->DeviceObjectExtension->AttachedTo = TargetDevice;
    return TargetDevice;
}

NTSTATUS NTAPI IoAttachDeviceToDeviceStackSafe(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice,
                                               PDEVICE_OBJECT *AttachedToDeviceObject) {
    NT_ENTER(IoAttachDeviceToDeviceStackSafe);
    PDEVICE_OBJECT top = io_top_of(TargetDevice);
    *AttachedToDeviceObject = top; /* before a request can come through */
    if (IoAttachDeviceToDeviceStack(SourceDevice, TargetDevice)) return STATUS_SUCCESS;
    *AttachedToDeviceObject = NULL;
    return STATUS_NO_SUCH_DEVICE;
}

void NTAPI IoDetachDevice(PDEVICE_OBJECT TargetDevice) {
    NT_ENTER(IoDetachDevice);
    if (TargetDevice->AttachedDevice == NULL) {
        verify_violation("device-not-attached", "IoDetachDevice: nothing is attached to %p; it takes the lower device",
                         (void *)TargetDevice);
        return;
    }
    TargetDevice->AttachedDevice->DeviceObjectExtension->AttachedTo = NULL;
    TargetDevice->AttachedDevice = NULL;
}

PDEVICE_OBJECT NTAPI IoGetAttachedDevice(PDEVICE_OBJECT DeviceObject) {
    NT_ENTER(IoGetAttachedDevice);
    return io_top_of(DeviceObject);
}

PDEVICE_OBJECT NTAPI IoGetAttachedDeviceReference(PDEVICE_OBJECT DeviceObject) {
    NT_ENTER(IoGetAttachedDeviceReference);
    PDEVICE_OBJECT top = io_top_of(DeviceObject);
    ob_reference(top);
    ob_driver_references(top, CALLER);
    return top;
}

PDEVICE_OBJECT NTAPI IoGetLowerDeviceObject(PDEVICE_OBJECT DeviceObject) {
    NT_ENTER(IoGetLowerDeviceObject);
    PDEVICE_OBJECT lower = DeviceObject->DeviceObjectExtension->AttachedTo;
    if (!lower) return NULL;
    ob_reference(lower);
    ob_driver_references(lower, CALLER);
    return lower;
}

/* --- driver object extensions ------------------------------------------------------------------------------------- */

struct driver_extension {
    struct driver_extension *next;
    PDRIVER_OBJECT driver;
    const void *identity;
    _Alignas(16) uint8_t data[];
};
static struct driver_extension *extensions;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* extensions, waiting */

static struct driver_extension *extension_find(PDRIVER_OBJECT driver, const void *identity) {
    struct driver_extension *extension = extensions;
    while (extension && (extension->driver != driver || extension->identity != identity)) extension = extension->next;
    return extension;
}

NTSTATUS NTAPI IoAllocateDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID ClientIdentificationAddress,
                                               ULONG DriverObjectExtensionSize, PVOID *DriverObjectExtension) {
    NT_ENTER(IoAllocateDriverObjectExtension);
    struct driver_extension *made;
    NTSTATUS status = STATUS_SUCCESS;

    *DriverObjectExtension = NULL;
    if (NT_FAULT(IoAllocateDriverObjectExtension)) return STATUS_INSUFFICIENT_RESOURCES;
    made = calloc(1, sizeof(*made) + DriverObjectExtensionSize);
    if (made == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    made->driver = DriverObject;
    made->identity = ClientIdentificationAddress;
    pthread_mutex_lock(&lock);
    if (extension_find(DriverObject, ClientIdentificationAddress)) {
        status = STATUS_OBJECT_NAME_COLLISION;
    } else {
        made->next = extensions;
        extensions = made;
    }
    pthread_mutex_unlock(&lock);
    if (NT_SUCCESS(status))
        *DriverObjectExtension = made->data;
    else
        free(made);
    return status;
}

PVOID NTAPI IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID ClientIdentificationAddress) {
    NT_ENTER(IoGetDriverObjectExtension);
    pthread_mutex_lock(&lock);
    struct driver_extension *found = extension_find(DriverObject, ClientIdentificationAddress);
    pthread_mutex_unlock(&lock);
    return found ? found->data : NULL;
}

void io_driver_extensions_free(PDRIVER_OBJECT driver) {
    pthread_mutex_lock(&lock);
    for (struct driver_extension **link = &extensions; *link;) {
        struct driver_extension *extension = *link;
        if (extension->driver != driver) {
            link = &extension->next;
            continue;
        }
        *link = extension->next;
        free(extension);
    }
    pthread_mutex_unlock(&lock);
}

/* --- shutdown ----------------------------------------------------------------------------------------------------- */

struct shutdown {
    struct shutdown *next;
    PDEVICE_OBJECT device; /* referenced */
};
static struct shutdown *waiting;

NTSTATUS NTAPI IoRegisterShutdownNotification(PDEVICE_OBJECT DeviceObject) {
    NT_ENTER(IoRegisterShutdownNotification);
    struct shutdown *made = NT_FAULT(IoRegisterShutdownNotification) ? NULL : malloc(sizeof(*made));
    if (made == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    ob_reference(DeviceObject);
    pthread_mutex_lock(&lock);
    *made = (struct shutdown){waiting, DeviceObject}; /* the last one is told first */
    waiting = made;
    pthread_mutex_unlock(&lock);
    DeviceObject->Flags |= DO_SHUTDOWN_REGISTERED;
    return STATUS_SUCCESS;
}

/* The first entry, of that device unless it is NULL, out of the list. */
static struct shutdown *take(PDEVICE_OBJECT device) {
    struct shutdown *found = NULL;
    pthread_mutex_lock(&lock);
    for (struct shutdown **link = &waiting; *link; link = &(*link)->next) {
        if (device && (*link)->device != device) continue;
        found = *link;
        *link = found->next;
        break;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

void io_shutdown_forget(PDEVICE_OBJECT device) {
    for (struct shutdown *entry; (entry = take(device)) != NULL; free(entry)) ob_dereference(entry->device);
    /* Flags are the driver's, and another thread may be reading them. */
    if (device->Flags & DO_SHUTDOWN_REGISTERED) device->Flags &= ~(ULONG)DO_SHUTDOWN_REGISTERED;
}

void NTAPI IoUnregisterShutdownNotification(PDEVICE_OBJECT DeviceObject) {
    NT_ENTER(IoUnregisterShutdownNotification);
    io_shutdown_forget(DeviceObject);
}

void io_shutdown(void) {
    for (struct shutdown *entry; (entry = take(NULL)) != NULL; free(entry)) {
        struct io_request *request = io_request_make(entry->device, NULL, IRP_MJ_SHUTDOWN);
        if (request) {
            request->irp->RequestorMode = KernelMode;
            io_request_send(request, NULL);
        }
        ob_dereference(entry->device);
    }
}

/* --- the rest ----------------------------------------------------------------------------------------------------- */

NTSTATUS NTAPI IoWMIRegistrationControl(PDEVICE_OBJECT DeviceObject, ULONG Action) {
    NT_ENTER(IoWMIRegistrationControl);
    if (NT_FAULT(IoWMIRegistrationControl)) return STATUS_INSUFFICIENT_RESOURCES;
    return Action >= WMIREG_ACTION_REGISTER && Action <= WMIREG_ACTION_BLOCK_IRPS ? STATUS_SUCCESS
                                                                                  : STATUS_INVALID_PARAMETER;
}

void NTAPI IoGetStackLimits(PULONG_PTR LowLimit, PULONG_PTR HighLimit) {
    NT_ENTER(IoGetStackLimits);
    struct seh_stack stack = seh_stack();
    *LowLimit = stack.low;
    *HighLimit = stack.high;
}
