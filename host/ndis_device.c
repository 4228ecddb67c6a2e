/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * NDIS's dispatch of requests: for an adapter's functional device, and for the devices that drivers make with
 * NdisRegisterDeviceEx.
 *
 * NdisDeregisterDeviceEx is documented to remove the device and its link and says nothing about files that are still
 * open. Here requests that come later do not reach the driver: CLEANUP and CLOSE succeed, everything else fails. A test
 * may ask for the other reading, in which they are still delivered (ndis_deliver_late_requests).
 */
#include <stdlib.h>
#include <string.h>

#include "host/ndis_private.h"

bool ndis_deliver_late_requests;

/* Lock legend: i immutable; a atomic. */
struct ndis_device {
    enum ndis_magic magic;                               /* a */
    struct ndis_driver *driver;                          /* i */
    struct ndis_adapter *adapter;                        /* i: NULL when registered with the driver's handle */
    PDEVICE_OBJECT object;                               /* i: valid until deregistration */
    UNICODE_STRING link;                                 /* i: own buffer */
    PDRIVER_DISPATCH major[IRP_MJ_MAXIMUM_FUNCTION + 1]; /* i */
};

/* The driver's own extension lies behind NDIS's. */
#define RESERVED_OFFSET ((sizeof(struct ndis_device_extension) + 15) & ~(size_t)15)

static NTSTATUS finish(PIRP irp, NTSTATUS status) {
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = 0;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/* --- the functional device --------------------------------------------------------------------------------------- */

static NTSTATUS forward(struct ndis_adapter *adapter, PIRP irp) {
    IoSkipCurrentIrpStackLocation(irp);
    return IofCallDriver(adapter->lower, irp);
}

static NTSTATUS remove_device(PDEVICE_OBJECT device, struct ndis_adapter *adapter, PIRP irp) {
    ndis_adapter_halt(adapter, NdisHaltDeviceDisabled);
    irp->IoStatus.Status = STATUS_SUCCESS;
    NTSTATUS status = forward(adapter, irp);
    IoDetachDevice(adapter->lower);
    ((struct ndis_device_extension *)device->DeviceExtension)->adapter = NULL;
    IoDeleteDevice(device);
    ndis_adapter_free(adapter);
    return status;
}

static NTSTATUS functional_pnp(PDEVICE_OBJECT device, struct ndis_adapter *adapter, PIRP irp) {
    NTSTATUS status;
    switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        /* The bus has nothing to start, so passing down may come last. */
        status = ndis_adapter_start(adapter);
        if (!NT_SUCCESS(status)) return finish(irp, status);
        break;
    case IRP_MN_SURPRISE_REMOVAL: ndis_adapter_surprise(adapter); break;
    case IRP_MN_REMOVE_DEVICE: return remove_device(device, adapter, irp);
    case IRP_MN_STOP_DEVICE: ndis_adapter_halt(adapter, NdisHaltDeviceStopped); break;
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE: break;
    default: return forward(adapter, irp); /* not ours: the status stays as it came */
    }
    irp->IoStatus.Status = STATUS_SUCCESS;
    return forward(adapter, irp);
}

static VOID NTAPI power_done(PDEVICE_OBJECT device, UCHAR minor, POWER_STATE state, PVOID context,
                             PIO_STATUS_BLOCK status) {
    (void)device, (void)minor, (void)state, (void)status;
    KeSetEvent(context, IO_NO_INCREMENT, FALSE);
}

/* NDIS owns the device's power policy: from the system's state follows the device's, by a request of its own. */
static void device_power_request(struct ndis_adapter *adapter, SYSTEM_POWER_STATE system) {
    POWER_STATE state = {.DeviceState = system == PowerSystemWorking ? PowerDeviceD0 : PowerDeviceD3};
    KEVENT done;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    if (PoRequestPowerIrp(adapter->physical, IRP_MN_SET_POWER, state, power_done, &done, NULL) == STATUS_PENDING)
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
}

static NTSTATUS functional_power(PDEVICE_OBJECT device, struct ndis_adapter *adapter, PIRP irp) {
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    POWER_STATE state = stack->Parameters.Power.State;
    if (stack->MinorFunction == IRP_MN_SET_POWER && stack->Parameters.Power.Type == DevicePowerState) {
        /* The device's states of NT and of NDIS have the same numbers. The bus has no power of its own to switch. */
        ndis_set_power(adapter, (NDIS_DEVICE_POWER_STATE)state.DeviceState);
        PoSetPowerState(device, DevicePowerState, state);
    } else if (stack->MinorFunction == IRP_MN_SET_POWER) {
        device_power_request(adapter, state.SystemState);
    }
    PoStartNextPowerIrp(irp);
    if (stack->MinorFunction == IRP_MN_SET_POWER || stack->MinorFunction == IRP_MN_QUERY_POWER)
        irp->IoStatus.Status = STATUS_SUCCESS;
    return forward(adapter, irp);
}

#define QUERY_GLOBAL_STATS CTL_CODE(0x17, 0, METHOD_OUT_DIRECT, 0) /* IOCTL_NDIS_QUERY_GLOBAL_STATS */

