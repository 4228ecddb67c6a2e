/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * SetupAPI's view of the driver store: lists of drivers, and packages that come and go.
 */
#include <stdlib.h>
#include <string.h>

#include "host/guest.h"
#include "host/drvstore.h"
#include "host/setup.h"
#include "host/win32_disk.h"
#include "host/win32_private.h"

/* --- lists -------------------------------------------------------------------------------------------------------- */

static struct info_set *set_for(HDEVINFO handle, PSP_DEVINFO_DATA data) {
    struct info_set *set = setup_set(handle);
    if (!set || !data) return set;
    host_log("SetupDi: drivers are listed for a set, not for a device in it");
    win32_set_error(ERROR_NOT_SUPPORTED);
    return NULL;
}

BOOL NTAPI SetupDiGetDeviceInstallParamsW(HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData,
                                          PSP_DEVINSTALL_PARAMS_W DeviceInstallParams) {
    NT_ENTER(SetupDiGetDeviceInstallParamsW);
    struct info_set *set = set_for(DeviceInfoSet, DeviceInfoData);
    if (!set) return FALSE;
    if (DeviceInstallParams->cbSize != sizeof *DeviceInstallParams) {
        win32_set_error(ERROR_INVALID_USER_BUFFER);
        return FALSE;
    }
    *DeviceInstallParams =
        (SP_DEVINSTALL_PARAMS_W){.cbSize = sizeof *DeviceInstallParams, .Flags = set->flags, .FlagsEx = set->flags_ex};
    return TRUE;
}

BOOL NTAPI SetupDiSetDeviceInstallParamsW(HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData,
                                          PSP_DEVINSTALL_PARAMS_W DeviceInstallParams) {
    NT_ENTER(SetupDiSetDeviceInstallParamsW);
    struct info_set *set = set_for(DeviceInfoSet, DeviceInfoData);
    if (!set) return FALSE;
    if (DeviceInstallParams->cbSize != sizeof *DeviceInstallParams) {
        win32_set_error(ERROR_INVALID_USER_BUFFER);
        return FALSE;
    }
    set->flags = DeviceInstallParams->Flags;
    set->flags_ex = DeviceInstallParams->FlagsEx;
    return TRUE;
}

