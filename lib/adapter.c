/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Adapters: created as software devices, found by name, closed.
 *
 * An adapter is the device SWD\<brand>\{GUID}. It is present while the process that created it holds its HSWDEVICE.
 */
#include "lib/devnode.h"
#include "lib/library.h"

#include <bcrypt.h>
#include <swdevice.h>

#define MUTEX_TIMEOUT 60000     /* ms; longer than one creation by another process may take */
#define ENUMERATE_TIMEOUT 15000 /* ms from asking for a device to its enumeration */

/* All fields are set before the handle is shown, then only read. */
typedef struct _WINTUN_ADAPTER {
    OBJECT Object;
    HSWDEVICE Device; /* NULL for an adapter that somebody else created */
    NET_LUID Luid;
    WCHAR InstanceId[DEVNODE_ID_ROOM];
    WCHAR DevicePath[96];
} ADAPTER;

/* `Global` skips the links of the caller's own logon session, where another process of the same user could have put one
 * of this name. The driver makes the link in a system thread, so it is a global one. */
static bool AdapterSetDevicePath(ADAPTER *Adapter, const GUID *Interface) {
    WCHAR Text[GUID_TEXT];

    TextFromGuid(Interface, Text);
    return TextCopy(Adapter->DevicePath, COUNT_OF(Adapter->DevicePath), L"\\\\.\\Global\\" BRAND_DEVICE_PREFIX L"-") &&
           TextAppend(Adapter->DevicePath, COUNT_OF(Adapter->DevicePath), Text);
}

bool AdapterGetDevicePath(WINTUN_ADAPTER_HANDLE Adapter, LPCWSTR *Path) {
    if (!ObjectIs(Adapter, OBJECT_ADAPTER)) return false;
    *Path = Adapter->DevicePath;
    return true;
}

VOID WINAPI WintunGetAdapterLUID(WINTUN_ADAPTER_HANDLE Adapter, NET_LUID *Luid) {
    if (ObjectIs(Adapter, OBJECT_ADAPTER)) {
        *Luid = Adapter->Luid;
        return;
    }
    Luid->Value = 0;
    LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_HANDLE, L"GetAdapterLUID: the adapter handle is not open");
}

static bool NameIsValid(LPCWSTR Stage, LPCWSTR What, LPCWSTR Name) {
    if (!Name || !*Name) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_PARAMETER, L"%s: the %s is empty", Stage, What);
        return false;
    }
    if (TextLength(Name) > NAME_MAX_LENGTH) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_FILENAME_EXCED_RANGE, L"%s: the %s is longer than %u characters", Stage,
                 What, (DWORD)NAME_MAX_LENGTH);
        return false;
    }
    return true;
}

/* ---- one at a time ---------------------------------------------------------------------------------------------- */

HANDLE CreationLock(LPCWSTR Stage) {
    HANDLE Mutex = CreateMutexW(NULL, FALSE, BRAND_MUTEX);

    if (!Mutex) {
        LogError(WARREN_STAGE_LOCK, GetLastError(), L"%s: cannot open the mutex %s", Stage, BRAND_MUTEX);
        return NULL;
    }
    switch (WaitForSingleObject(Mutex, MUTEX_TIMEOUT)) {
    case WAIT_OBJECT_0:
    case WAIT_ABANDONED: /* its owner died; what it left half done is an absent device, which creation cleans up */
        return Mutex;
    case WAIT_TIMEOUT:
        LogError(WARREN_STAGE_LOCK, ERROR_TIMEOUT, L"%s: another process does not let go of the mutex %s", Stage,
                 BRAND_MUTEX);
        break;
    default:
        LogError(WARREN_STAGE_LOCK, GetLastError(), L"%s: cannot wait for the mutex %s", Stage, BRAND_MUTEX);
        break;
    }
    CloseHandle(Mutex);
    return NULL;
}

void CreationUnlock(HANDLE Mutex) {
    ReleaseMutex(Mutex);
    CloseHandle(Mutex);
}

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

