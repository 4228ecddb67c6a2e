/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Driver packages. One is this brand's if it comes from the brand's provider and serves the brand's hardware id, whatever
 * its file is called; nothing else is looked at twice.
 *
 * Packages are only put into the store (SetupCopyOEMInf), not onto devices: a new one never restarts an adapter that
 * somebody is using, but serves the next one that is created. Assumed: while an adapter runs, new ones get the driver that
 * is loaded, since their service is the same.
 */
#include "lib/package.h"

#include <bcrypt.h>
#include <sddl.h>
#include <setupapi.h>

static const GUID NetClass = {0x4d36e972, 0xe325, 0x11ce, {0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18}};

/* ---- in the store ----------------------------------------------------------------------------------------------- */

typedef union _DETAIL {
    SP_DRVINFO_DETAIL_DATA_W Data;
    BYTE Room[4096];
} DETAIL;

static LPCWSTR LastPart(LPCWSTR Path) {
    LPCWSTR Last = Path;

    for (; *Path; ++Path)
        if (*Path == '\\') Last = Path + 1;
    return Last;
}

/* Whether the driver is the brand's; then Package says which. */
static bool Inspect(HDEVINFO Set, SP_DRVINFO_DATA_W *Driver, DETAIL *Detail, PACKAGE *Package) {
    memset(&Detail->Data, 0, sizeof(Detail->Data));
    Detail->Data.cbSize = sizeof(Detail->Data);
    if (!TextEqualNoCase(Driver->ProviderName, BRAND_COMPANY) ||
        !SetupDiGetDriverInfoDetailW(Set, NULL, Driver, &Detail->Data, sizeof(*Detail), NULL) ||
        !TextEqualNoCase(Detail->Data.HardwareID, BRAND_HARDWARE_ID))
        return false;
    Package->Version = Driver->DriverVersion;
    return TextCopy(Package->Inf, COUNT_OF(Package->Inf), LastPart(Detail->Data.InfFileName));
}

/* Into the list, which is sorted; the oldest falls off a full one. */
static void Insert(PACKAGE Packages[PACKAGES_MAX], DWORD *Count, const PACKAGE *Package) {
    DWORD At = *Count < PACKAGES_MAX ? (*Count)++ : PACKAGES_MAX - 1;

    for (; At && Packages[At - 1].Version < Package->Version; --At) Packages[At] = Packages[At - 1];
    Packages[At] = *Package;
}

static DWORD Collect(HDEVINFO Set, DETAIL *Detail, PACKAGE Packages[PACKAGES_MAX], DWORD *Count) {
    SP_DEVINSTALL_PARAMS_W Parameters = {.cbSize = sizeof(Parameters)};
    SP_DRVINFO_DATA_W Driver = {.cbSize = sizeof(Driver)};
    PACKAGE Package;

    /* Ours do not offer themselves in the lists of the "add hardware" wizard. */
    if (!SetupDiGetDeviceInstallParamsW(Set, NULL, &Parameters)) return GetLastError();
    Parameters.FlagsEx |= DI_FLAGSEX_ALLOWEXCLUDEDDRVS;
    if (!SetupDiSetDeviceInstallParamsW(Set, NULL, &Parameters) ||
        !SetupDiBuildDriverInfoList(Set, NULL, SPDIT_CLASSDRIVER))
        return GetLastError();
    for (DWORD Index = 0; SetupDiEnumDriverInfoW(Set, NULL, SPDIT_CLASSDRIVER, Index, &Driver); ++Index)
        if (Inspect(Set, &Driver, Detail, &Package)) Insert(Packages, Count, &Package);
    return GetLastError() == ERROR_NO_MORE_ITEMS ? ERROR_SUCCESS : GetLastError();
}

