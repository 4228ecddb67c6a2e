/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Device nodes: finding, waiting for and forgetting them.
 *
 * Nothing in here was ever run against Windows' own Plug and Play manager. Where its documentation leaves a choice
 * open, a comment says what was assumed.
 */
#include "lib/devnode.h"

#include <newdev.h>
#include <setupapi.h>

#define INSTALL_TIMEOUT 3000 /* ms that a node may look unconfigured while Windows is still choosing its driver */
#define POLL_INTERVAL 50     /* ms; there is no notification of a node's problem code */
#define FORGET_AT_ONCE 16    /* leftovers removed per creation, so that it stays bounded */

const DEVPROPKEY DevnodeNameKey = {BRAND_PROPERTY_GUID, BRAND_PROPERTY_NAME};
const DEVPROPKEY DevnodeSddlKey = {BRAND_PROPERTY_GUID, BRAND_PROPERTY_SDDL};
const DEVPROPKEY DevnodeFlagsKey = {BRAND_PROPERTY_GUID, BRAND_PROPERTY_FLAGS};

/* Documented keys; defined here because the SDK's header defines none unless asked to, and then all. */
const DEVPROPKEY DevnodeDescriptionKey = {
    {0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}}, 2};
static const DEVPROPKEY ProblemStatusKey = {
    {0x4340a6c5, 0x93fa, 0x4706, {0x97, 0x2c, 0x7b, 0x64, 0x80, 0x08, 0xa5, 0xa7}}, 12};

DWORD DevnodeList(bool PresentOnly, WCHAR **List) {
    ULONG Flags = CM_GETIDLIST_FILTER_ENUMERATOR | (PresentOnly ? CM_GETIDLIST_FILTER_PRESENT : 0);
    CONFIGRET Result = CR_BUFFER_SMALL;

    /* Nodes may come between the two calls. */
    for (unsigned Try = 0; Try < 8 && Result == CR_BUFFER_SMALL; ++Try) {
        ULONG Length = 0;

        Result = CM_Get_Device_ID_List_SizeW(&Length, L"SWD\\" BRAND_ENUMERATOR, Flags);
        if (Result != CR_SUCCESS) Length = 0;
        Length += 2;
        *List = MemoryAllocate(Length * sizeof(WCHAR));
        if (!*List) return ERROR_NOT_ENOUGH_MEMORY;
        (*List)[0] = (*List)[1] = 0;
        if (Result == CR_SUCCESS) Result = CM_Get_Device_ID_ListW(L"SWD\\" BRAND_ENUMERATOR, *List, Length, Flags);
        /* Assumed: these two say that the enumerator has never had a device. */
        if (Result == CR_SUCCESS || Result == CR_NO_SUCH_VALUE || Result == CR_NO_SUCH_DEVNODE) return ERROR_SUCCESS;
        MemoryFree(*List);
    }
    *List = NULL;
    return CM_MapCrToWin32Err(Result, ERROR_GEN_FAILURE);
}

bool DevnodeAnyPresent(void) {
    WCHAR *List;
    bool Any;

    if (DevnodeList(true, &List) != ERROR_SUCCESS) return true;
    Any = *List != 0;
    MemoryFree(List);
    return Any;
}

bool DevnodeIsPresent(LPCWSTR InstanceId) {
    DEVINST Node;

    return CM_Locate_DevNodeW(&Node, (DEVINSTID_W)InstanceId, CM_LOCATE_DEVNODE_NORMAL) == CR_SUCCESS;
}

bool DevnodeGetText(DEVINST Node, const DEVPROPKEY *Key, WCHAR *Text, size_t Room) {
    DEVPROPTYPE Type = DEVPROP_TYPE_EMPTY;
    ULONG Size = (ULONG)(Room * sizeof(WCHAR));

    return CM_Get_DevNode_PropertyW(Node, Key, &Type, (PBYTE)Text, &Size, 0) == CR_SUCCESS &&
           Type == DEVPROP_TYPE_STRING && Size >= sizeof(WCHAR) && !Text[Size / sizeof(WCHAR) - 1];
}

