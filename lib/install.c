/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The driver as a whole: its installation, when the library brings a newer package than there is; its removal; which
 * version runs.
 */
#include "lib/devnode.h"
#include "lib/package.h"

/* DEVPKEY_Device_DriverVersion: "major.minor.revision.build" of the package that the device was installed from. */
static const DEVPROPKEY DriverVersionKey = {
    {0xa8b865dd, 0x2e3d, 0x4094, {0xad, 0x97, 0xe5, 0x93, 0xa7, 0x0c, 0x75, 0xd6}}, 3};

/* ---- installation ------------------------------------------------------------------------------------------------- */

/* Packages that a newer one replaces go when nobody uses them. */
static void RemoveOld(const PACKAGE *Packages, DWORD Count) {
    for (DWORD Index = 1; Index < Count; ++Index) {
        DWORD Error = Packages[Index].Inf[0] ? PackageRemove(&Packages[Index]) : ERROR_DEVICE_IN_USE;

        if (Error && Error != ERROR_DEVICE_IN_USE)
            LogLine(WINTUN_LOG_WARN, L"The old driver package %s stays (Windows error %u)", Packages[Index].Inf, Error);
    }
}

/* An emulated program's library is for another machine than the driver has to be. */
static bool MachineFits(void) {
    USHORT Process, Native;

#ifdef __aarch64__
    return !IsWow64Process2(GetCurrentProcess(), &Process, &Native) || Native == IMAGE_FILE_MACHINE_ARM64;
#else
    return !IsWow64Process2(GetCurrentProcess(), &Process, &Native) || Native == IMAGE_FILE_MACHINE_AMD64;
#endif
}

static void VersionText(DWORDLONG Version, WCHAR Text[32]) {
    TextNumber(Text, 32, (DWORD)(Version >> 48));
    for (unsigned Shift = 32;; Shift -= 16) {
        TextAppend(Text, 32, L".");
        TextNumber(Text + TextLength(Text), 32 - TextLength(Text), (DWORD)(Version >> Shift & 0xffff));
        if (!Shift) return;
    }
}

DWORD DriverEnsure(void) {
    PACKAGE Packages[PACKAGES_MAX];
    WCHAR Version[32];
    DWORD Count, Error;

    /* Without a package to bring there is nothing to decide; creation says so if there is no driver at all. */
    if (!PackageIsCarried()) return ERROR_SUCCESS;
    Error = PackageList(L"Driver package", Packages, &Count);
    if (Error || (Count && Packages[0].Version >= PackageCarriedVersion())) return Error;
    if (!MachineFits())
        return LogError(WARREN_STAGE_DRIVER, ERROR_NOT_SUPPORTED,
                        L"Driver package: this program is emulated, and its library carries a driver for another "
                        L"machine: install the native package");
    Error = PackageInstall();
    if (Error && Count) {
        LogLine(WINTUN_LOG_WARN, L"Driver package: going on with the older one that is installed");
        return ERROR_SUCCESS;
    }
    if (Error) return Error;
    VersionText(PackageCarriedVersion(), Version);
    LogLine(WINTUN_LOG_INFO, L"Driver package: version %s is installed", Version);
    if (!PackageList(L"Driver package", Packages, &Count)) RemoveOld(Packages, Count);
    return ERROR_SUCCESS;
}

BOOL WINAPI WarrenInstallDriver(VOID) {
    HANDLE Mutex;
    DWORD Error;

    if (!PackageIsCarried()) {
        LogError(WARREN_STAGE_DRIVER, ERROR_FILE_NOT_FOUND, L"InstallDriver: this library carries no driver package");
        return FALSE;
    }
    Mutex = CreationLock(L"InstallDriver", DeadlineIn(DEFAULT_TIMEOUT));
    if (!Mutex) return FALSE;
    Error = DriverEnsure();
    CreationUnlock(Mutex);
    if (Error) SetLastError(Error);
    return !Error;
}

/* ---- removal ----------------------------------------------------------------------------------------------------- */

static DWORD DeleteAll(void) {
    PACKAGE Packages[PACKAGES_MAX];
    DWORD Count, Error;

    DevnodeCleanUp(DeadlineIn(DEVNODE_REMOVE_TIMEOUT));
    Error = PackageList(L"DeleteDriver", Packages, &Count);
    if (Error) return Error;
    /* A running adapter keeps all of them, lest it be left with half a driver. */
    if (DevnodeAnyPresent())
        return LogError(WARREN_STAGE_REMOVE, ERROR_DEVICE_IN_USE, L"DeleteDriver: an adapter uses the driver");
    for (DWORD Index = 0; Index < Count; ++Index) {
        if (!Packages[Index].Inf[0]) continue;
        Error = PackageRemove(&Packages[Index]);
        if (Error)
            return LogError(WARREN_STAGE_REMOVE, Error, L"DeleteDriver: the package %s cannot be removed",
                            Packages[Index].Inf);
        LogLine(WINTUN_LOG_INFO, L"DeleteDriver: the package %s is removed", Packages[Index].Inf);
    }
    return ERROR_SUCCESS;
}

