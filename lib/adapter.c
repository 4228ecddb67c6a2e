/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Adapters as programs see them: created, opened by name, closed; persistent ones deleted; renamed.
 */
#include "lib/adapter.h"
#include "lib/package.h"

#include <sddl.h>

#include "core/abi.h"

bool AdapterGetDevicePath(WINTUN_ADAPTER_HANDLE Adapter, LPCWSTR *Path, GUID *Interface) {
    if (!ObjectIs(Adapter, OBJECT_ADAPTER)) return false;
    *Path = Adapter->DevicePath;
    *Interface = Adapter->Interface;
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

static bool NameIsValid(LPCWSTR Function, LPCWSTR What, LPCWSTR Name) {
    if (!Name || !*Name) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_PARAMETER, L"%s: the %s is empty", Function, What);
        return false;
    }
    if (TextLength(Name) > NAME_MAX_LENGTH) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_FILENAME_EXCED_RANGE, L"%s: the %s is longer than %u characters",
                 Function, What, (DWORD)NAME_MAX_LENGTH);
        return false;
    }
    return true;
}

/* ---- creation --------------------------------------------------------------------------------------------------- */

#define MTU_MIN 1280 /* IPv6's (RFC 8200, section 5) */
#define MTU_MAX 65535

static bool OptionsAreValid(const WARREN_ADAPTER_OPTIONS *Options) {
    if (!NameIsValid(L"CreateAdapter", L"name", Options->Name) ||
        !NameIsValid(L"CreateAdapter", L"tunnel type", Options->TunnelType) ||
        (Options->Description && !NameIsValid(L"CreateAdapter", L"description", Options->Description)))
        return false;
    if (Options->Flags & ~WARREN_ADAPTER_PERSISTENT) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_PARAMETER, L"CreateAdapter: flags %x are not known",
                 Options->Flags);
        return false;
    }
    if (Options->Mtu && (Options->Mtu < MTU_MIN || Options->Mtu > MTU_MAX)) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_PARAMETER, L"CreateAdapter: the MTU %u is not from %u to %u",
                 Options->Mtu, (DWORD)MTU_MIN, (DWORD)MTU_MAX);
        return false;
    }
    return true;
}

/* What the driver would stumble over when the device starts is refused before there is one. */
static DWORD SddlCheck(LPCWSTR Sddl) {
    PSECURITY_DESCRIPTOR Descriptor;

    if (TextLength(Sddl) > ABI_SDDL_CHARS - 1)
        return LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_SECURITY_DESCR,
                        L"CreateAdapter: the security descriptor is longer than %u characters",
                        (DWORD)(ABI_SDDL_CHARS - 1));
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(Sddl, SDDL_REVISION_1, &Descriptor, NULL))
        return LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_SECURITY_DESCR,
                        L"CreateAdapter: %s is no security descriptor: Windows error %u", Sddl, GetLastError());
    LocalFree(Descriptor);
    return ERROR_SUCCESS;
}

/* With the creation lock. Whether there is a persistent adapter of the name already, which Adapter then is. */
static bool AdapterExists(ADAPTER *Adapter, const WARREN_ADAPTER_OPTIONS *Options) {
    return (Options->Flags & WARREN_ADAPTER_PERSISTENT) && AdapterFind(Adapter, Options->Name) == ERROR_SUCCESS &&
           (DevnodeFlags(Adapter->InstanceId) & WARREN_ADAPTER_PERSISTENT);
}

static DWORD Create(ADAPTER *Adapter, const WARREN_ADAPTER_OPTIONS *Options) {
    ULONGLONG Deadline = DeadlineIn(Options->TimeoutMs ? Options->TimeoutMs : DEFAULT_TIMEOUT);
    DWORD Error = Options->Sddl ? SddlCheck(Options->Sddl) : ERROR_SUCCESS;
    HANDLE Mutex;

    if (Error) return Error;
    Mutex = CreationLock(L"CreateAdapter", Deadline);
    if (!Mutex) return GetLastError();
    DevnodeCleanUp(Deadline);
    if (AdapterExists(Adapter, Options)) {
        LogLine(WINTUN_LOG_INFO, L"CreateAdapter: the persistent adapter %s is there already", Options->Name);
    } else if (!(Error = DriverEnsure())) {
        Error = AdapterCreate(Adapter, Options, Deadline);
        if (!Error) LogLine(WINTUN_LOG_INFO, L"CreateAdapter: adapter %s is ready", Options->Name);
    }
    CreationUnlock(Mutex);
    return Error;
}