bool DevnodeHasName(LPCWSTR InstanceId, LPCWSTR Name) {
    WCHAR Found[NAME_MAX_LENGTH + 1];
    DEVINST Node;

    return CM_Locate_DevNodeW(&Node, (DEVINSTID_W)InstanceId, CM_LOCATE_DEVNODE_PHANTOM) == CR_SUCCESS &&
           DevnodeGetText(Node, &DevnodeNameKey, Found, COUNT_OF(Found)) && TextEqualNoCase(Found, Name);
}

DWORD DevnodeFlags(LPCWSTR InstanceId) {
    DEVPROPTYPE Type = DEVPROP_TYPE_EMPTY;
    DWORD Flags = 0;
    ULONG Size = sizeof(Flags);
    DEVINST Node;

    if (CM_Locate_DevNodeW(&Node, (DEVINSTID_W)InstanceId, CM_LOCATE_DEVNODE_NORMAL) != CR_SUCCESS ||
        CM_Get_DevNode_PropertyW(Node, &DevnodeFlagsKey, &Type, (PBYTE)&Flags, &Size, 0) != CR_SUCCESS ||
        Type != DEVPROP_TYPE_UINT32)
        return 0;
    return Flags;
}

bool DevnodeGetInterface(DEVINST Node, GUID *Guid, NET_LUID *Luid) {
    WCHAR Text[GUID_TEXT];
    DWORD Type = 0, Size = sizeof(Text);
    HKEY Key;
    LSTATUS Error;

    if (CM_Open_DevNode_Key(Node, KEY_QUERY_VALUE, 0, RegDisposition_OpenExisting, &Key, CM_REGISTRY_SOFTWARE) !=
        CR_SUCCESS)
        return false;
    Error = RegQueryValueExW(Key, L"NetCfgInstanceId", NULL, &Type, (LPBYTE)Text, &Size);
    RegCloseKey(Key);
    return Error == ERROR_SUCCESS && Type == REG_SZ && Size == sizeof(Text) && !Text[GUID_TEXT - 1] &&
           TextToGuid(Text, Guid) && ConvertInterfaceGuidToLuid(Guid, Luid) == NO_ERROR;
}

/* ---- waiting for the start -------------------------------------------------------------------------------------- */

NTSTATUS DevnodeProblemStatus(DEVINST Node) {
    DEVPROPTYPE Type;
    NTSTATUS Status = 0;
    ULONG Size = sizeof(Status);

    return CM_Get_DevNode_PropertyW(Node, &ProblemStatusKey, &Type, (PBYTE)&Status, &Size, 0) == CR_SUCCESS ? Status
                                                                                                            : 0;
}

static DWORD StartFailed(DEVINST Node, ULONG Problem) {
    NTSTATUS Status = DevnodeProblemStatus(Node);

    if (Problem == CM_PROB_FAILED_INSTALL || Problem == CM_PROB_NOT_CONFIGURED)
        return ErrorAdd(
            LogError(WARREN_STAGE_DRIVER, ERROR_SERVICE_DOES_NOT_EXIST,
                     L"CreateAdapter: no driver is installed for the device: configuration manager problem %u",
                     (DWORD)Problem),
            0, (DWORD)Problem, 0);
    return ErrorAdd(LogError(WARREN_STAGE_START, ERROR_DEVICE_NOT_AVAILABLE,
                             L"CreateAdapter: the device did not start: configuration manager problem %u, NTSTATUS %x",
                             (DWORD)Problem, (DWORD)Status),
                    0, (DWORD)Problem, (DWORD)Status);
}

/* While Windows looks for a driver the node may bear one of these, and some time later lose it. */
static bool ProblemMayPass(ULONG Problem) { return Problem == CM_PROB_NOT_CONFIGURED || Problem == CM_PROB_REINSTALL; }

