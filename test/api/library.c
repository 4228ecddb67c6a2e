/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#include "test/api/library.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <gen/brand.h>

#include "core/tap.h"

struct api api;
static HMODULE library;
static char said[16384]; /* ASCII; the tests log from one thread at a time */
static unsigned errors;

static void CALLBACK logger(WINTUN_LOGGER_LEVEL level, DWORD64 timestamp, LPCWSTR message) {
    size_t at = strlen(said);

    /* 100 ns units since 1601: after 2020, before 2100 */
    ck_assert_uint_gt(timestamp, 132223104000000000);
    ck_assert_uint_lt(timestamp, 157469184000000000);
    errors += level == WINTUN_LOG_ERR;
    for (; *message && at + 2 < sizeof(said); message++) said[at++] = (char)*message;
    said[at++] = '\n';
    said[at] = 0;
}

unsigned library_errors(void) { return errors; }
bool library_said(const char *text) { return strstr(said, text) != NULL; }
const char *library_log(void) { return said; }
void library_forget_log(void) {
    said[0] = 0;
    errors = 0;
}

static const char *from_environment(const char *name) {
    const char *value = getenv(name);
    ck_assert_msg(value != NULL, "%s must name an image under test", name);
    return value;
}

static void find_functions(struct api *api, HMODULE library) {
    ck_assert_msg(library != NULL, "LoadLibrary: %u", GetLastError());
#define LOAD(name) ck_assert_ptr_nonnull(api->name = (void *)GetProcAddress(library, "Wintun" #name))
    LOAD(CreateAdapter);
    LOAD(OpenAdapter);
    LOAD(CloseAdapter);
    LOAD(DeleteDriver);
    LOAD(GetAdapterLUID);
    LOAD(GetRunningDriverVersion);
    LOAD(SetLogger);
    LOAD(StartSession);
    LOAD(EndSession);
    LOAD(GetReadWaitEvent);
    LOAD(ReceivePacket);
    LOAD(ReleaseReceivePacket);
    LOAD(AllocateSendPacket);
    LOAD(SendPacket);
#undef LOAD
#define LOAD(name) ck_assert_ptr_nonnull(api->name = (void *)GetProcAddress(library, "Warren" #name))
    LOAD(DeleteAdapter);
    LOAD(RenameAdapter);
    LOAD(InstallDriver);
    LOAD(GetVersions);
    LOAD(StartCapture);
    LOAD(ReadCapture);
    LOAD(GetCaptureStatistics);
    LOAD(EndCapture);
    LOAD(EnumerateAdapters);
    LOAD(Repair);
    LOAD(GetAdapterStatistics);
    LOAD(GetSessionStatistics);
    LOAD(GetWriteWaitEvent);
    LOAD(ReceivePackets);
    LOAD(ReleasePackets);
    LOAD(AllocatePackets);
    LOAD(SendPackets);
    ck_assert_ptr_nonnull(api->WarrenCreateAdapter = (void *)GetProcAddress(library, "WarrenCreateAdapter"));
    ck_assert_ptr_nonnull(api->WarrenGetLastError = (void *)GetProcAddress(library, "WarrenGetLastError"));
}

HMODULE library_load(struct api *api) {
    HMODULE library = LoadLibraryW(L"wintun.dll");
    find_functions(api, library);
    return library;
}

HMODULE library_load_file(struct api *api, const char *path) {
    HMODULE library = LoadLibraryA(path);
    find_functions(api, library);
    return library;
}

void library_start(bool with_driver) {
    struct host_config config = {.stack = HOST_STACK_FAKE,
                                 .driver = from_environment("WARREN_DRIVER"),
                                 .library = from_environment("WARREN_LIBRARY"),
                                 .hardware_id = with_driver ? BRAND_HARDWARE_ID : NULL,
                                 .service = BRAND_SERVICE,
                                 .version = BRAND_PACKAGE_VERSION,
                                 .provider = BRAND_COMPANY,
                                 .quiet = true};
    const char *why = NULL;
    NTSTATUS status = host_start(&config, &why);

    ck_assert_msg(NT_SUCCESS(status), "host_start: %08x %s", (unsigned)status, why ? why : "");
    library = library_load(&api);
    library_forget_log();
    api.SetLogger(logger);
}

void library_stop(void) {
    api.SetLogger(NULL);
    ck_assert(FreeLibrary(library));
    host_stop();
}

void library_tap_name(WINTUN_ADAPTER_HANDLE adapter, WCHAR name[128]) {
    NET_LUID luid;
    GUID guid;
    api.GetAdapterLUID(adapter, &luid);
    ck_assert_uint_eq(ConvertInterfaceLuidToGuid(&luid, &guid), 0);
    static const WCHAR prefix[] = BRAND_MUTEX L"-Tap-";
    char text[48];
    snprintf(text, sizeof text, "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", guid.Data1, guid.Data2,
             guid.Data3, guid.Data4[0], guid.Data4[1], guid.Data4[2], guid.Data4[3], guid.Data4[4], guid.Data4[5],
             guid.Data4[6], guid.Data4[7]);
    memcpy(name, prefix, sizeof prefix);
    size_t at = sizeof prefix / sizeof *prefix - 1;
    for (const char *from = text; *from; from++) name[at++] = (WCHAR)*from;
    name[at] = 0;
}

HANDLE library_tap(WINTUN_ADAPTER_HANDLE adapter, struct tap_shared **shared) {
    WCHAR name[128];
    library_tap_name(adapter, name);
    HANDLE memory = OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, name);
    ck_assert_ptr_nonnull(memory);
    *shared = MapViewOfFile(memory, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    ck_assert_ptr_nonnull(*shared);
    return memory;
}

const WCHAR *library_mutex(void) { return BRAND_MUTEX; }
