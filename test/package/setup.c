/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Takes a driver package through Windows' own installer: setup.exe PACKAGE.INF HARDWARE-ID SERVICE. The INF is parsed and
 * copied to the store, a device of its hardware id is registered and gets the driver, and then all of it goes again. What
 * is found in between is printed, a line each: name=value.
 */
#include <initguid.h>
#include <stdio.h>
#include <windows.h>

#include <newdev.h>
#include <setupapi.h>

DEFINE_GUID(net_class, 0x4d36e972, 0xe325, 0x11ce, 0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18);

static int failed(const char *what) {
    printf("failed: %s: %lu\n", what, GetLastError());
    return 1;
}

static int parse(const wchar_t *path) {
    static const wchar_t *const sections[] = {L"Version", L"Manufacturer", L"Install", L"Install.Services", L"Strings"};
    UINT line = 0;
    HINF inf = SetupOpenInfFileW(path, NULL, INF_STYLE_WIN4, &line);
    if (inf == INVALID_HANDLE_VALUE) {
        printf("failed: line %u\n", line);
        return failed("SetupOpenInfFile");
    }
    for (unsigned i = 0; i < sizeof sections / sizeof *sections; i++)
        printf("lines %ls=%ld\n", sections[i], SetupGetLineCountW(inf, sections[i]));
    INFCONTEXT at;
    wchar_t text[200];
    if (SetupFindFirstLineW(inf, L"Manufacturer", NULL, &at) && SetupGetStringFieldW(&at, 0, text, 200, NULL))
        printf("manufacturer=%ls\n", text);
    if (SetupFindFirstLineW(inf, L"Version", L"DriverVer", &at) && SetupGetStringFieldW(&at, 2, text, 200, NULL))
        printf("version=%ls\n", text);
    wchar_t section[200];
    if (SetupDiGetActualSectionToInstallW(inf, L"Install", section, 200, NULL, NULL)) printf("install=%ls\n", section);
    SetupCloseInfFile(inf);
    return 0;
}

/* The multi-string of one hardware id. */
static DWORD hardware_ids(const wchar_t *id, wchar_t ids[static 100]) {
    DWORD length = (DWORD)wcslen(id);
    memset(ids, 0, 100 * sizeof *ids);
    memcpy(ids, id, length * sizeof *ids);
    return (length + 2) * (DWORD)sizeof *ids;
}

static void print_key(HDEVINFO set, SP_DEVINFO_DATA *device) {
    HKEY key = SetupDiOpenDevRegKey(set, device, DICS_FLAG_GLOBAL, 0, DIREG_DRV, KEY_READ);
    if (key == INVALID_HANDLE_VALUE) {
        failed("SetupDiOpenDevRegKey");
        return;
    }
    static const wchar_t *const values[][2] = {
        {L"Ndi", L"Service"}, {L"Ndi\\Interfaces", L"UpperRange"}, {L"Ndi\\Interfaces", L"LowerRange"}};
    for (unsigned i = 0; i < 3; i++) {
        wchar_t text[200];
        DWORD size = sizeof text;
        if (!RegGetValueW(key, values[i][0], values[i][1], RRF_RT_REG_SZ, NULL, text, &size))
            printf("%ls=%ls\n", values[i][1], text);
    }
    RegCloseKey(key);
}

static void print_service(const wchar_t *name) {
    wchar_t path[200] = L"SYSTEM\\CurrentControlSet\\Services\\", text[MAX_PATH];
    wcscat(path, name);
    DWORD size = sizeof text, number, number_size = sizeof number;
    if (!RegGetValueW(HKEY_LOCAL_MACHINE, path, L"ImagePath", RRF_RT_ANY | RRF_NOEXPAND, NULL, text, &size))
        printf("image=%ls\n", text);
    if (!RegGetValueW(HKEY_LOCAL_MACHINE, path, L"Start", RRF_RT_DWORD, NULL, &number, &number_size))
        printf("start=%lu\n", number);
}

static int install(const wchar_t *path, const wchar_t *id, const wchar_t *service) {
    SP_DEVINFO_DATA device = {.cbSize = sizeof device};
    wchar_t ids[100];
    BOOL reboot = FALSE;
    HDEVINFO set = SetupDiCreateDeviceInfoList(&net_class, NULL);
    if (set == INVALID_HANDLE_VALUE ||
        !SetupDiCreateDeviceInfoW(set, L"WARRENTEST", &net_class, L"test", NULL, DICD_GENERATE_ID, &device))
        return failed("SetupDiCreateDeviceInfo");
    DWORD size = hardware_ids(id, ids);
    if (!SetupDiSetDeviceRegistryPropertyW(set, &device, SPDRP_HARDWAREID, (BYTE *)ids, size))
        return failed("SetupDiSetDeviceRegistryProperty");
    if (!SetupDiCallClassInstaller(DIF_REGISTERDEVICE, set, &device)) return failed("DIF_REGISTERDEVICE");
    if (!UpdateDriverForPlugAndPlayDevicesW(NULL, id, path, INSTALLFLAG_FORCE, &reboot))
        return failed("UpdateDriverForPlugAndPlayDevices");
    print_key(set, &device);
    print_service(service);
    if (!SetupDiCallClassInstaller(DIF_REMOVE, set, &device)) return failed("DIF_REMOVE");
    SetupDiDestroyDeviceInfoList(set);
    return 0;
}

int wmain(int count, wchar_t **arguments) {
    wchar_t path[MAX_PATH], oem[MAX_PATH], *name = NULL;
    if (count != 4 || !GetFullPathNameW(arguments[1], MAX_PATH, path, NULL)) return 2;
    if (parse(path)) return 1;
    if (!SetupCopyOEMInfW(path, NULL, SPOST_PATH, 0, oem, MAX_PATH, NULL, &name)) return failed("SetupCopyOEMInf");
    printf("stored=%ls\n", name);
    if (install(path, arguments[2], arguments[3])) return 1;
    if (!SetupUninstallOEMInfW(name, SUOI_FORCEDELETE, NULL)) return failed("SetupUninstallOEMInf");
    printf("uninstalled=%d\n", GetFileAttributesW(oem) == INVALID_FILE_ATTRIBUTES);
    return 0;
}
