/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The driver package that the library carries: put into the driver store when it is missing or older there, and taken
 * out again; other brands' packages never.
 */
#include "test/api/library.h"
#include "test/common/testing.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gen/brand.h>

#include "host/drvstore.h"
#include "host/fault.h"
#include "host/program.h"
#include "host/win32_disk.h"

static WARREN_ERROR last(void) {
    WARREN_ERROR error = {.Size = sizeof(error)};
    ck_assert(api.WarrenGetLastError(&error));
    return error;
}

static WARREN_VERSIONS versions(void) {
    WARREN_VERSIONS all = {.Size = sizeof(all)};
    ck_assert(api.GetVersions(&all));
    return all;
}

static void same_version(const WORD *left, const WORD *right) { ck_assert_mem_eq(left, right, 4 * sizeof(WORD)); }

static unsigned stored(void) {
    struct drvstore_driver driver;
    unsigned count = 0;
    while (drvstore_get(count, &driver)) count++;
    return count;
}

static void nothing_in_the_temporary_folder(void) {
    char *path = win32_disk_path(L"C:\\Windows\\Temp");
    DIR *folder = opendir(path);
    ck_assert_ptr_nonnull(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        ck_assert_msg(entry->d_name[0] == '.', "%s is left over", entry->d_name);
    closedir(folder);
    free(path);
}

/* --- other packages ----------------------------------------------------------------------------------------------- */

#if defined(__aarch64__)
#define MODELS "M.NTarm64.10.0...17763"
#else
#define MODELS "M.NTamd64.10.0...17763"
#endif

static const char inf_text[] = "[Version]\nSignature=\"$Windows NT$\"\nClass=Net\n"
                               "ClassGuid={4d36e972-e325-11ce-bfc1-08002be10318}\nProvider=%%P%%\nCatalogFile=x.cat\n"
                               "DriverVer=01/02/2020,%s\nPnpLockdown=1\n"
                               "[Manufacturer]\n%%P%%=M,NTamd64.10.0...17763,NTarm64.10.0...17763\n"
                               "[" MODELS "]\n\"Test\"=I,%s\n"
                               "[SourceDisksFiles]\ntest.sys=1\n"
                               "[I]\nCopyFiles=@test.sys\n[I.Services]\nAddService=%s,2,S\n"
                               "[S]\nServiceBinary=%%13%%\\test.sys\n[Strings]\nP=\"%s\"\n";

static void write_file(const char *path, const void *data, size_t size) {
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

/* Puts a package with the driver under test into the store, from a folder that goes at once. */
static void store(const char *provider, const char *hardware_id, const char *service, const char *version) {
    char folder[] = "/tmp/warren-package-XXXXXX", inf[64], sys[64], text[2048], *driver = NULL;
    WCHAR oem[16];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(inf, sizeof inf, "%s/test.inf", folder);
    snprintf(sys, sizeof sys, "%s/test.sys", folder);
    write_file(inf, text, (size_t)snprintf(text, sizeof text, inf_text, version, hardware_id, service, provider));
    FILE *file = fopen(getenv("WARREN_DRIVER"), "rb");
    ck_assert_ptr_nonnull(file);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    fseek(file, 0, SEEK_SET);
    driver = malloc(size);
    ck_assert_uint_eq(fread(driver, 1, size, file), size);
    fclose(file);
    write_file(sys, driver, size);
    free(driver);
    ck_assert_uint_eq(drvstore_add(inf, oem), ERROR_SUCCESS);
    unlink(inf);
    unlink(sys);
    rmdir(folder);
}

static void store_own(const char *version) { store(BRAND_COMPANY_A, BRAND_HARDWARE_ID_A, BRAND_SERVICE_A, version); }

/* --- installation ------------------------------------------------------------------------------------------------- */

START_TEST(the_first_adapter_installs_the_driver_and_deletion_takes_it_away) {
    library_start(false);
    WARREN_VERSIONS before = versions();
    ck_assert_uint_eq(before.Carried, 1);
    ck_assert_uint_eq(before.Packages, 0);
    ck_assert_uint_eq(before.Installed[0] | before.Installed[1], 0);
    WINTUN_ADAPTER_HANDLE adapter = api.CreateAdapter(L"First", L"Test", NULL);
    ck_assert_msg(adapter != NULL, "%s", library_log());
    WARREN_VERSIONS now = versions();
    ck_assert_uint_eq(now.Packages, 1);
    same_version(now.Installed, now.Library);
    same_version(now.Running, now.Library);
    nothing_in_the_temporary_folder();
    /* In use it stays, all of it. */
    ck_assert(!api.DeleteDriver());
    ck_assert_uint_eq(GetLastError(), ERROR_DEVICE_IN_USE);
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_REMOVE);
    WINTUN_SESSION_HANDLE session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
    ck_assert_ptr_nonnull(session);
    api.EndSession(session);
    api.CloseAdapter(adapter);
    ck_assert(api.DeleteDriver());
    ck_assert_uint_eq(versions().Packages, 0);
    ck_assert_uint_eq(stored(), 0);
    ck_assert(api.DeleteDriver());
    library_stop();
}
END_TEST

START_TEST(what_is_there_already_is_not_installed_again) {
    library_start(false);
    ck_assert(api.InstallDriver());
    ck_assert(api.InstallDriver());
    api.CloseAdapter(api.CreateAdapter(L"Any", L"Test", NULL));
    ck_assert_uint_eq(stored(), 1);
    library_stop();
}
END_TEST

START_TEST(an_older_package_is_replaced_and_a_newer_one_is_not) {
    library_start(false);
    store_own("0.0.9.0");
    ck_assert_uint_eq(versions().Installed[2], 9);
    ck_assert(api.InstallDriver());
    WARREN_VERSIONS now = versions();
    same_version(now.Installed, now.Library);
    ck_assert_uint_eq(now.Packages, 1);
    store_own("99.1.2.3");
    ck_assert(api.InstallDriver());
    WINTUN_ADAPTER_HANDLE adapter = api.CreateAdapter(L"New", L"Test", NULL);
    now = versions();
    ck_assert_uint_eq(now.Installed[0], 99);
    ck_assert_uint_eq(now.Running[3], 3);
    ck_assert_uint_eq(api.GetRunningDriverVersion(), 99 << 16 | 1);
    api.CloseAdapter(adapter);
    library_stop();
}
END_TEST

START_TEST(an_adapter_in_use_keeps_its_driver_through_an_upgrade) {
    library_start(false);
    store_own("0.0.9.0");
    drvstore_signature(ERROR_NO_CATALOG_FOR_OEM_INF);
    /* The upgrade is refused, but there is a driver. */
    WINTUN_ADAPTER_HANDLE old = api.CreateAdapter(L"Old", L"Test", NULL);
    ck_assert_ptr_nonnull(old);
    ck_assert_uint_eq(versions().Running[2], 9);
    drvstore_signature(ERROR_SUCCESS);
    WINTUN_SESSION_HANDLE session = api.StartSession(old, WINTUN_MIN_RING_CAPACITY);
    WINTUN_ADAPTER_HANDLE next = api.CreateAdapter(L"Next", L"Test", NULL);
    ck_assert_ptr_nonnull(next);
    WARREN_VERSIONS now = versions();
    ck_assert_uint_eq(now.Packages, 2);
    same_version(now.Installed, now.Library);
    ck_assert_uint_eq(now.Running[2], 9);
    BYTE *packet = api.AllocateSendPacket(session, 20);
    ck_assert_ptr_nonnull(packet);
    memset(packet, 0, 20);
    packet[0] = 0x45;
    packet[3] = 20;
    api.SendPacket(session, packet);
    api.EndSession(session);
    api.CloseAdapter(next);
    api.CloseAdapter(old);
    ck_assert(api.DeleteDriver());
    ck_assert_uint_eq(stored(), 0);
    library_stop();
}
END_TEST

/* --- other brands ------------------------------------------------------------------------------------------------- */

START_TEST(packages_of_others_live_through_everything) {
    library_start(false);
    store("Somebody Else", "Tunnel", "Tunnel", "1.0.0.0");
    store(BRAND_COMPANY_A, "Warren2", "Warren2", "0.0.1.0");         /* another product of the same house */
    store("Somebody Else", BRAND_HARDWARE_ID_A, "Claim", "0.0.0.1"); /* claims our devices */
    store_own("0.0.9.0");
    ck_assert_uint_eq(versions().Packages, 1);
    api.CloseAdapter(api.CreateAdapter(L"Any", L"Test", NULL));
    ck_assert_uint_eq(stored(), 4);
    ck_assert_uint_eq(api.Repair(FALSE, NULL, NULL), 0);
    ck_assert(api.DeleteDriver());
    ck_assert_uint_eq(stored(), 3);
    struct drvstore_driver driver;
    for (unsigned at = 0; drvstore_get(at, &driver); at++) ck_assert_uint_ne(driver.version, 0x0000000000090000);
    library_stop();
}
END_TEST

/* --- what can go wrong -------------------------------------------------------------------------------------------- */

START_TEST(each_step_that_fails_is_named_and_leaves_nothing) {
    static const struct {
        const char *call;
        unsigned skip;
    } steps[] = {{"SetupDiCreateDeviceInfoList", 0},
                 {"SetupDiBuildDriverInfoList", 0},
                 {"BCryptGenRandom", 0},
                 {"ConvertStringSecurityDescriptorToSecurityDescriptorW", 0},
                 {"CreateDirectoryW", 0},
                 {"CreateFileW", 0},
                 {"CreateFileW", 1},
                 {"WriteFile", 0},
                 {"WriteFile", 1},
                 {"SetupCopyOEMInfW", 0}};
    library_start(false);
    for (unsigned at = 0; at < sizeof steps / sizeof *steps; at++) {
        library_forget_log();
        ck_assert(fault_arm(steps[at].call, steps[at].skip));
        ck_assert_msg(!api.InstallDriver(), "%s: the failure went unnoticed", steps[at].call);
        WARREN_ERROR error = last();
        ck_assert_uint_eq(error.Stage, WARREN_STAGE_DRIVER);
        ck_assert_uint_eq(error.Win32, GetLastError());
        ck_assert_uint_ne(error.Win32, 0);
        ck_assert_uint_eq(library_errors(), 1);
        ck_assert_uint_eq(stored(), 0);
        nothing_in_the_temporary_folder();
    }
    ck_assert(api.InstallDriver());
    ck_assert_uint_eq(stored(), 1);
    library_stop();
}
END_TEST

START_TEST(a_package_that_windows_does_not_trust_is_said_to_be_that) {
    library_start(false);
    drvstore_signature(ERROR_NO_CATALOG_FOR_OEM_INF);
    ck_assert_ptr_null(api.CreateAdapter(L"Bad", L"Test", NULL));
    ck_assert_uint_eq(GetLastError(), ERROR_NO_CATALOG_FOR_OEM_INF);
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_DRIVER);
    ck_assert(library_said("no signature"));
    nothing_in_the_temporary_folder();
    library_stop();
}
END_TEST