DWORD PackageList(LPCWSTR Function, PACKAGE Packages[PACKAGES_MAX], DWORD *Count) {
    DETAIL *Detail = MemoryAllocate(sizeof(*Detail));
    HDEVINFO Set;
    DWORD Error;

    *Count = 0;
    if (!Detail)
        return LogError(WARREN_STAGE_DRIVER, ERROR_NOT_ENOUGH_MEMORY, L"%s: the driver store cannot be read", Function);
    Set = SetupDiCreateDeviceInfoList(&NetClass, NULL);
    if (Set == INVALID_HANDLE_VALUE) {
        Error = GetLastError();
    } else {
        Error = Collect(Set, Detail, Packages, Count);
        SetupDiDestroyDriverInfoList(Set, NULL, SPDIT_CLASSDRIVER);
        SetupDiDestroyDeviceInfoList(Set);
    }
    MemoryFree(Detail);
    if (Error) LogError(WARREN_STAGE_DRIVER, Error, L"%s: the driver store cannot be read", Function);
    return Error;
}

DWORD PackageRemove(const PACKAGE *Package) {
    if (SetupUninstallOEMInfW(Package->Inf, 0, NULL)) return ERROR_SUCCESS;
    return GetLastError() == ERROR_INF_IN_USE_BY_DEVICES ? ERROR_DEVICE_IN_USE : GetLastError();
}

/* ---- carried ---------------------------------------------------------------------------------------------------- */

typedef struct _PART {
    LPCWSTR FileName;
    WORD Resource; /* RT_RCDATA; lib/warren.rc */
    bool Optional;
} PART;

/* The catalog is made when the package is signed, and is missing from a library that was built without. */
static const PART Parts[] = {
    {BRAND_FILE L".inf", 1, false}, {BRAND_FILE L".sys", 2, false}, {BRAND_FILE L".cat", 3, true}};

static HMODULE ThisModule(void) {
    HMODULE Module = NULL;

    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                       (LPCWSTR)(const void *)Parts, &Module);
    return Module;
}

static const void *PartFind(const PART *Part, DWORD *Size) {
    HMODULE Module = ThisModule();
    HRSRC Resource = Module ? FindResourceW(Module, MAKEINTRESOURCEW(Part->Resource), RT_RCDATA) : NULL;
    HGLOBAL Loaded = Resource ? LoadResource(Module, Resource) : NULL;

    *Size = Loaded ? SizeofResource(Module, Resource) : 0;
    return Loaded ? LockResource(Loaded) : NULL;
}

bool PackageIsCarried(void) {
    DWORD Size;

    for (unsigned Index = 0; Index < COUNT_OF(Parts); ++Index)
        if (!Parts[Index].Optional && !PartFind(&Parts[Index], &Size)) return false;
    return true;
}

DWORDLONG PackageCarriedVersion(void) {
    return (DWORDLONG)BRAND_VERSION_MAJOR << 48 | (DWORDLONG)BRAND_VERSION_MINOR << 32 |
           (DWORDLONG)BRAND_VERSION_PATCH << 16;
}

/* ---- from here to there ----------------------------------------------------------------------------------------- */

#define FOLDER_ROOM 128

static void PartPath(LPCWSTR Folder, const PART *Part, WCHAR Path[FOLDER_ROOM]) {
    TextCopy(Path, FOLDER_ROOM, Folder);
    TextAppend(Path, FOLDER_ROOM, L"\\");
    TextAppend(Path, FOLDER_ROOM, Part->FileName);
}

