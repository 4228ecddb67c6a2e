/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Takes a driver package through Windows' own installer, and prints what is found, a line each: name=value.
 *
 *   setup.exe parse PACKAGE.INF                        reads the INF, puts it into the store, takes it out again
 *   setup.exe install PACKAGE.INF HARDWARE-ID SERVICE  a device of that id gets the best driver of this package; then the
 *                                                      device goes again
 */
#include <initguid.h>
#include <stdio.h>
#include <windows.h>

#include <setupapi.h>

DEFINE_GUID(net_class, 0x4d36e972, 0xe325, 0x11ce, 0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18);

static int failed(const char *what) {
    printf("failed: %s: %lu\n", what, GetLastError());
    return 1;
}

static int store(const wchar_t *path) {
    wchar_t stored[MAX_PATH], *name = NULL;
    if (!SetupCopyOEMInfW(path, NULL, SPOST_PATH, 0, stored, MAX_PATH, NULL, &name)) return failed("SetupCopyOEMInf");
    printf("stored=%d\n", GetFileAttributesW(stored) != INVALID_FILE_ATTRIBUTES);
    if (!SetupUninstallOEMInfW(name, SUOI_FORCEDELETE, NULL)) return failed("SetupUninstallOEMInf");
    printf("uninstalled=%d\n", GetFileAttributesW(stored) == INVALID_FILE_ATTRIBUTES);
    return 0;
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
    SetupCloseInfFile(inf);
    return store(path);
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

/* The whole of a file, at most limit bytes. */
static size_t read_file(const wchar_t *path, BYTE *data, size_t limit) {
    FILE *file = _wfopen(path, L"rb");
    if (!file) return 0;
    size_t size = fread(data, 1, limit, file);
    fclose(file);
    return size;
}

/* The service starts on demand, and its image is the package's driver. */
static void print_service(const wchar_t *name, const wchar_t *inf) {
    static BYTE data[2][1 << 20];
    wchar_t path[200] = L"SYSTEM\\CurrentControlSet\\Services\\", image[MAX_PATH], source[MAX_PATH];
    wcscat(path, name);
    DWORD size = sizeof image, number, number_size = sizeof number;
    if (!RegGetValueW(HKEY_LOCAL_MACHINE, path, L"Start", RRF_RT_DWORD, NULL, &number, &number_size))
        printf("start=%lu\n", number);
    if (RegGetValueW(HKEY_LOCAL_MACHINE, path, L"ImagePath", RRF_RT_ANY | RRF_NOEXPAND, NULL, image, &size)) return;
    const wchar_t *file = wcsrchr(image, L'\\') ? wcsrchr(image, L'\\') + 1 : image;
    wcscpy(source, inf);
    wcscpy(wcsrchr(source, L'\\') + 1, file);
    size_t sizes[2] = {read_file(image, data[0], sizeof data[0]), read_file(source, data[1], sizeof data[1])};
    printf("file=%ls\nsame=%d\n", file, sizes[0] && sizes[0] == sizes[1] && !memcmp(data[0], data[1], sizes[0]));
}

static int install(const wchar_t *path, const wchar_t *id, const wchar_t *service) {
    SP_DEVINFO_DATA device = {.cbSize = sizeof device};
    wchar_t ids[100];
    SP_DEVINSTALL_PARAMS_W parameters = {.cbSize = sizeof parameters};
    SP_DRVINFO_DATA_W driver = {.cbSize = sizeof driver};
    HDEVINFO set = SetupDiCreateDeviceInfoList(&net_class, NULL);
    if (set == INVALID_HANDLE_VALUE ||
        !SetupDiCreateDeviceInfoW(set, L"WARRENTEST", &net_class, L"test", NULL, DICD_GENERATE_ID, &device))
        return failed("SetupDiCreateDeviceInfo");
    DWORD size = hardware_ids(id, ids);
    if (!SetupDiSetDeviceRegistryPropertyW(set, &device, SPDRP_HARDWAREID, (BYTE *)ids, size))
        return failed("SetupDiSetDeviceRegistryProperty");
    if (!SetupDiCallClassInstaller(DIF_REGISTERDEVICE, set, &device)) return failed("DIF_REGISTERDEVICE");
    /* The best of this one package, as its hardware id and the decorations of its sections make it. */
    if (!SetupDiGetDeviceInstallParamsW(set, &device, &parameters)) return failed("SetupDiGetDeviceInstallParams");
    parameters.Flags |= DI_ENUMSINGLEINF | DI_QUIETINSTALL;
    wcsncpy(parameters.DriverPath, path, MAX_PATH - 1);
    if (!SetupDiSetDeviceInstallParamsW(set, &device, &parameters) ||
        !SetupDiBuildDriverInfoList(set, &device, SPDIT_COMPATDRIVER))
        return failed("SetupDiBuildDriverInfoList");
    if (!SetupDiCallClassInstaller(DIF_SELECTBESTCOMPATDRV, set, &device) ||
        !SetupDiGetSelectedDriverW(set, &device, &driver))
        return failed("DIF_SELECTBESTCOMPATDRV");
    printf("driver=%ls\nprovider=%ls\n", driver.Description, driver.ProviderName);
    if (!SetupDiCallClassInstaller(DIF_INSTALLDEVICE, set, &device)) return failed("DIF_INSTALLDEVICE");
    print_key(set, &device);
    print_service(service, path);
    if (!SetupDiCallClassInstaller(DIF_REMOVE, set, &device)) return failed("DIF_REMOVE");
    SetupDiDestroyDeviceInfoList(set);
    return 0;
}

int wmain(int count, wchar_t **arguments) {
    wchar_t path[MAX_PATH];
    if (count < 3 || !GetFullPathNameW(arguments[2], MAX_PATH, path, NULL)) return 2;
    if (count == 3 && !wcscmp(arguments[1], L"parse")) return parse(path);
    if (count == 5 && !wcscmp(arguments[1], L"install")) return install(path, arguments[3], arguments[4]);
    return 2;
}