static DWORD GuidChoose(LPCWSTR Name, LPCWSTR Type, const GUID *Requested, GUID *Guid) {
    NTSTATUS Status;

    if (Requested) {
        *Guid = *Requested;
        if (GuidIsTaken(Guid))
            return LogError(WARREN_STAGE_ARGUMENTS, ERROR_ALREADY_EXISTS,
                            L"CreateAdapter: an adapter with the requested GUID exists");
        return ERROR_SUCCESS;
    }
    Status = GuidDerive(Name, Type, Guid);
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

/* ---- creation --------------------------------------------------------------------------------------------------- */

typedef struct _ENUMERATION {
    HANDLE Done; /* everything below is written before it is set */
    HRESULT Result;
    WCHAR *InstanceId;
} ENUMERATION;

static VOID WINAPI AdapterEnumerated(HSWDEVICE Device, HRESULT Result, PVOID Context, PCWSTR InstanceId) {
    ENUMERATION *Enumeration = Context;

    (void)Device;
    Enumeration->Result = Result;
    if (SUCCEEDED(Result) && (!InstanceId || !TextCopy(Enumeration->InstanceId, DEVNODE_ID_ROOM, InstanceId)))
        Enumeration->Result = E_UNEXPECTED;
    SetEvent(Enumeration->Done);
}

static DWORD WINAPI InterfaceChanged(HCMNOTIFICATION Notification, PVOID Context, CM_NOTIFY_ACTION Action,
                                     PCM_NOTIFY_EVENT_DATA Data, DWORD Size) {
    (void)Notification, (void)Action, (void)Data, (void)Size;
    SetEvent(Context);
    return ERROR_SUCCESS;
}

static DWORD ErrorFromResult(HRESULT Result) {
    return HRESULT_FACILITY(Result) == FACILITY_WIN32 ? (DWORD)HRESULT_CODE(Result) : ERROR_GEN_FAILURE;
}

/* The device exists when this succeeds, but need not have started. On failure Adapter->Device may be set; then
 * SwDeviceClose makes sure that the callback does not run any more. */
static DWORD AdapterEnumerate(ADAPTER *Adapter, LPCWSTR Name, LPCWSTR Type, const GUID *Guid,
                              ENUMERATION *Enumeration) {
    static const DEVPROPKEY FriendlyName = {
        {0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}}, 14};
    WCHAR Instance[GUID_TEXT], Description[NAME_MAX_LENGTH + 16];
    SW_DEVICE_CREATE_INFO Info = {
        .cbSize = sizeof(Info),
        .pszInstanceId = Instance,
        .pszzHardwareIds = BRAND_HARDWARE_ID L"\0",
        .CapabilityFlags = SWDeviceCapabilitiesSilentInstall | SWDeviceCapabilitiesDriverRequired,
        .pszDeviceDescription = Description,
    };
    DEVPROPERTY Properties[] = {
        {.CompKey = {.Key = DevnodeNameKey, .Store = DEVPROP_STORE_SYSTEM},
         .Type = DEVPROP_TYPE_STRING,
         .BufferSize = (ULONG)((TextLength(Name) + 1) * sizeof(WCHAR)),
         .Buffer = (PVOID)Name},
        {.CompKey = {.Key = FriendlyName, .Store = DEVPROP_STORE_SYSTEM},
         .Type = DEVPROP_TYPE_STRING,
         .Buffer = Description},
    };
    HRESULT Result;

    TextFromGuid(Guid, Instance);
    TextCopy(Description, COUNT_OF(Description), Type);
    TextAppend(Description, COUNT_OF(Description), L" Tunnel");
    Properties[1].BufferSize = (ULONG)((TextLength(Description) + 1) * sizeof(WCHAR));
    Result = SwDeviceCreate(BRAND_ENUMERATOR, L"HTREE\\ROOT\\0", &Info, COUNT_OF(Properties), Properties,
                            AdapterEnumerated, Enumeration, &Adapter->Device);
    if (FAILED(Result)) {
        Adapter->Device = NULL;
        return ErrorAdd(LogError(WARREN_STAGE_CREATE, ErrorFromResult(Result),
                                 L"CreateAdapter: the device cannot be created: HRESULT %x", (DWORD)Result),
                        0, 0, (DWORD)Result);
    }
    if (WaitForSingleObject(Enumeration->Done, ENUMERATE_TIMEOUT) != WAIT_OBJECT_0)
        return LogError(WARREN_STAGE_CREATE, ERROR_TIMEOUT, L"CreateAdapter: the device was not enumerated in time");
    if (FAILED(Enumeration->Result))
        return ErrorAdd(LogError(WARREN_STAGE_CREATE, ErrorFromResult(Enumeration->Result),
                                 L"CreateAdapter: enumeration failed: HRESULT %x", (DWORD)Enumeration->Result),
                        0, 0, (DWORD)Enumeration->Result);
    return ERROR_SUCCESS;
}