static DWORD PartWrite(LPCWSTR Folder, const PART *Part) {
    WCHAR Path[FOLDER_ROOM];
    DWORD Size, Written = 0, Error = ERROR_SUCCESS;
    const void *Data = PartFind(Part, &Size);
    HANDLE File;

    if (!Data) return Part->Optional ? ERROR_SUCCESS : ERROR_FILE_NOT_FOUND;
    PartPath(Folder, Part, Path);
    File = CreateFileW(Path, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    if (File == INVALID_HANDLE_VALUE)
        return LogError(WARREN_STAGE_DRIVER, GetLastError(), L"Driver package: cannot create %s", Path);
    if (!WriteFile(File, Data, Size, &Written, NULL))
        Error = LogError(WARREN_STAGE_DRIVER, GetLastError(), L"Driver package: cannot write %s", Path);
    else if (Written != Size)
        Error = LogError(WARREN_STAGE_DRIVER, ERROR_DISK_FULL, L"Driver package: cannot write all of %s", Path);
    CloseHandle(File);
    return Error;
}

/* A folder of a name that nobody can guess, which only the system and administrators may enter: nobody else can put other
 * files in place of these before they are copied. */
static DWORD FolderCreate(WCHAR Folder[FOLDER_ROOM]) {
    SECURITY_ATTRIBUTES Attributes = {.nLength = sizeof(Attributes)};
    WCHAR Name[GUID_TEXT];
    DWORD Error = ERROR_SUCCESS;
    GUID Guid;

    if (BCryptGenRandom(NULL, (PUCHAR)&Guid, sizeof(Guid), BCRYPT_USE_SYSTEM_PREFERRED_RNG) < 0)
        return LogError(WARREN_STAGE_DRIVER, ERROR_GEN_FAILURE, L"Driver package: there are no random numbers");
    if (!GetSystemWindowsDirectoryW(Folder, FOLDER_ROOM - GUID_TEXT - 32))
        return LogError(WARREN_STAGE_DRIVER, GetLastError(), L"Driver package: cannot find the Windows folder");
    TextFromGuid(&Guid, Name);
    TextAppend(Folder, FOLDER_ROOM, L"\\Temp\\");
    TextAppend(Folder, FOLDER_ROOM, Name);
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", SDDL_REVISION_1,
                                                              &Attributes.lpSecurityDescriptor, NULL))
        return LogError(WARREN_STAGE_DRIVER, GetLastError(), L"Driver package: cannot make a security descriptor");
    if (!CreateDirectoryW(Folder, &Attributes))
        Error = LogError(WARREN_STAGE_DRIVER, GetLastError(), L"Driver package: cannot create the folder %s", Folder);
    LocalFree(Attributes.lpSecurityDescriptor);
    return Error;
}

static void FolderRemove(LPCWSTR Folder) {
    WCHAR Path[FOLDER_ROOM];

    for (unsigned Index = 0; Index < COUNT_OF(Parts); ++Index) {
        PartPath(Folder, &Parts[Index], Path);
        DeleteFileW(Path);
    }
    if (!RemoveDirectoryW(Folder))
        LogLine(WINTUN_LOG_WARN, L"Driver package: the folder %s stays (Windows error %u)", Folder, GetLastError());
}

static LPCWSTR WhyNotTaken(DWORD Error) {
    switch (Error) {
    case ERROR_ACCESS_DENIED: return L"installing a driver takes the rights of an administrator";
    case ERROR_NO_CATALOG_FOR_OEM_INF:
    case (DWORD)TRUST_E_NOSIGNATURE:
    case (DWORD)CERT_E_UNTRUSTEDROOT:
    case (DWORD)TRUST_E_SUBJECT_NOT_TRUSTED: return L"it has no signature that this Windows trusts";
    case ERROR_GENERAL_SYNTAX:
    case ERROR_WRONG_INF_STYLE: return L"its INF file is damaged, or not for this Windows";
    default: return L"Windows refuses it";
    }
}

DWORD PackageInstall(void) {
    WCHAR Folder[FOLDER_ROOM], Inf[FOLDER_ROOM];
    DWORD Error = FolderCreate(Folder);

    if (Error) return Error;
    for (unsigned Index = 0; Index < COUNT_OF(Parts) && !Error; ++Index) Error = PartWrite(Folder, &Parts[Index]);
    PartPath(Folder, &Parts[0], Inf);
    if (!Error && !SetupCopyOEMInfW(Inf, NULL, SPOST_NONE, 0, NULL, 0, NULL, NULL)) {
        Error = GetLastError();
        LogError(WARREN_STAGE_DRIVER, Error, L"Driver package: not taken into the driver store: %s",
                 WhyNotTaken(Error));
    }
    FolderRemove(Folder);
    if (Error) SetLastError(Error);
    return Error;
}