WINTUN_ADAPTER_HANDLE WINAPI WarrenCreateAdapter(const WARREN_ADAPTER_OPTIONS *Given) {
    WARREN_ADAPTER_OPTIONS Options = {.Size = sizeof(Options)};
    ADAPTER *Adapter;
    DWORD Error;

    if (!StructureIsValid(Given)) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_PARAMETER, L"CreateAdapter: the options have no valid size");
        return NULL;
    }
    StructureAnswer(&Options, Given, Given->Size); /* what an older program does not know is 0 */
    if (!OptionsAreValid(&Options)) return NULL;
    Adapter = ObjectAllocate(OBJECT_ADAPTER, sizeof(*Adapter));
    if (!Adapter) {
        LogError(WARREN_STAGE_CREATE, ERROR_NOT_ENOUGH_MEMORY, L"CreateAdapter: no memory");
        return NULL;
    }
    Error = Create(Adapter, &Options);
    if (!Error) {
        ObjectShow(&Adapter->Object, OBJECT_ADAPTER);
        return Adapter;
    }
    ObjectFree(&Adapter->Object, OBJECT_ADAPTER);
    SetLastError(Error);
    return NULL;
}

WINTUN_ADAPTER_HANDLE WINAPI WintunCreateAdapter(LPCWSTR Name, LPCWSTR TunnelType, const GUID *RequestedGUID) {
    WARREN_ADAPTER_OPTIONS Options = {
        .Size = sizeof(Options), .Name = Name, .TunnelType = TunnelType, .Guid = RequestedGUID};

    return WarrenCreateAdapter(&Options);
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

WINTUN_ADAPTER_HANDLE WINAPI WintunOpenAdapter(LPCWSTR Name) {
    ADAPTER *Adapter;
    DWORD Error;

    if (!NameIsValid(L"OpenAdapter", L"name", Name)) return NULL;
    Adapter = ObjectAllocate(OBJECT_ADAPTER, sizeof(*Adapter));
    if (!Adapter) {
        LogError(WARREN_STAGE_OPEN, ERROR_NOT_ENOUGH_MEMORY, L"OpenAdapter: no memory");
        return NULL;
    }
    Error = AdapterFind(Adapter, Name);
    if (!Error) {
        ObjectShow(&Adapter->Object, OBJECT_ADAPTER);
        return Adapter;
    }
    if (Error == ERROR_NOT_FOUND)
        LogError(WARREN_STAGE_OPEN, Error, L"OpenAdapter: there is no running adapter %s", Name);
    else
        LogError(WARREN_STAGE_OPEN, Error, L"OpenAdapter: cannot list the devices");
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
        Mutex = CreationLock(L"CloseAdapter", DeadlineIn(DEFAULT_TIMEOUT));
        /* Without the mutex the device still has to go; the next creation makes Windows forget it. */
        if (!Mutex) Adapter->InstanceId[0] = 0;
        AdapterRemove(Adapter);
        if (Mutex) CreationUnlock(Mutex);
    }
    ObjectFree(&Adapter->Object, OBJECT_ADAPTER);
}

/* ---- by name, open or not --------------------------------------------------------------------------------------- */

/* With the creation lock. The instance id of the brand's adapter of that name, preferably one that is present. */
static DWORD FindNamed(LPCWSTR Name, WCHAR InstanceId[DEVNODE_ID_ROOM]) {
    bool Present = false;
    WCHAR *List;
    DWORD Error = DevnodeList(false, &List);

    if (Error) return Error;
    InstanceId[0] = 0;
    for (LPCWSTR Id = List; *Id && !Present; Id += TextLength(Id) + 1) {
        if (!DevnodeHasName(Id, Name)) continue;
        Present = DevnodeIsPresent(Id);
        TextCopy(InstanceId, DEVNODE_ID_ROOM, Id);
    }
    MemoryFree(List);
    return InstanceId[0] ? ERROR_SUCCESS : ERROR_NOT_FOUND;
}