/* Takes the device away; with the creation mutex, lest somebody else make it again between the two steps. */
static void AdapterRemove(ADAPTER *Adapter) {
    if (!Adapter->Device) return;
    SwDeviceClose(Adapter->Device);
    if (Adapter->InstanceId[0]) DevnodeForget(Adapter->InstanceId);
}

static DWORD AdapterCreate(ADAPTER *Adapter, LPCWSTR Name, LPCWSTR Type, const GUID *Guid) {
    CM_NOTIFY_FILTER Filter = {.cbSize = sizeof(Filter), .FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE};
    ENUMERATION Enumeration = {.InstanceId = Adapter->InstanceId};
    HCMNOTIFICATION Notification = NULL;
    GUID Interface;
    DWORD Error;

    Enumeration.Done = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (!Enumeration.Done)
        return LogError(WARREN_STAGE_CREATE, GetLastError(), L"CreateAdapter: cannot create an event");
    /* Only to look sooner than at the next interval, so it may fail. */
    Filter.u.DeviceInterface.ClassGuid = GUID_DEVINTERFACE_NET;
    if (CM_Register_Notification(&Filter, Enumeration.Done, InterfaceChanged, &Notification) != CR_SUCCESS)
        Notification = NULL;
    Error = AdapterEnumerate(Adapter, Name, Type, Guid, &Enumeration);
    if (!Error) Error = DevnodeWaitStarted(Adapter->InstanceId, Enumeration.Done, &Interface, &Adapter->Luid);
    if (!Error && !AdapterSetDevicePath(Adapter, &Interface))
        Error = LogError(WARREN_STAGE_INTERFACE, ERROR_FILENAME_EXCED_RANGE,
                         L"CreateAdapter: the device's path is too long");
    if (Error) AdapterRemove(Adapter);
    if (Notification) CM_Unregister_Notification(Notification);
    CloseHandle(Enumeration.Done);
    return Error;
}

