/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * How an adapter comes to be: an identity, a software device, its start, its interfaces, their settings. And how it goes.
 *
 * An adapter is the device SWD\<brand>\{GUID}. It is present while the process that created it holds its HSWDEVICE, or, if
 * it is persistent, until somebody takes such a handle and ends its life with it.
 */
#include "lib/adapter.h"

#include <bcrypt.h>

/* ---- which identity --------------------------------------------------------------------------------------------- */

static void GuidMark(GUID *Guid, unsigned Version) {
    Guid->Data3 = (uint16_t)((Guid->Data3 & 0x0fff) | Version << 12);
    Guid->Data4[0] = (uint8_t)((Guid->Data4[0] & 0x3f) | 0x80);
}

/* A GUID of version 5 in the style of RFC 4122: SHA-1 over the brand's own GUID, the type and the name. Both strings
 * count with their ends, so that no two pairs look alike. */
static NTSTATUS GuidDerive(LPCWSTR Name, LPCWSTR Type, GUID *Guid) {
    struct {
        GUID Brand;
        WCHAR Text[2 * (NAME_MAX_LENGTH + 1)];
    } Input = {.Brand = BRAND_NAMESPACE_GUID};
    size_t TypeLength = TextLength(Type) + 1, NameLength = TextLength(Name) + 1;
    UCHAR Hash[20];
    NTSTATUS Status;

    memcpy(Input.Text, Type, TypeLength * sizeof(WCHAR));
    memcpy(Input.Text + TypeLength, Name, NameLength * sizeof(WCHAR));
    Status = BCryptHash(BCRYPT_SHA1_ALG_HANDLE, NULL, 0, (PUCHAR)&Input,
                        (ULONG)(sizeof(Input.Brand) + (TypeLength + NameLength) * sizeof(WCHAR)), Hash, sizeof(Hash));
    memcpy(Guid, Hash, sizeof(*Guid));
    GuidMark(Guid, 5);
    return Status;
}

/* Assumed: the instance id of a software device is the text that it was created with. Windows reserves the right to
 * decorate it, which would only make this look free when it is not; creation then fails with a code of its own. */
static bool GuidIsTaken(const GUID *Guid) {
    WCHAR InstanceId[DEVNODE_ID_ROOM], Text[GUID_TEXT];

    TextFromGuid(Guid, Text);
    TextCopy(InstanceId, COUNT_OF(InstanceId), L"SWD\\" BRAND_ENUMERATOR L"\\");
    TextAppend(InstanceId, COUNT_OF(InstanceId), Text);
    return DevnodeIsPresent(InstanceId);
}

static DWORD GuidChoose(const WARREN_ADAPTER_OPTIONS *Options, GUID *Guid) {
    NTSTATUS Status;

    if (Options->Guid) {
        *Guid = *Options->Guid;
        if (GuidIsTaken(Guid))
            return LogError(WARREN_STAGE_ARGUMENTS, ERROR_ALREADY_EXISTS,
                            L"CreateAdapter: an adapter with the requested GUID exists");
        return ERROR_SUCCESS;
    }
    Status = GuidDerive(Options->Name, Options->TunnelType, Guid);
    if (Status >= 0 && GuidIsTaken(Guid)) {
        Status = BCryptGenRandom(NULL, (PUCHAR)Guid, sizeof(*Guid), BCRYPT_USE_SYSTEM_PREFERRED_RNG);
        GuidMark(Guid, 4);
    }
    if (Status < 0)
        return ErrorAdd(LogError(WARREN_STAGE_CREATE, ERROR_GEN_FAILURE,
                                 L"CreateAdapter: cannot make a GUID: NTSTATUS %x", (DWORD)Status),
                        0, 0, (DWORD)Status);
    return ERROR_SUCCESS;
}

/* ---- the software device ---------------------------------------------------------------------------------------- */

typedef struct _ENUMERATION {
    HANDLE Done; /* everything below is written before it is set */
    HRESULT Result;
    WCHAR *InstanceId;
} ENUMERATION;

static VOID WINAPI DeviceEnumerated(HSWDEVICE Device, HRESULT Result, PVOID Context, PCWSTR InstanceId) {
    ENUMERATION *Enumeration = Context;

    (void)Device;
    Enumeration->Result = Result;
    if (SUCCEEDED(Result) && (!InstanceId || !TextCopy(Enumeration->InstanceId, DEVNODE_ID_ROOM, InstanceId)))
        Enumeration->Result = E_UNEXPECTED;
    SetEvent(Enumeration->Done);
}

