/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * The control device. Its requests come at any time, also while the adapter halts: each file holds a reference to the
 * adapter (FsContext). After halt the I/O manager may still close files, or NDIS may swallow that; both are fine.
 */
#include "driver/driver.h"
#include "driver/stats.h"

/* SYSTEM and Administrators, nobody else, unless the adapter was created with the property below. */
#define DEFAULT_SDDL L"D:P(A;;GA;;;SY)(A;;GA;;;BA)"

#define SDDL_CHARS (ABI_SDDL_CHARS + 1)
#define GUID_ROOM L"{00000000-0000-0000-0000-000000000000}"
#define GUID_CHARS (RTL_NUMBER_OF(GUID_ROOM) - 1)

static NTSTATUS ControlComplete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information) {
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI ControlCreate(PDEVICE_OBJECT Device, PIRP Irp) {
    PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;

    /* Names below the device would not be checked against its security descriptor. */
    if (File->FileName.Length != 0 || File->RelatedFileObject != NULL)
        return ControlComplete(Irp, STATUS_OBJECT_NAME_INVALID, 0);
    File->FsContext = AdapterReference(Device);
    return ControlComplete(Irp, File->FsContext != NULL ? STATUS_SUCCESS : STATUS_DEVICE_REMOVED, 0);
}

static NTSTATUS NTAPI ControlCleanup(PDEVICE_OBJECT Device, PIRP Irp) {
    PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;

    SessionDetach(File->FsContext, File, TRUE);
    return ControlComplete(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI ControlClose(PDEVICE_OBJECT Device, PIRP Irp) {
    AdapterDereference(IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext);
    return ControlComplete(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS ControlAttach(ADAPTER *Adapter, PIRP Irp, PFILE_OBJECT File, ULONG InSize, ULONG OutSize) {
    struct abi_attach_in In;

    if (IoIs32bitProcess(Irp)) return STATUS_NOT_SUPPORTED;
    if (InSize != sizeof(In) || OutSize < sizeof(struct abi_attach_out)) return STATUS_INVALID_PARAMETER;
    In = *(const struct abi_attach_in *)Irp->AssociatedIrp.SystemBuffer; /* which the answer overwrites */
    if (In.version != ABI_VERSION) return STATUS_REVISION_MISMATCH;
    if (!abi_attach_valid(&In)) return STATUS_INVALID_PARAMETER;
    return SessionAttach(Adapter, File, &In, Irp->AssociatedIrp.SystemBuffer);
}

static NTSTATUS NTAPI ControlRequest(PDEVICE_OBJECT Device, PIRP Irp) {
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG InSize = Stack->Parameters.DeviceIoControl.InputBufferLength;
    ULONG OutSize = Stack->Parameters.DeviceIoControl.OutputBufferLength;
    ADAPTER *Adapter = Stack->FileObject->FsContext;
    ULONG Answer = 0;
    NTSTATUS Status = STATUS_INVALID_DEVICE_REQUEST;

    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case ABI_CTL_ATTACH:
        Answer = sizeof(struct abi_attach_out);
        Status = ControlAttach(Adapter, Irp, Stack->FileObject, InSize, OutSize);
        break;
    case ABI_CTL_DETACH: Status = SessionDetach(Adapter, Stack->FileObject, FALSE); break;
    case ABI_CTL_COUNTERS:
        Answer = sizeof(struct abi_counters);
        Status = OutSize < Answer ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
        if (NT_SUCCESS(Status))
            StatsCopy(Irp->AssociatedIrp.SystemBuffer, &Adapter->Counters,
                      atomic_load_pointer_acquire((void *const *)&Adapter->Open) != NULL);
        break;
    }
    return ControlComplete(Irp, Status, NT_SUCCESS(Status) ? Answer : 0);
}

/* The name under which Windows knows this adapter, from its software key. */
static NDIS_STATUS ControlReadGuid(ADAPTER *Adapter, WCHAR *Guid) {
    NDIS_CONFIGURATION_OBJECT Object = {.Header = HEADER(CONFIGURATION_OBJECT, CONFIGURATION_OBJECT_REVISION_1),
                                        .NdisHandle = Adapter->Miniport};
    NDIS_STRING Keyword = RTL_CONSTANT_STRING(L"NetCfgInstanceId");
    PNDIS_CONFIGURATION_PARAMETER Value;
    NDIS_HANDLE Configuration;
    NDIS_STATUS Status = NdisOpenConfigurationEx(&Object, &Configuration);

    if (Status != NDIS_STATUS_SUCCESS) return Status;
    NdisReadConfiguration(&Status, &Value, Configuration, &Keyword, NdisParameterString);
    if (Status == NDIS_STATUS_SUCCESS && Value->ParameterData.StringData.Length != GUID_CHARS * sizeof(WCHAR))
        Status = NDIS_STATUS_INVALID_DATA;
    if (Status == NDIS_STATUS_SUCCESS)
        RtlCopyMemory(Guid, Value->ParameterData.StringData.Buffer, GUID_CHARS * sizeof(WCHAR));
    NdisCloseConfiguration(Configuration);
    return Status;
}

/* A property that is there but unusable fails the adapter: falling back silently would leave its owner wondering. */
static NTSTATUS ControlReadSddl(ADAPTER *Adapter, WCHAR Sddl[SDDL_CHARS]) {
    static const DEVPROPKEY Property = {BRAND_PROPERTY_GUID_INIT, BRAND_PROPERTY_SDDL};
    PDEVICE_OBJECT Physical = NULL;
    DEVPROPTYPE Type = 0;
    ULONG Size = 0;
    NTSTATUS Status;

    NdisMGetDeviceProperty(Adapter->Miniport, &Physical, NULL, NULL, NULL, NULL);
    Status = IoGetDevicePropertyData(Physical, &Property, LOCALE_NEUTRAL, 0, (SDDL_CHARS - 1) * sizeof(WCHAR), Sddl,
                                     &Size, &Type);
    if (Status == STATUS_OBJECT_NAME_NOT_FOUND)
        RtlCopyMemory(Sddl, DEFAULT_SDDL, sizeof(DEFAULT_SDDL));
    else if (NT_SUCCESS(Status))
        Sddl[Size / sizeof(WCHAR)] = 0;
    else
        return Status;
    return NT_SUCCESS(Status) && Type != DEVPROP_TYPE_STRING ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

NDIS_STATUS ControlRegister(ADAPTER *Adapter) {
    static LONG Counter;
    ULONG Number = (ULONG)InterlockedIncrement(&Counter);
    WCHAR DeviceName[] = L"\\Device\\" BRAND_DEVICE_PREFIX L"-" GUID_ROOM L"-00000000";
    WCHAR LinkName[] = L"\\DosDevices\\" BRAND_DEVICE_PREFIX L"-" GUID_ROOM;
    WCHAR *Digit = DeviceName + RTL_NUMBER_OF(DeviceName) - 1;
    WCHAR Guid[GUID_CHARS], SddlText[SDDL_CHARS];
    UNICODE_STRING Device, Link, Sddl;
    /* clang-format off */
    PDRIVER_DISPATCH Dispatch[IRP_MJ_MAXIMUM_FUNCTION + 1] = {
        [IRP_MJ_CREATE] = ControlCreate, [IRP_MJ_CLEANUP] = ControlCleanup, [IRP_MJ_CLOSE] = ControlClose,
        [IRP_MJ_DEVICE_CONTROL] = ControlRequest};
    NDIS_DEVICE_OBJECT_ATTRIBUTES Attributes = {
        .Header = HEADER(DEVICE_OBJECT_ATTRIBUTES, DEVICE_OBJECT_ATTRIBUTES_REVISION_1), .DeviceName = &Device,
        .SymbolicName = &Link, .MajorFunctions = Dispatch, .DefaultSDDLString = &Sddl};
    /* clang-format on */
    PDEVICE_OBJECT Object;
    NDIS_STATUS Status = ControlReadGuid(Adapter, Guid);

    if (Status == NDIS_STATUS_SUCCESS) Status = ControlReadSddl(Adapter, SddlText);
    if (Status != NDIS_STATUS_SUCCESS) return Status;
    /* A device that is deleted but still open keeps its name, so a re-created adapter needs another: hence the number.
     * The link goes at once, and is what programs open. */
    for (; Number != 0; Number >>= 4) *--Digit = L"0123456789abcdef"[Number & 15];
    RtlCopyMemory(DeviceName + RTL_NUMBER_OF(DeviceName) - 10 - GUID_CHARS, Guid, sizeof(Guid));
    RtlCopyMemory(LinkName + RTL_NUMBER_OF(LinkName) - 1 - GUID_CHARS, Guid, sizeof(Guid));
    RtlInitUnicodeString(&Device, DeviceName);
    RtlInitUnicodeString(&Link, LinkName);
    RtlInitUnicodeString(&Sddl, SddlText);
    Status = NdisRegisterDeviceEx(DriverHandle, &Attributes, &Object, &Adapter->ControlHandle);
    if (Status == NDIS_STATUS_SUCCESS) AdapterSetDevice(Adapter, Object);
    return Status;
}

VOID ControlDeregister(ADAPTER *Adapter) {
    AdapterSetDevice(Adapter, NULL);
    NdisDeregisterDeviceEx(Adapter->ControlHandle);
}