static void user_installs(void *result) {
    struct api mine;
    se_set_process_token(PsGetCurrentProcess(), SE_TOKEN_USER);
    library_load(&mine);
    *(DWORD *)result = mine.InstallDriver() ? ERROR_SUCCESS : GetLastError();
}

START_TEST(users_cannot_install_and_are_told_why) {
    DWORD result = ERROR_SUCCESS;
    library_start(false);
    program_end(program_start("user", user_installs, &result, 0));
    ck_assert_uint_eq(result, ERROR_ACCESS_DENIED);
    ck_assert_uint_eq(stored(), 0);
    nothing_in_the_temporary_folder();
    library_stop();
}
END_TEST

START_TEST(a_driver_that_cannot_be_removed_says_which_package) {
    library_start(false);
    ck_assert(api.InstallDriver());
    ck_assert(fault_arm("SetupUninstallOEMInfW", 0));
    ck_assert(!api.DeleteDriver());
    ck_assert_uint_eq(GetLastError(), ERROR_ACCESS_DENIED);
    ck_assert(library_said("oem0.inf"));
    ck_assert_uint_eq(stored(), 1);
    ck_assert(api.DeleteDriver());
    library_stop();
}
END_TEST

TEST_CASES(packages, the_first_adapter_installs_the_driver_and_deletion_takes_it_away,
           what_is_there_already_is_not_installed_again, an_older_package_is_replaced_and_a_newer_one_is_not,
           an_adapter_in_use_keeps_its_driver_through_an_upgrade, packages_of_others_live_through_everything,
           each_step_that_fails_is_named_and_leaves_nothing, a_package_that_windows_does_not_trust_is_said_to_be_that,
           users_cannot_install_and_are_told_why, a_driver_that_cannot_be_removed_says_which_package)