static DWORD ErrorFromResult(HRESULT Result) {
    return HRESULT_FACILITY(Result) == FACILITY_WIN32 ? (DWORD)HRESULT_CODE(Result) : ERROR_GEN_FAILURE;
}

static DWORD DeviceFailed(LPCWSTR What, HRESULT Result) {
    return ErrorAdd(
        LogError(WARREN_STAGE_CREATE, ErrorFromResult(Result), L"The device %s: HRESULT %x", What, (DWORD)Result), 0, 0,
        (DWORD)Result);
}

/* The device exists when this succeeds, but need not have started. On failure *Device may be set; then SwDeviceClose makes
 * sure that the callback does not run any more. */
static DWORD DeviceCreate(LPCWSTR Instance, LPCWSTR Description, const DEVPROPERTY *Properties, ULONG Count,
                          ULONGLONG Deadline, HSWDEVICE *Device, WCHAR InstanceId[DEVNODE_ID_ROOM]) {
    SW_DEVICE_CREATE_INFO Info = {
        .cbSize = sizeof(Info),
        .pszInstanceId = Instance,
        .pszzHardwareIds = BRAND_HARDWARE_ID L"\0",
        .CapabilityFlags = SWDeviceCapabilitiesSilentInstall | SWDeviceCapabilitiesDriverRequired,
        .pszDeviceDescription = Description,
    };
    ENUMERATION Enumeration = {.Done = CreateEventW(NULL, TRUE, FALSE, NULL), .InstanceId = InstanceId};
    HRESULT Result;
    DWORD Error = ERROR_SUCCESS;

    *Device = NULL;
    if (!Enumeration.Done) return LogError(WARREN_STAGE_CREATE, GetLastError(), L"Cannot create an event");
    Result = SwDeviceCreate(BRAND_ENUMERATOR, L"HTREE\\ROOT\\0", &Info, Count, Properties, DeviceEnumerated,
                            &Enumeration, Device);
    if (FAILED(Result)) {
        *Device = NULL;
        Error = DeviceFailed(L"cannot be created", Result);
    } else if (WaitForSingleObject(Enumeration.Done, TimeLeft(Deadline)) != WAIT_OBJECT_0) {
        Error = LogError(WARREN_STAGE_CREATE, ERROR_TIMEOUT, L"The device was not enumerated in time");
    } else if (FAILED(Enumeration.Result)) {
        Error = DeviceFailed(L"is not enumerated", Enumeration.Result);
    }
    if (Error && *Device) {
        SwDeviceClose(*Device); /* before its callback's context goes */
        *Device = NULL;
        if (InstanceId[0]) DevnodeForget(InstanceId, DeadlineIn(DEVNODE_REMOVE_TIMEOUT));
        SetLastError(Error);
    }
    CloseHandle(Enumeration.Done);
    return Error;
}

static DEVPROPERTY TextProperty(const DEVPROPKEY *Key, LPCWSTR Text) {
    return (DEVPROPERTY){.CompKey = {.Key = *Key, .Store = DEVPROP_STORE_SYSTEM},
                         .Type = DEVPROP_TYPE_STRING,
                         .BufferSize = (ULONG)((TextLength(Text) + 1) * sizeof(WCHAR)),
                         .Buffer = (PVOID)Text};
}