DWORD DevnodeWaitStarted(LPCWSTR InstanceId, HANDLE Changed, ULONGLONG Deadline, GUID *Guid, NET_LUID *Luid) {
    ULONGLONG Start = GetTickCount64(), Elapsed = 0;

    for (;;) {
        DEVINST Node;
        ULONG Status = 0, Problem = 0;
        CONFIGRET Result = CM_Locate_DevNodeW(&Node, (DEVINSTID_W)InstanceId, CM_LOCATE_DEVNODE_NORMAL);

        if (Result == CR_SUCCESS) Result = CM_Get_DevNode_Status(&Status, &Problem, Node, 0);
        if (Result != CR_SUCCESS)
            return ErrorAdd(LogError(WARREN_STAGE_START, CM_MapCrToWin32Err(Result, ERROR_GEN_FAILURE),
                                     L"CreateAdapter: the new device %s has vanished", InstanceId),
                            (DWORD)Result, 0, 0);
        if ((Status & DN_HAS_PROBLEM) && (!ProblemMayPass(Problem) || Elapsed >= INSTALL_TIMEOUT))
            return StartFailed(Node, Problem);
        if (!(Status & DN_HAS_PROBLEM) && (Status & DN_STARTED) && DevnodeGetInterface(Node, Guid, Luid))
            return ERROR_SUCCESS;
        if (!TimeLeft(Deadline))
            return LogError(WARREN_STAGE_START, ERROR_TIMEOUT,
                            L"CreateAdapter: the device did not start in time: node status %x", (DWORD)Status);
        WaitForSingleObject(Changed, POLL_INTERVAL);
        Elapsed = GetTickCount64() - Start;
    }
}

/* ---- removal ---------------------------------------------------------------------------------------------------- */

/* Windows keeps what it knew of a software device that is gone, and would show it among hidden devices forever. */
bool DevnodeUninstall(LPCWSTR InstanceId) {
    SP_DEVINFO_DATA Data = {.cbSize = sizeof(Data)};
    HDEVINFO Set = SetupDiCreateDeviceInfoList(NULL, NULL);
    BOOL NeedReboot = FALSE;
    bool Done = Set != INVALID_HANDLE_VALUE && SetupDiOpenDeviceInfoW(Set, InstanceId, NULL, 0, &Data) &&
                DiUninstallDevice(NULL, Set, &Data, 0, &NeedReboot);

    DWORD Error = GetLastError();

    if (!Done)
        LogLine(WINTUN_LOG_WARN, L"The removed device %s stays known to Windows (Windows error %u)", InstanceId, Error);
    if (Set != INVALID_HANDLE_VALUE) SetupDiDestroyDeviceInfoList(Set);
    SetLastError(Error);
    return Done;
}

/* Assumed: a node that can no longer be located is one that can be uninstalled, although its driver may not have been
 * taken down wholly while somebody has a handle to it. */
void DevnodeForget(LPCWSTR InstanceId, ULONGLONG Deadline) {
    while (DevnodeIsPresent(InstanceId)) {
        if (!TimeLeft(Deadline)) {
            LogLine(WINTUN_LOG_WARN, L"The device %s is still present after its handle was closed", InstanceId);
            return;
        }
        Sleep(1);
    }
    DevnodeUninstall(InstanceId);
}

/* A present node that is not persistent and has no owner is on its way out: Windows takes it away a while after the end of
 * the process. */
static bool IsLeftOver(LPCWSTR InstanceId) {
    return !DevnodeIsPresent(InstanceId) ||
           (!(DevnodeFlags(InstanceId) & WARREN_ADAPTER_PERSISTENT) && !OwnerLives(InstanceId));
}

void DevnodeCleanUp(ULONGLONG Deadline) {
    ULONGLONG Enough = DeadlineIn(DEVNODE_REMOVE_TIMEOUT);
    unsigned Count = 0;
    WCHAR *List;

    if (DevnodeList(false, &List) != ERROR_SUCCESS || !List) return;
    for (LPCWSTR InstanceId = List; *InstanceId; InstanceId += TextLength(InstanceId) + 1)
        if (IsLeftOver(InstanceId) && Count++ < FORGET_AT_ONCE)
            DevnodeForget(InstanceId, Enough < Deadline ? Enough : Deadline);
    MemoryFree(List);
}