WINTUN_ADAPTER_HANDLE WINAPI WintunCreateAdapter(LPCWSTR Name, LPCWSTR TunnelType, const GUID *RequestedGUID) {
    ADAPTER *Adapter;
    HANDLE Mutex;
    GUID Guid;
    DWORD Error;

    if (!NameIsValid(L"CreateAdapter", L"name", Name) || !NameIsValid(L"CreateAdapter", L"tunnel type", TunnelType))
        return NULL;
    Adapter = ObjectAllocate(OBJECT_ADAPTER, sizeof(*Adapter));
    if (!Adapter) {
        LogError(WARREN_STAGE_CREATE, ERROR_NOT_ENOUGH_MEMORY, L"CreateAdapter: no memory");
        return NULL;
    }
    Mutex = CreationLock(L"CreateAdapter");
    if (!Mutex) {
        Error = GetLastError();
        goto failed;
    }
    DevnodeForgetAbsent();
    Error = GuidChoose(Name, TunnelType, RequestedGUID, &Guid);
    if (!Error) Error = AdapterCreate(Adapter, Name, TunnelType, &Guid);
    CreationUnlock(Mutex);
    if (Error) goto failed;
    LogLine(WINTUN_LOG_INFO, L"CreateAdapter: adapter %s is ready", Name);
    ObjectShow(&Adapter->Object, OBJECT_ADAPTER);
    return Adapter;

failed:
    ObjectFree(&Adapter->Object, OBJECT_ADAPTER);
    SetLastError(Error);
    return NULL;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

/* Nodes come and go while this looks at them: what cannot be read is none. */
static bool AdapterOpen(ADAPTER *Adapter, LPCWSTR InstanceId, LPCWSTR Name) {
    WCHAR Found[NAME_MAX_LENGTH + 1];
    ULONG Status, Problem;
    DEVINST Node;
    GUID Interface;

    return CM_Locate_DevNodeW(&Node, (DEVINSTID_W)InstanceId, CM_LOCATE_DEVNODE_NORMAL) == CR_SUCCESS &&
           DevnodeGetText(Node, &DevnodeNameKey, Found, COUNT_OF(Found)) && TextEqualNoCase(Found, Name) &&
           CM_Get_DevNode_Status(&Status, &Problem, Node, 0) == CR_SUCCESS && (Status & DN_STARTED) &&
           !(Status & DN_HAS_PROBLEM) && DevnodeGetInterface(Node, &Interface, &Adapter->Luid) &&
           AdapterSetDevicePath(Adapter, &Interface) &&
           TextCopy(Adapter->InstanceId, COUNT_OF(Adapter->InstanceId), InstanceId);
}

WINTUN_ADAPTER_HANDLE WINAPI WintunOpenAdapter(LPCWSTR Name) {
    ADAPTER *Adapter;
    WCHAR *List;
    DWORD Error;

    if (!NameIsValid(L"OpenAdapter", L"name", Name)) return NULL;
    Adapter = ObjectAllocate(OBJECT_ADAPTER, sizeof(*Adapter));
    if (!Adapter) {
        LogError(WARREN_STAGE_OPEN, ERROR_NOT_ENOUGH_MEMORY, L"OpenAdapter: no memory");
        return NULL;
    }
    Error = DevnodeList(true, &List);
    if (Error) {
        LogError(WARREN_STAGE_OPEN, Error, L"OpenAdapter: cannot list the devices");
        goto failed;
    }
    Error = ERROR_NOT_FOUND;
    for (LPCWSTR InstanceId = List; *InstanceId && Error; InstanceId += TextLength(InstanceId) + 1)
        if (AdapterOpen(Adapter, InstanceId, Name)) Error = ERROR_SUCCESS;
    MemoryFree(List);
    if (!Error) {
        ObjectShow(&Adapter->Object, OBJECT_ADAPTER);
        return Adapter;
    }
    LogError(WARREN_STAGE_OPEN, Error, L"OpenAdapter: there is no running adapter %s", Name);
failed:
    ObjectFree(&Adapter->Object, OBJECT_ADAPTER);
    SetLastError(Error);
    return NULL;
}

/* ---- closing ---------------------------------------------------------------------------------------------------- */

VOID WINAPI WintunCloseAdapter(WINTUN_ADAPTER_HANDLE Adapter) {
    HANDLE Mutex;

    if (!Adapter) return;
    if (!ObjectClaim(Adapter, OBJECT_ADAPTER)) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_HANDLE, L"CloseAdapter: the adapter handle is not open");
        return;
    }
    if (Adapter->Device) {
        Mutex = CreationLock(L"CloseAdapter");
        /* Without the mutex the device still has to go; the next creation makes Windows forget it. */
        if (!Mutex) Adapter->InstanceId[0] = 0;
        AdapterRemove(Adapter);
        if (Mutex) CreationUnlock(Mutex);
    }
    ObjectFree(&Adapter->Object, OBJECT_ADAPTER);
}