BOOL WINAPI WintunDeleteDriver(VOID) {
    HANDLE Mutex = CreationLock(L"DeleteDriver", DeadlineIn(DEFAULT_TIMEOUT));
    DWORD Error;

    if (!Mutex) return FALSE;
    Error = DeleteAll();
    CreationUnlock(Mutex);
    if (Error) SetLastError(Error);
    return !Error;
}

/* ---- versions ---------------------------------------------------------------------------------------------------- */

static bool ParsePart(LPCWSTR *Text, DWORD *Value) {
    LPCWSTR Start = *Text;

    for (*Value = 0; **Text >= '0' && **Text <= '9' && *Value <= 0xffff; ++*Text)
        *Value = *Value * 10 + (DWORD)(**Text - '0');
    return *Text != Start && *Value <= 0xffff;
}

/* Assumed: a running driver is of the version that its devices were installed from. It is not right between an update
 * of the package and the restart of the devices. */
static bool DriverVersionOf(LPCWSTR InstanceId, WORD Version[4]) {
    ULONG Status, Problem;
    WCHAR Text[32];
    LPCWSTR At = Text;
    DEVINST Node;

    if (CM_Locate_DevNodeW(&Node, (DEVINSTID_W)InstanceId, CM_LOCATE_DEVNODE_NORMAL) != CR_SUCCESS ||
        CM_Get_DevNode_Status(&Status, &Problem, Node, 0) != CR_SUCCESS || !(Status & DN_DRIVER_LOADED) ||
        !DevnodeGetText(Node, &DriverVersionKey, Text, COUNT_OF(Text)))
        return false;
    for (unsigned Index = 0; Index < 4; ++Index) {
        DWORD Part;

        if ((Index && *At++ != '.') || !ParsePart(&At, &Part)) return false;
        Version[Index] = (WORD)Part;
    }
    return true;
}

static DWORD RunningVersion(LPCWSTR Function, WORD Version[4]) {
    bool Found = false;
    WCHAR *List;
    DWORD Error = DevnodeList(true, &List);

    memset(Version, 0, 4 * sizeof(*Version));
    if (Error) return LogError(WARREN_STAGE_OPEN, Error, L"%s: cannot list the devices", Function);
    for (LPCWSTR InstanceId = List; *InstanceId && !Found; InstanceId += TextLength(InstanceId) + 1)
        Found = DriverVersionOf(InstanceId, Version);
    if (!Found) memset(Version, 0, 4 * sizeof(*Version));
    MemoryFree(List);
    return ERROR_SUCCESS;
}

DWORD WINAPI WintunGetRunningDriverVersion(VOID) {
    WORD Version[4];

    if (RunningVersion(L"GetRunningDriverVersion", Version)) return 0;
    if (!(Version[0] | Version[1]))
        LogError(WARREN_STAGE_OPEN, ERROR_FILE_NOT_FOUND, L"GetRunningDriverVersion: the driver is not running");
    return (DWORD)Version[0] << 16 | Version[1];
}

static void VersionSplit(DWORDLONG Version, WORD Parts[4]) {
    for (unsigned Index = 0; Index < 4; ++Index) Parts[Index] = (WORD)(Version >> (48 - 16 * Index));
}

BOOL WINAPI WarrenGetVersions(WARREN_VERSIONS *Versions) {
    WARREN_VERSIONS Full = {.Size = sizeof(Full)};
    PACKAGE Packages[PACKAGES_MAX];
    DWORD Count;

    if (!StructureIsValid(Versions)) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_PARAMETER, L"GetVersions: the structure has no valid size");
        return FALSE;
    }
    if (PackageList(L"GetVersions", Packages, &Count) || RunningVersion(L"GetVersions", Full.Running)) return FALSE;
    VersionSplit(PackageCarriedVersion(), Full.Library);
    if (Count) VersionSplit(Packages[0].Version, Full.Installed);
    Full.Packages = Count;
    Full.Carried = PackageIsCarried();
    StructureAnswer(Versions, &Full, sizeof(Full));
    return TRUE;
}