static DWORD NotFound(WARREN_STAGE Stage, LPCWSTR Function, DWORD Error, LPCWSTR Name) {
    if (Error == ERROR_NOT_FOUND) return LogError(Stage, Error, L"%s: there is no adapter %s", Function, Name);
    return LogError(Stage, Error, L"%s: cannot list the devices", Function);
}

static DWORD Delete(LPCWSTR Name) {
    ULONGLONG Deadline = DeadlineIn(DEFAULT_TIMEOUT);
    WCHAR InstanceId[DEVNODE_ID_ROOM];
    DWORD Error = FindNamed(Name, InstanceId);

    if (Error) return NotFound(WARREN_STAGE_REMOVE, L"DeleteAdapter", Error, Name);
    if (!DevnodeIsPresent(InstanceId)) {
        if (DevnodeUninstall(InstanceId)) return ERROR_SUCCESS;
        return LogError(WARREN_STAGE_REMOVE, GetLastError(), L"DeleteAdapter: the leftover %s stays", InstanceId);
    }
    if (!(DevnodeFlags(InstanceId) & WARREN_ADAPTER_PERSISTENT))
        return LogError(WARREN_STAGE_REMOVE, ERROR_DEVICE_IN_USE,
                        L"DeleteAdapter: %s belongs to a process and ends with it", Name);
    return AdapterDelete(InstanceId, Deadline);
}

BOOL WINAPI WarrenDeleteAdapter(LPCWSTR Name) {
    HANDLE Mutex;
    DWORD Error;

    if (!NameIsValid(L"DeleteAdapter", L"name", Name)) return FALSE;
    Mutex = CreationLock(L"DeleteAdapter", DeadlineIn(DEFAULT_TIMEOUT));
    if (!Mutex) return FALSE;
    Error = Delete(Name);
    CreationUnlock(Mutex);
    if (!Error) return TRUE;
    SetLastError(Error);
    return FALSE;
}

static DWORD Rename(LPCWSTR Name, LPCWSTR NewName) {
    WCHAR InstanceId[DEVNODE_ID_ROOM], Other[DEVNODE_ID_ROOM];
    CONFIGRET Result;
    NET_LUID Luid;
    DEVINST Node;
    GUID Guid;
    DWORD Error = FindNamed(Name, InstanceId);

    if (Error || !DevnodeIsPresent(InstanceId))
        return NotFound(WARREN_STAGE_CONFIGURE, L"RenameAdapter", Error ? Error : ERROR_NOT_FOUND, Name);
    /* It may be the same one, which gets other capitals. */
    if (!FindNamed(NewName, Other) && !TextEqualNoCase(Other, InstanceId) && DevnodeIsPresent(Other))
        return LogError(WARREN_STAGE_CONFIGURE, ERROR_ALREADY_EXISTS, L"RenameAdapter: there is an adapter %s",
                        NewName);
    Result = CM_Locate_DevNodeW(&Node, InstanceId, CM_LOCATE_DEVNODE_NORMAL);
    if (Result == CR_SUCCESS)
        Result = CM_Set_DevNode_PropertyW(Node, &DevnodeNameKey, DEVPROP_TYPE_STRING, (PBYTE)NewName,
                                          (ULONG)((TextLength(NewName) + 1) * sizeof(WCHAR)), 0);
    if (Result != CR_SUCCESS) {
        Error = CM_MapCrToWin32Err(Result, ERROR_GEN_FAILURE);
        return ErrorAdd(LogError(WARREN_STAGE_CONFIGURE, Error, L"RenameAdapter: cannot rename %s", Name),
                        (DWORD)Result, 0, 0);
    }
    if (DevnodeGetInterface(Node, &Guid, &Luid)) InterfaceSetName(&Guid, NewName);
    return ERROR_SUCCESS;
}

BOOL WINAPI WarrenRenameAdapter(LPCWSTR Name, LPCWSTR NewName) {
    HANDLE Mutex;
    DWORD Error;

    if (!NameIsValid(L"RenameAdapter", L"name", Name) || !NameIsValid(L"RenameAdapter", L"new name", NewName))
        return FALSE;
    Mutex = CreationLock(L"RenameAdapter", DeadlineIn(DEFAULT_TIMEOUT));
    if (!Mutex) return FALSE;
    Error = Rename(Name, NewName);
    CreationUnlock(Mutex);
    if (!Error) return TRUE;
    SetLastError(Error);
    return FALSE;
}