static DWORD AdapterEnumerate(ADAPTER *Adapter, const WARREN_ADAPTER_OPTIONS *Options, const GUID *Guid,
                              ULONGLONG Deadline) {
    static const DEVPROPKEY FriendlyName = {
        {0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}}, 14};
    WCHAR Instance[GUID_TEXT], Description[NAME_MAX_LENGTH + 16];
    DEVPROPERTY Properties[4];
    DWORD Flags = Options->Flags, Error;
    ULONG Count = 0;

    TextFromGuid(Guid, Instance);
    TextCopy(Description, COUNT_OF(Description), Options->Description ? Options->Description : Options->TunnelType);
    if (!Options->Description) TextAppend(Description, COUNT_OF(Description), L" Tunnel");
    Properties[Count++] = TextProperty(&DevnodeNameKey, Options->Name);
    Properties[Count++] = TextProperty(&FriendlyName, Description);
    Properties[Count++] = (DEVPROPERTY){.CompKey = {.Key = DevnodeFlagsKey, .Store = DEVPROP_STORE_SYSTEM},
                                        .Type = DEVPROP_TYPE_UINT32,
                                        .BufferSize = sizeof(Flags),
                                        .Buffer = &Flags};
    if (Options->Sddl) Properties[Count++] = TextProperty(&DevnodeSddlKey, Options->Sddl);
    Error = DeviceCreate(Instance, Description, Properties, Count, Deadline, &Adapter->Device, Adapter->InstanceId);
    if (Error) return Error;
    Adapter->Mark = OwnerMark(Adapter->InstanceId);
    /* Without it other creations wait a while for this adapter to go, which is no reason to have none. */
    if (!Adapter->Mark)
        LogLine(WINTUN_LOG_WARN, L"CreateAdapter: the adapter's owner cannot be marked (Windows error %u)",
                GetLastError());
    return ERROR_SUCCESS;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

/* `Global` skips the links of the caller's own logon session, where another process of the same user could have put one
 * of this name. The driver makes the link in a system thread, so it is a global one. */
static void AdapterSetDevicePath(ADAPTER *Adapter) {
    WCHAR Text[GUID_TEXT];

    _Static_assert(COUNT_OF(L"\\\\.\\Global\\" BRAND_DEVICE_PREFIX L"-") + GUID_TEXT <= COUNT_OF(Adapter->DevicePath),
                   "any brand's path fits");
    TextFromGuid(&Adapter->Interface, Text);
    TextCopy(Adapter->DevicePath, COUNT_OF(Adapter->DevicePath), L"\\\\.\\Global\\" BRAND_DEVICE_PREFIX L"-");
    TextAppend(Adapter->DevicePath, COUNT_OF(Adapter->DevicePath), Text);
}

static DWORD WINAPI InterfaceChanged(HCMNOTIFICATION Notification, PVOID Context, CM_NOTIFY_ACTION Action,
                                     PCM_NOTIFY_EVENT_DATA Data, DWORD Size) {
    (void)Notification, (void)Action, (void)Data, (void)Size;
    SetEvent(Context);
    return ERROR_SUCCESS;
}

static DWORD AdapterStart(ADAPTER *Adapter, const WARREN_ADAPTER_OPTIONS *Options, HANDLE Changed, ULONGLONG Deadline) {
    DWORD Error = DevnodeWaitStarted(Adapter->InstanceId, Changed, Deadline, &Adapter->Interface, &Adapter->Luid);

    if (!Error) Error = InterfaceWait(&Adapter->Luid, Changed, Deadline);
    if (!Error && Options->Mtu) Error = InterfaceSetMtu(&Adapter->Luid, Options->Mtu);
    if (Error) return Error;
    InterfaceSetName(&Adapter->Interface, Options->Name);
    AdapterSetDevicePath(Adapter);
    return ERROR_SUCCESS;
}

/* From now on the device does without a handle, and this process has no part in it. */
static DWORD AdapterKeep(ADAPTER *Adapter) {
    HRESULT Result = SwDeviceSetLifetime(Adapter->Device, SWDeviceLifetimeParentPresent);

    if (FAILED(Result)) return DeviceFailed(L"cannot be made persistent", Result);
    SwDeviceClose(Adapter->Device);
    if (Adapter->Mark) CloseHandle(Adapter->Mark);
    Adapter->Device = NULL;
    Adapter->Mark = NULL;
    return ERROR_SUCCESS;
}