/* Programs may query an adapter's OIDs; nothing else is NDIS's. */
static NTSTATUS functional_control(struct ndis_adapter *adapter, PIRP irp) {
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    ULONG size = stack->Parameters.DeviceIoControl.OutputBufferLength, written = 0;
    if (stack->Parameters.DeviceIoControl.IoControlCode != QUERY_GLOBAL_STATS)
        return finish(irp, STATUS_INVALID_DEVICE_REQUEST);
    if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(NDIS_OID) || !irp->MdlAddress)
        return finish(irp, STATUS_INVALID_PARAMETER);
    if (ndis_state_of(adapter) == NDIS_HALTED) return finish(irp, STATUS_NO_SUCH_DEVICE);
    void *buffer = MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority);
    if (!buffer) return finish(irp, STATUS_INSUFFICIENT_RESOURCES);
    NDIS_STATUS queried = ndis_query(adapter, *(NDIS_OID *)irp->AssociatedIrp.SystemBuffer, buffer, size, &written);
    NTSTATUS status = STATUS_SUCCESS;
    if (queried == NDIS_STATUS_INVALID_LENGTH || queried == NDIS_STATUS_BUFFER_TOO_SHORT)
        status = STATUS_BUFFER_TOO_SMALL;
    else if (queried != NDIS_STATUS_SUCCESS)
        status = ndis_to_ntstatus(queried);
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = status == STATUS_SUCCESS ? written : 0;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS functional_dispatch(PDEVICE_OBJECT device, struct ndis_adapter *adapter, PIRP irp) {
    UCHAR major = IoGetCurrentIrpStackLocation(irp)->MajorFunction;
    if (major == IRP_MJ_CLEANUP || major == IRP_MJ_CLOSE) return finish(irp, STATUS_SUCCESS);
    if (!adapter) return finish(irp, STATUS_NO_SUCH_DEVICE);
    switch (major) {
    case IRP_MJ_PNP: return functional_pnp(device, adapter, irp);
    case IRP_MJ_POWER: return functional_power(device, adapter, irp);
    case IRP_MJ_SYSTEM_CONTROL: return forward(adapter, irp);
    case IRP_MJ_CREATE: return finish(irp, STATUS_SUCCESS);
    case IRP_MJ_DEVICE_CONTROL: return functional_control(adapter, irp);
    default: return finish(irp, STATUS_INVALID_DEVICE_REQUEST);
    }
}

/* --- devices of NdisRegisterDeviceEx ----------------------------------------------------------------------------- */

static NTSTATUS control_dispatch(PDEVICE_OBJECT object, struct ndis_device_extension *extension, PIRP irp) {
    struct ndis_device *device = __atomic_load_n(&extension->device, __ATOMIC_ACQUIRE);
    UCHAR major = IoGetCurrentIrpStackLocation(irp)->MajorFunction;
    bool gone = __atomic_load_n(&device->magic, __ATOMIC_ACQUIRE) != NDIS_MAGIC_DEVICE;
    if (gone && !ndis_deliver_late_requests)
        return finish(irp, major == IRP_MJ_CLEANUP || major == IRP_MJ_CLOSE ? STATUS_SUCCESS
                                                                            : STATUS_INVALID_DEVICE_REQUEST);
    PDRIVER_DISPATCH handler = device->major[major];
    if (!handler) return finish(irp, STATUS_INVALID_DEVICE_REQUEST);
    return handler(object, irp);
}

NTSTATUS NTAPI ndis_dispatch(PDEVICE_OBJECT device, PIRP irp) {
    struct ndis_device_extension *extension = device->DeviceExtension;
    if (extension && extension->kind == NDIS_DEVICE_FUNCTIONAL)
        return functional_dispatch(device, extension->adapter, irp);
    if (extension && extension->kind == NDIS_DEVICE_CONTROL) return control_dispatch(device, extension, irp);
    return finish(irp, STATUS_INVALID_DEVICE_REQUEST);
}

static NDIS_STATUS attributes_check(const NDIS_DEVICE_OBJECT_ATTRIBUTES *attributes, uint16_t version) {
    if (!ndis_object_ok(NDIS_OF_DEVICE_OBJECT_ATTRIBUTES, version, &attributes->Header, "NdisRegisterDeviceEx"))
        return NDIS_STATUS_INVALID_PARAMETER;
    ndis_check_filled("NdisRegisterDeviceEx", attributes, 0, 0);
    if (!attributes->DeviceName || !attributes->SymbolicName || !attributes->MajorFunctions) {
        verify_violation("ndis-parameter",
                         "NdisRegisterDeviceEx: DeviceName, SymbolicName and MajorFunctions are needed");
        return NDIS_STATUS_INVALID_PARAMETER;
    }
    return NDIS_STATUS_SUCCESS;
}

static NTSTATUS sddl_parse(const NDIS_DEVICE_OBJECT_ATTRIBUTES *attributes, PSECURITY_DESCRIPTOR *descriptor) {
    static const WCHAR system_and_administrators[] = L"D:P(A;;GA;;;SY)(A;;GA;;;BA)";
    const UNICODE_STRING *given = attributes->DefaultSDDLString;
    if (!given || !given->Length) return se_sddl_parse(system_and_administrators, descriptor);
    WCHAR *text = calloc(1, given->Length + sizeof(WCHAR));
    if (!text) return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(text, given->Buffer, given->Length);
    NTSTATUS status = se_sddl_parse(text, descriptor);
    free(text);
    return status;
}

