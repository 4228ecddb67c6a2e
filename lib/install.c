/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The driver as a whole: which version runs, and its removal.
 */
#include "lib/devnode.h"
#include "lib/library.h"

/* DEVPKEY_Device_DriverVersion: "major.minor.revision.build" of the package that the device was installed from. */
static const DEVPROPKEY DriverVersionKey = {
    {0xa8b865dd, 0x2e3d, 0x4094, {0xad, 0x97, 0xe5, 0x93, 0xa7, 0x0c, 0x75, 0xd6}}, 3};

BOOL WINAPI WintunDeleteDriver(VOID) {
    LogError(WARREN_STAGE_DRIVER, ERROR_CALL_NOT_IMPLEMENTED,
             L"DeleteDriver: this version neither installs nor removes driver packages");
    return FALSE;
}

static bool ParsePart(LPCWSTR *Text, DWORD *Value) {
    LPCWSTR Start = *Text;

    for (*Value = 0; **Text >= '0' && **Text <= '9' && *Value <= 0xffff; ++*Text)
        *Value = *Value * 10 + (DWORD)(**Text - '0');
    return *Text != Start && *Value <= 0xffff;
}

/* Assumed: a running driver is of the version that its devices were installed from. It is not right between an update
 * of the package and the restart of the devices. */
static bool DriverVersionOf(LPCWSTR InstanceId, DWORD *Version) {
    ULONG Status, Problem;
    WCHAR Text[32];
    LPCWSTR At = Text;
    DWORD Major, Minor;
    DEVINST Node;

    if (CM_Locate_DevNodeW(&Node, (DEVINSTID_W)InstanceId, CM_LOCATE_DEVNODE_NORMAL) != CR_SUCCESS ||
        CM_Get_DevNode_Status(&Status, &Problem, Node, 0) != CR_SUCCESS || !(Status & DN_DRIVER_LOADED) ||
        !DevnodeGetText(Node, &DriverVersionKey, Text, COUNT_OF(Text)) || !ParsePart(&At, &Major) || *At++ != '.' ||
        !ParsePart(&At, &Minor))
        return false;
    *Version = Major << 16 | Minor;
    return true;
}

DWORD WINAPI WintunGetRunningDriverVersion(VOID) {
    DWORD Version = 0;
    WCHAR *List;
    DWORD Error = DevnodeList(true, &List);

    if (Error) {
        LogError(WARREN_STAGE_OPEN, Error, L"GetRunningDriverVersion: cannot list the devices");
        return 0;
    }
    for (LPCWSTR InstanceId = List; *InstanceId && !Version; InstanceId += TextLength(InstanceId) + 1)
        DriverVersionOf(InstanceId, &Version);
    MemoryFree(List);
    if (!Version)
        LogError(WARREN_STAGE_OPEN, ERROR_FILE_NOT_FOUND, L"GetRunningDriverVersion: the driver is not running");
    return Version;
}