DWORD AdapterCreate(ADAPTER *Adapter, const WARREN_ADAPTER_OPTIONS *Options, ULONGLONG Deadline) {
    CM_NOTIFY_FILTER Filter = {.cbSize = sizeof(Filter), .FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE};
    HCMNOTIFICATION Notification = NULL;
    HANDLE Changed;
    GUID Guid;
    DWORD Error = GuidChoose(Options, &Guid);

    if (Error) return Error;
    Changed = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (!Changed) return LogError(WARREN_STAGE_CREATE, GetLastError(), L"CreateAdapter: cannot create an event");
    /* Only to look sooner than at the next interval, so it may fail. */
    Filter.u.DeviceInterface.ClassGuid = GUID_DEVINTERFACE_NET;
    if (CM_Register_Notification(&Filter, Changed, InterfaceChanged, &Notification) != CR_SUCCESS) Notification = NULL;
    Error = AdapterEnumerate(Adapter, Options, &Guid, Deadline);
    if (!Error) Error = AdapterStart(Adapter, Options, Changed, Deadline);
    if (!Error && (Options->Flags & WARREN_ADAPTER_PERSISTENT)) Error = AdapterKeep(Adapter);
    if (Error) AdapterRemove(Adapter);
    if (Notification) CM_Unregister_Notification(Notification);
    CloseHandle(Changed);
    return Error;
}

void AdapterRemove(ADAPTER *Adapter) {
    DWORD Error = GetLastError();

    if (!Adapter->Device) return;
    SwDeviceClose(Adapter->Device);
    if (Adapter->InstanceId[0]) DevnodeForget(Adapter->InstanceId, DeadlineIn(DEVNODE_REMOVE_TIMEOUT));
    if (Adapter->Mark) CloseHandle(Adapter->Mark);
    Adapter->Device = NULL;
    Adapter->Mark = NULL;
    SetLastError(Error);
}

DWORD AdapterDelete(LPCWSTR InstanceId, ULONGLONG Deadline) {
    WCHAR Description[NAME_MAX_LENGTH + 16], Found[DEVNODE_ID_ROOM] = {0};
    LPCWSTR Instance = InstanceId;
    HSWDEVICE Device;
    HRESULT Result;
    DEVINST Node;
    DWORD Error;

    for (LPCWSTR At = InstanceId; *At; ++At)
        if (*At == '\\') Instance = At + 1;
    /* With another description Windows would take the device away and bring it back first. */
    if (CM_Locate_DevNodeW(&Node, (DEVINSTID_W)InstanceId, CM_LOCATE_DEVNODE_NORMAL) != CR_SUCCESS ||
        !DevnodeGetText(Node, &DevnodeDescriptionKey, Description, COUNT_OF(Description)))
        Description[0] = 0;
    Error = DeviceCreate(Instance, Description, NULL, 0, Deadline, &Device, Found);
    if (Error) return Error;
    Result = SwDeviceSetLifetime(Device, SWDeviceLifetimeHandle);
    SwDeviceClose(Device);
    if (FAILED(Result)) return DeviceFailed(L"cannot be made to end", Result);
    DevnodeForget(Found, Deadline);
    return ERROR_SUCCESS;
}

/* ---- finding one ------------------------------------------------------------------------------------------------ */

/* Nodes come and go while this looks at them: what cannot be read is none. */
static bool AdapterIs(ADAPTER *Adapter, LPCWSTR InstanceId, LPCWSTR Name) {
    WCHAR Found[NAME_MAX_LENGTH + 1];
    ULONG Status, Problem;
    DEVINST Node;

    if (CM_Locate_DevNodeW(&Node, (DEVINSTID_W)InstanceId, CM_LOCATE_DEVNODE_NORMAL) != CR_SUCCESS ||
        !DevnodeGetText(Node, &DevnodeNameKey, Found, COUNT_OF(Found)) || !TextEqualNoCase(Found, Name) ||
        CM_Get_DevNode_Status(&Status, &Problem, Node, 0) != CR_SUCCESS || !(Status & DN_STARTED) ||
        (Status & DN_HAS_PROBLEM) || !DevnodeGetInterface(Node, &Adapter->Interface, &Adapter->Luid) ||
        !TextCopy(Adapter->InstanceId, COUNT_OF(Adapter->InstanceId), InstanceId))
        return false;
    AdapterSetDevicePath(Adapter);
    return true;
}

DWORD AdapterFind(ADAPTER *Adapter, LPCWSTR Name) {
    WCHAR *List;
    DWORD Error = DevnodeList(true, &List);

    if (Error) return Error;
    Error = ERROR_NOT_FOUND;
    for (LPCWSTR InstanceId = List; *InstanceId && Error; InstanceId += TextLength(InstanceId) + 1)
        if (AdapterIs(Adapter, InstanceId, Name)) Error = ERROR_SUCCESS;
    MemoryFree(List);
    return Error;
}