static NTSTATUS object_create(struct ndis_device *device, const NDIS_DEVICE_OBJECT_ATTRIBUTES *attributes) {
    PSECURITY_DESCRIPTOR descriptor;
    NTSTATUS status = sddl_parse(attributes, &descriptor);
    if (!NT_SUCCESS(status)) return status;
    PDEVICE_OBJECT object;
    status = IoCreateDevice(device->driver->object, (ULONG)(RESERVED_OFFSET + attributes->ExtensionSize),
                            attributes->DeviceName, FILE_DEVICE_NETWORK, FILE_DEVICE_SECURE_OPEN, FALSE, &object);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(descriptor, 0);
        return status;
    }
    object->SecurityDescriptor = descriptor; /* freed with the device object */
    struct ndis_device_extension *extension = object->DeviceExtension;
    *extension = (struct ndis_device_extension){.kind = NDIS_DEVICE_CONTROL, .device = device};
    device->object = object;
    device->link.Buffer = malloc(attributes->SymbolicName->Length);
    if (!device->link.Buffer) {
        status = STATUS_INSUFFICIENT_RESOURCES;
        goto undo_object;
    }
    memcpy(device->link.Buffer, attributes->SymbolicName->Buffer, attributes->SymbolicName->Length);
    device->link.Length = device->link.MaximumLength = attributes->SymbolicName->Length;
    status = IoCreateSymbolicLink(attributes->SymbolicName, attributes->DeviceName);
    if (NT_SUCCESS(status)) return status;
    free(device->link.Buffer);
undo_object:
    IoDeleteDevice(object);
    return status;
}

NDIS_STATUS NTAPI NdisRegisterDeviceEx(NDIS_HANDLE NdisHandle, PNDIS_DEVICE_OBJECT_ATTRIBUTES DeviceObjectAttributes,
                                       PDEVICE_OBJECT *pDeviceObject, PNDIS_HANDLE NdisDeviceHandle) {
    NT_ENTER(NdisRegisterDeviceEx);
    struct ndis_adapter *adapter;
    struct ndis_driver *driver = ndis_owner_check(NdisHandle, "NdisRegisterDeviceEx", &adapter);
    if (!driver) return NDIS_STATUS_INVALID_PARAMETER;
    NDIS_STATUS checked = attributes_check(DeviceObjectAttributes, driver->version);
    if (checked != NDIS_STATUS_SUCCESS) return checked;
    if (NT_FAULT(NdisRegisterDeviceEx)) return NDIS_STATUS_RESOURCES;
    struct ndis_device *device = calloc(1, sizeof *device);
    if (!device) return NDIS_STATUS_RESOURCES;
    device->magic = NDIS_MAGIC_DEVICE;
    device->driver = driver;
    device->adapter = adapter;
    memcpy(device->major, DeviceObjectAttributes->MajorFunctions, sizeof device->major);
    NTSTATUS status = object_create(device, DeviceObjectAttributes);
    if (!NT_SUCCESS(status)) {
        free(device);
        return status;
    }
    ndis_owned_add(adapter, "device", device, __builtin_return_address(0));
    verify_track("ndis-device", device, sizeof *device, 0, __builtin_return_address(0));
    *pDeviceObject = device->object;
    *NdisDeviceHandle = device;
    device->object->Flags |= DO_BUFFERED_IO;
    device->object->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING; /* from here on it can be opened */
    return NDIS_STATUS_SUCCESS;
}

VOID NTAPI NdisDeregisterDeviceEx(NDIS_HANDLE NdisDeviceHandle) {
    NT_ENTER(NdisDeregisterDeviceEx);
    struct ndis_device *device = NdisDeviceHandle;
    enum ndis_magic want = NDIS_MAGIC_DEVICE;
    if (!device || !__atomic_compare_exchange_n(&device->magic, &want, NDIS_MAGIC_GONE, false, __ATOMIC_ACQ_REL,
                                                __ATOMIC_ACQUIRE)) {
        verify_violation("ndis-bad-handle", "NdisDeregisterDeviceEx: %p is no registered device", NdisDeviceHandle);
        return;
    }
    verify_untrack("ndis-device", device);
    ndis_owned_remove(device);
    IoDeleteSymbolicLink(&device->link);
    IoDeleteDevice(device->object);
    free(device->link.Buffer);
    device->link.Buffer = NULL;
    ndis_bury(device); /* open files still lead here */
}

PVOID NTAPI NdisGetDeviceReservedExtension(PDEVICE_OBJECT DeviceObject) {
    NT_ENTER(NdisGetDeviceReservedExtension);
    struct ndis_device_extension *extension = DeviceObject->DeviceExtension;
    if (!extension || extension->kind != NDIS_DEVICE_CONTROL) return NULL;
    return (char *)extension + RESERVED_OFFSET;
}