/* A snapshot, as there. All our packages are excluded from selection, so without the flag there are none. */
BOOL NTAPI SetupDiBuildDriverInfoList(HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData, DWORD DriverType) {
    NT_ENTER(SetupDiBuildDriverInfoList);
    struct info_set *set = set_for(DeviceInfoSet, DeviceInfoData);
    if (!set) return FALSE;
    if (DriverType != SPDIT_CLASSDRIVER) {
        win32_set_error(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    if (NT_FAULT(SetupDiBuildDriverInfoList)) {
        win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
    free(set->drivers);
    set->driver_count = 0;
    set->drivers = NULL;
    if (!(set->flags_ex & DI_FLAGSEX_ALLOWEXCLUDEDDRVS)) return TRUE;
    unsigned count = 0;
    struct drvstore_driver driver;
    while (drvstore_get(count, &driver)) count++;
    set->drivers = calloc(count + 1, sizeof *set->drivers);
    if (!set->drivers) {
        win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
    while (set->driver_count < count && drvstore_get(set->driver_count, &set->drivers[set->driver_count]))
        set->driver_count++;
    return TRUE;
}

BOOL NTAPI SetupDiEnumDriverInfoW(HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData, DWORD DriverType,
                                  DWORD MemberIndex, PSP_DRVINFO_DATA_W DriverInfoData) {
    NT_ENTER(SetupDiEnumDriverInfoW);
    struct info_set *set = set_for(DeviceInfoSet, DeviceInfoData);
    if (!set) return FALSE;
    if (DriverInfoData->cbSize != sizeof *DriverInfoData || DriverType != SPDIT_CLASSDRIVER) {
        win32_set_error(ERROR_INVALID_USER_BUFFER);
        return FALSE;
    }
    if (MemberIndex >= set->driver_count) {
        win32_set_error(ERROR_NO_MORE_ITEMS);
        return FALSE;
    }
    const struct drvstore_driver *driver = &set->drivers[MemberIndex];
    *DriverInfoData = (SP_DRVINFO_DATA_W){.cbSize = sizeof *DriverInfoData,
                                          .DriverType = SPDIT_CLASSDRIVER,
                                          .Reserved = MemberIndex,
                                          .DriverDate = driver->date,
                                          .DriverVersion = driver->version};
    memcpy(DriverInfoData->Description, driver->description, sizeof driver->description);
    memcpy(DriverInfoData->MfgName, driver->provider, sizeof driver->provider);
    memcpy(DriverInfoData->ProviderName, driver->provider, sizeof driver->provider);
    return TRUE;
}

BOOL NTAPI SetupDiGetDriverInfoDetailW(HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData,
                                       PSP_DRVINFO_DATA_W DriverInfoData,
                                       PSP_DRVINFO_DETAIL_DATA_W DriverInfoDetailData, DWORD DriverInfoDetailDataSize,
                                       PDWORD RequiredSize) {
    NT_ENTER(SetupDiGetDriverInfoDetailW);
    struct info_set *set = set_for(DeviceInfoSet, DeviceInfoData);
    if (!set) return FALSE;
    if (!DriverInfoData || DriverInfoData->Reserved >= set->driver_count ||
        (DriverInfoDetailData && DriverInfoDetailData->cbSize != sizeof *DriverInfoDetailData)) {
        win32_set_error(ERROR_INVALID_USER_BUFFER);
        return FALSE;
    }
    const struct drvstore_driver *driver = &set->drivers[DriverInfoData->Reserved];
    size_t ids = win32_length(driver->hardware_id) + 1;
    DWORD needed = (DWORD)(offsetof(SP_DRVINFO_DETAIL_DATA_W, HardwareID) + (ids + 1) * sizeof(WCHAR));
    if (RequiredSize) *RequiredSize = needed;
    if (NT_FAULT(SetupDiGetDriverInfoDetailW)) {
        win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
    if (!DriverInfoDetailData || DriverInfoDetailDataSize < needed) {
        win32_set_error(ERROR_INSUFFICIENT_BUFFER);
        return FALSE;
    }
    memset(DriverInfoDetailData, 0, needed);
    DriverInfoDetailData->cbSize = sizeof *DriverInfoDetailData;
    DriverInfoDetailData->InfDate = driver->date;
    memcpy(DriverInfoDetailData->SectionName, driver->section, sizeof driver->section);
    memcpy(DriverInfoDetailData->DrvDescription, driver->description, sizeof driver->description);
    memcpy(DriverInfoDetailData->HardwareID, driver->hardware_id, ids * sizeof(WCHAR));
    static const WCHAR folder[] = L"C:\\Windows\\INF\\";
    memcpy(DriverInfoDetailData->InfFileName, folder, sizeof folder);
    memcpy(DriverInfoDetailData->InfFileName + win32_length(folder), driver->inf, sizeof driver->inf);
    return TRUE;
}

BOOL NTAPI SetupDiDestroyDriverInfoList(HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData, DWORD DriverType) {
    NT_ENTER(SetupDiDestroyDriverInfoList);
    (void)DriverType;
    struct info_set *set = set_for(DeviceInfoSet, DeviceInfoData);
    if (!set) return FALSE;
    free(set->drivers);
    set->drivers = NULL;
    set->driver_count = 0;
    return TRUE;
}

/* --- packages ----------------------------------------------------------------------------------------------------- */

BOOL NTAPI SetupCopyOEMInfW(PCWSTR SourceInfFileName, PCWSTR OEMSourceMediaLocation, DWORD OEMSourceMediaType,
                            DWORD CopyStyle, PWSTR DestinationInfFileName, DWORD DestinationInfFileNameSize,
                            PDWORD RequiredSize, PWSTR *DestinationInfFileNameComponent) {
    NT_ENTER(SetupCopyOEMInfW);
    (void)OEMSourceMediaLocation;
    WCHAR oem[16], full[32] = L"C:\\Windows\\INF\\";
    DWORD error = ERROR_SUCCESS;
    if (!SourceInfFileName || OEMSourceMediaType > SPOST_PATH || (CopyStyle & ~SP_COPY_NOOVERWRITE))
        error = ERROR_INVALID_PARAMETER;
    else if (!win32_is_administrator() || NT_FAULT(SetupCopyOEMInfW))
        error = ERROR_ACCESS_DENIED;
    char *path = error ? NULL : guest ? guest_disk_path(SourceInfFileName) : win32_disk_path(SourceInfFileName);
    if (!error) error = path ? drvstore_add(path, oem) : ERROR_PATH_NOT_FOUND;
    free(path);
    if (error) {
        win32_set_error(error);
        return FALSE;
    }
    size_t folder = win32_length(full), needed = folder + win32_length(oem) + 1;
    memcpy(full + folder, oem, (win32_length(oem) + 1) * sizeof *oem);
    if (RequiredSize) *RequiredSize = (DWORD)needed;
    if (DestinationInfFileName && DestinationInfFileNameSize < needed) {
        win32_set_error(ERROR_INSUFFICIENT_BUFFER); /* and yet it is there, as documented */
        return FALSE;
    }
    if (DestinationInfFileName) memcpy(DestinationInfFileName, full, needed * sizeof *full);
    if (DestinationInfFileNameComponent)
        *DestinationInfFileNameComponent = DestinationInfFileName ? DestinationInfFileName + folder : NULL;
    return TRUE;
}

BOOL NTAPI SetupUninstallOEMInfW(PCWSTR InfFileName, DWORD Flags, PVOID Reserved) {
    NT_ENTER(SetupUninstallOEMInfW);
    DWORD error;
    if (!InfFileName || Reserved || (Flags & ~SUOI_FORCEDELETE))
        error = ERROR_INVALID_PARAMETER;
    else if (!win32_is_administrator() || NT_FAULT(SetupUninstallOEMInfW))
        error = ERROR_ACCESS_DENIED;
    else
        error = drvstore_remove(InfFileName, Flags & SUOI_FORCEDELETE);
    if (error) win32_set_error(error);
    return !error;
}
