/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Every error of every function that docs/api.md names. test/tools/headers.t compares the two: EXPECT(function, error,
 * what it returns when it fails) for each.
 */
#include "test/api/library.h"
#include "test/common/testing.h"

#include <string.h>

#include "core/tap.h"
#include "host/drvstore.h"
#include "host/fault.h"
#include "host/ip_interface.h"
#include "host/program.h"
#include "host/sched.h"
#include "host/win32.h"

#define NAMED(text)                                                                                                    \
    (&(WARREN_ADAPTER_OPTIONS){.Size = sizeof(WARREN_ADAPTER_OPTIONS), .Name = (text), .TunnelType = L"Test"})
#define CAPACITY WINTUN_MIN_RING_CAPACITY

#define EXPECT(function, error, failed)                                                                                \
    do {                                                                                                               \
        SetLastError(ERROR_SUCCESS);                                                                                   \
        bool failure = (failed);                                                                                       \
        DWORD last = GetLastError();                                                                                   \
        ck_assert_msg(failure, #function " did not fail with " #error);                                                \
        ck_assert_msg(last == ERROR_##error, #function ": %u instead of " #error " (%u)", last, ERROR_##error);        \
    } while (0)

static WINTUN_ADAPTER_HANDLE adapter;
static WINTUN_SESSION_HANDLE session;
static WCHAR too_long[200];
static WARREN_PACKET batch[1] = {{NULL, 100}};
static DWORD size;

static void begin(void) {
    library_start(true);
    for (unsigned at = 0; at + 1 < sizeof too_long / sizeof *too_long; at++) too_long[at] = 'x';
    adapter = api.CreateAdapter(L"Mine", L"Test", NULL);
    session = api.StartSession(adapter, CAPACITY);
    ck_assert_ptr_nonnull(session);
}

static void end(void) {
    if (session) api.EndSession(session);
    api.CloseAdapter(adapter);
    session = NULL;
    adapter = NULL;
    library_stop();
}

START_TEST(bad_arguments) {
    WARREN_ERROR error = {.Size = 0};
    WARREN_VERSIONS all = {.Size = 0};
    WARREN_SESSION_STATISTICS statistics = {.Size = 0};
    WARREN_STATISTICS counters = {.Size = 0};
    WARREN_CAPTURE_STATISTICS captures = {.Size = 0};
    WARREN_CAPTURED captured;
    begin();
    EXPECT(WintunCreateAdapter, INVALID_PARAMETER, !api.CreateAdapter(NULL, L"Test", NULL));
    EXPECT(WintunCreateAdapter, FILENAME_EXCED_RANGE, !api.CreateAdapter(too_long, L"Test", NULL));
    EXPECT(WarrenCreateAdapter, INVALID_PARAMETER, !api.WarrenCreateAdapter(NULL));
    EXPECT(WarrenCreateAdapter, FILENAME_EXCED_RANGE, !api.WarrenCreateAdapter(NAMED(too_long)));
    WARREN_ADAPTER_OPTIONS options = *NAMED(L"Other");
    options.Sddl = L"D:(";
    EXPECT(WarrenCreateAdapter, INVALID_SECURITY_DESCR, !api.WarrenCreateAdapter(&options));
    EXPECT(WarrenDeleteAdapter, INVALID_PARAMETER, !api.DeleteAdapter(L""));
    EXPECT(WarrenRenameAdapter, INVALID_PARAMETER, !api.RenameAdapter(L"Mine", L""));
    EXPECT(WintunOpenAdapter, INVALID_PARAMETER, !api.OpenAdapter(NULL));
    EXPECT(WintunOpenAdapter, FILENAME_EXCED_RANGE, !api.OpenAdapter(too_long));
    EXPECT(WarrenGetVersions, INVALID_PARAMETER, !api.GetVersions(&all));
    EXPECT(WarrenGetLastError, INVALID_PARAMETER, !api.WarrenGetLastError(&error));
    EXPECT(WarrenEnumerateAdapters, INVALID_PARAMETER, !api.EnumerateAdapters(NULL, NULL));
    EXPECT(WintunStartSession, INVALID_PARAMETER, !api.StartSession(adapter, CAPACITY + 1));
    EXPECT(WintunStartSession, INVALID_HANDLE, !api.StartSession(NULL, CAPACITY));
    EXPECT(WintunStartSession, ALREADY_INITIALIZED, !api.StartSession(adapter, CAPACITY));
    EXPECT(WintunGetReadWaitEvent, INVALID_HANDLE, !api.GetReadWaitEvent(NULL));
    EXPECT(WintunReceivePacket, INVALID_HANDLE, !api.ReceivePacket(NULL, &size));
    EXPECT(WintunReceivePacket, NO_MORE_ITEMS, !api.ReceivePacket(session, &size));
    EXPECT(WarrenReceivePackets, INVALID_HANDLE, !api.ReceivePackets(NULL, batch, 1));
    EXPECT(WarrenReceivePackets, INVALID_PARAMETER, !api.ReceivePackets(session, NULL, 1));
    EXPECT(WarrenReceivePackets, NO_MORE_ITEMS, !api.ReceivePackets(session, batch, 1));
    EXPECT(WintunAllocateSendPacket, INVALID_PARAMETER, !api.AllocateSendPacket(session, 65536));
    EXPECT(WintunAllocateSendPacket, INVALID_HANDLE, !api.AllocateSendPacket(NULL, 100));
    EXPECT(WarrenAllocatePackets, INVALID_PARAMETER, !api.AllocatePackets(session, batch, 0));
    EXPECT(WarrenAllocatePackets, INVALID_HANDLE, !api.AllocatePackets(NULL, batch, 1));
    while (api.AllocateSendPacket(session, 65535)) {
    }
    EXPECT(WintunAllocateSendPacket, BUFFER_OVERFLOW, !api.AllocateSendPacket(session, 65535));
    batch[0].Length = 65535;
    EXPECT(WarrenAllocatePackets, BUFFER_OVERFLOW, !api.AllocatePackets(session, batch, 1));
    batch[0].Length = 100;
    EXPECT(WarrenGetWriteWaitEvent, INVALID_HANDLE, !api.GetWriteWaitEvent(NULL));
    EXPECT(WarrenGetSessionStatistics, INVALID_PARAMETER, !api.GetSessionStatistics(session, &statistics));
    statistics.Size = sizeof statistics;
    EXPECT(WarrenGetSessionStatistics, INVALID_HANDLE, !api.GetSessionStatistics(NULL, &statistics));
    EXPECT(WarrenGetAdapterStatistics, INVALID_PARAMETER, !api.GetAdapterStatistics(adapter, &counters));
    counters.Size = sizeof counters;
    EXPECT(WarrenGetAdapterStatistics, INVALID_HANDLE, !api.GetAdapterStatistics(NULL, &counters));
    EXPECT(WarrenStartCapture, INVALID_PARAMETER, !api.StartCapture(L"", 0));
    EXPECT(WarrenReadCapture, INVALID_HANDLE, !api.ReadCapture(NULL, &captured, 1, 0));
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Mine", 0);
    EXPECT(WarrenReadCapture, INVALID_PARAMETER, !api.ReadCapture(capture, &captured, 0, 0));
    EXPECT(WarrenReadCapture, TIMEOUT, !api.ReadCapture(capture, &captured, 1, 0));
    EXPECT(WarrenGetCaptureStatistics, INVALID_PARAMETER, !api.GetCaptureStatistics(capture, &captures));
    captures.Size = sizeof captures;
    EXPECT(WarrenGetCaptureStatistics, INVALID_HANDLE, !api.GetCaptureStatistics(NULL, &captures));
    EXPECT(WarrenStartCapture, SHARING_VIOLATION, !api.StartCapture(L"Mine", 0));
    api.EndCapture(capture);
    end();
}
END_TEST

START_TEST(what_is_not_there_or_there_already) {
    static const GUID guid = {1, 2, 3, {4}};
    WARREN_STATISTICS counters = {.Size = sizeof(counters)};
    begin();
    EXPECT(WintunOpenAdapter, NOT_FOUND, !api.OpenAdapter(L"Nobody"));
    EXPECT(WarrenDeleteAdapter, NOT_FOUND, !api.DeleteAdapter(L"Nobody"));
    EXPECT(WarrenDeleteAdapter, DEVICE_IN_USE, !api.DeleteAdapter(L"Mine"));
    EXPECT(WarrenRenameAdapter, NOT_FOUND, !api.RenameAdapter(L"Nobody", L"Other"));
    EXPECT(WarrenStartCapture, NOT_FOUND, !api.StartCapture(L"Nobody", 0));
    WARREN_ADAPTER_OPTIONS options = *NAMED(L"Other");
    options.Guid = &guid;
    WINTUN_ADAPTER_HANDLE other = api.WarrenCreateAdapter(&options);
    EXPECT(WintunCreateAdapter, ALREADY_EXISTS, !api.CreateAdapter(L"Third", L"Test", &guid));
    EXPECT(WarrenCreateAdapter, ALREADY_EXISTS, !api.WarrenCreateAdapter(&options));
    EXPECT(WarrenRenameAdapter, ALREADY_EXISTS, !api.RenameAdapter(L"Mine", L"Other"));
    EXPECT(WarrenStartCapture, NOT_READY, !api.StartCapture(L"Other", 0));
    EXPECT(WintunDeleteDriver, DEVICE_IN_USE, !api.DeleteDriver());
    /* Opened, and then taken away by whoever owns it. */
    WINTUN_ADAPTER_HANDLE opened = api.OpenAdapter(L"Other");
    api.CloseAdapter(other);
    EXPECT(WintunStartSession, FILE_NOT_FOUND, !api.StartSession(opened, CAPACITY));
    EXPECT(WarrenGetAdapterStatistics, FILE_NOT_FOUND, !api.GetAdapterStatistics(opened, &counters));
    api.CloseAdapter(opened);
    end();
    library_start(true);
    EXPECT(WintunGetRunningDriverVersion, FILE_NOT_FOUND, !api.GetRunningDriverVersion());
    library_stop();
}
END_TEST

START_TEST(the_end_of_the_adapter) {
    WARREN_CAPTURED captured;
    begin();
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Mine", 0);
    api.CloseAdapter(adapter);
    adapter = NULL;
    EXPECT(WintunReceivePacket, HANDLE_EOF, !api.ReceivePacket(session, &size));
    EXPECT(WarrenReceivePackets, HANDLE_EOF, !api.ReceivePackets(session, batch, 1));
    EXPECT(WintunAllocateSendPacket, HANDLE_EOF, !api.AllocateSendPacket(session, 100));
    EXPECT(WarrenAllocatePackets, HANDLE_EOF, !api.AllocatePackets(session, batch, 1));
    api.EndSession(session);
    session = NULL;
    EXPECT(WarrenReadCapture, HANDLE_EOF, !api.ReadCapture(capture, &captured, 1, INFINITE));
    api.EndCapture(capture);
    end();
}
END_TEST

START_TEST(damaged_memory) {
    WARREN_CAPTURED captured;
    struct tap_shared *shared;
    begin();
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Mine", 0);
    HANDLE memory = library_tap(adapter, &shared);
    __atomic_store_n(&shared->ring[TAP_TO_CLIENT].tail, 7, __ATOMIC_RELEASE);
    EXPECT(WarrenReadCapture, INVALID_DATA, !api.ReadCapture(capture, &captured, 1, INFINITE));
    api.EndCapture(capture);
    EXPECT(WarrenStartCapture, INVALID_DATA, !api.StartCapture(L"Mine", 0));
    shared->magic = 1;
    EXPECT(WarrenStartCapture, REVISION_MISMATCH, !api.StartCapture(L"Mine", 0));
    UnmapViewOfFile(shared);
    CloseHandle(memory);
    BYTE *packet = api.AllocateSendPacket(session, 100);
    ((uint32_t *)(void *)packet)[-4] = 0; /* its length */
    api.SendPacket(session, packet);
    do packet = api.AllocateSendPacket(session, 100);
    while (packet || GetLastError() == ERROR_BUFFER_OVERFLOW);
    EXPECT(WintunAllocateSendPacket, INVALID_DATA, !api.AllocateSendPacket(session, 100));
    EXPECT(WarrenAllocatePackets, INVALID_DATA, !api.AllocatePackets(session, batch, 1));
    EXPECT(WintunReceivePacket, INVALID_DATA, !api.ReceivePacket(session, &size));
    EXPECT(WarrenReceivePackets, INVALID_DATA, !api.ReceivePackets(session, batch, 1));
    end();
}
END_TEST

/* --- what the system has not ---------------------------------------------------------------------------------------- */

static BOOL CALLBACK nothing(const WARREN_ADAPTER_INFO *info, void *context) {
    (void)info, (void)context;
    return TRUE;
}

START_TEST(a_system_that_fails) {
    WARREN_STATISTICS counters = {.Size = sizeof(counters)};
    WARREN_VERSIONS all = {.Size = sizeof(all)};
    begin();
    api.EndSession(session);
    session = NULL;
    ck_assert(fault_arm("HeapAlloc", 1)); /* the first is the session's own */
    EXPECT(WintunStartSession, NOT_ENOUGH_MEMORY, !api.StartSession(adapter, CAPACITY));
    ck_assert(fault_arm("ZwCreateSection", 0)); /* in the driver */
    EXPECT(WintunStartSession, NO_SYSTEM_RESOURCES, !api.StartSession(adapter, CAPACITY));
    ck_assert(fault_arm_error("DeviceIoControl", 0, ERROR_REVISION_MISMATCH));
    EXPECT(WintunStartSession, REVISION_MISMATCH, !api.StartSession(adapter, CAPACITY));
    ck_assert(fault_arm_error("DeviceIoControl", 0, ERROR_DEVICE_REMOVED));
    EXPECT(WintunStartSession, DEVICE_REMOVED, !api.StartSession(adapter, CAPACITY));
    ck_assert(fault_arm_error("DeviceIoControl", 0, ERROR_REVISION_MISMATCH));
    EXPECT(WarrenGetAdapterStatistics, REVISION_MISMATCH, !api.GetAdapterStatistics(adapter, &counters));
    ck_assert(fault_arm("HeapAlloc", 0));
    EXPECT(WarrenGetVersions, NOT_ENOUGH_MEMORY, !api.GetVersions(&all));
    ck_assert(fault_arm("HeapAlloc", 0));
    EXPECT(WarrenEnumerateAdapters, NOT_ENOUGH_MEMORY, !api.EnumerateAdapters(nothing, NULL));
    ck_assert(fault_arm("HeapAlloc", 0));
    EXPECT(WarrenRepair, NOT_ENOUGH_MEMORY, api.Repair(TRUE, NULL, NULL) == MAXDWORD);
    ck_assert(fault_arm("NdisAllocateNetBufferListPool", 0));
    EXPECT(WintunCreateAdapter, DEVICE_NOT_AVAILABLE, !api.CreateAdapter(L"Bad", L"Test", NULL));
    ck_assert(fault_arm("NdisAllocateNetBufferListPool", 0));
    EXPECT(WarrenCreateAdapter, DEVICE_NOT_AVAILABLE, !api.WarrenCreateAdapter(NAMED(L"Bad")));
    end();
}
END_TEST

START_TEST(drivers_that_cannot_be_installed) {
    library_start(false);
    ck_assert(fault_arm("FindResourceW", 0));
    EXPECT(WarrenInstallDriver, FILE_NOT_FOUND, !api.InstallDriver());
    USHORT machine = win32_native_machine;
    win32_native_machine = machine == IMAGE_FILE_MACHINE_ARM64 ? IMAGE_FILE_MACHINE_AMD64 : IMAGE_FILE_MACHINE_ARM64;
    EXPECT(WarrenInstallDriver, NOT_SUPPORTED, !api.InstallDriver());
    win32_native_machine = machine;
    ck_assert(api.InstallDriver());
    pnp_hide_packages(true);
    EXPECT(WintunCreateAdapter, SERVICE_DOES_NOT_EXIST, !api.CreateAdapter(L"None", L"Test", NULL));
    EXPECT(WarrenCreateAdapter, SERVICE_DOES_NOT_EXIST, !api.WarrenCreateAdapter(NAMED(L"None")));
    pnp_hide_packages(false);
    library_stop();
}
END_TEST

/* --- rights --------------------------------------------------------------------------------------------------------- */

static void try_it_all(void *unused) {
    struct api mine;
    WARREN_STATISTICS counters = {.Size = sizeof(counters)};
    (void)unused;
    se_set_process_token(PsGetCurrentProcess(), SE_TOKEN_USER);
    library_load(&mine);
    EXPECT(WintunCreateAdapter, ACCESS_DENIED, !mine.CreateAdapter(L"Theirs", L"Test", NULL));
    EXPECT(WarrenCreateAdapter, ACCESS_DENIED, !mine.WarrenCreateAdapter(NAMED(L"Theirs")));
    EXPECT(WarrenDeleteAdapter, ACCESS_DENIED, !mine.DeleteAdapter(L"Lasting"));
    EXPECT(WarrenRenameAdapter, ACCESS_DENIED, !mine.RenameAdapter(L"Lasting", L"Other"));
    EXPECT(WarrenRepair, ACCESS_DENIED, mine.Repair(FALSE, NULL, NULL) == MAXDWORD);
    WINTUN_ADAPTER_HANDLE opened = mine.OpenAdapter(L"Lasting");
    EXPECT(WintunStartSession, ACCESS_DENIED, !mine.StartSession(opened, CAPACITY));
    EXPECT(WarrenGetAdapterStatistics, ACCESS_DENIED, !mine.GetAdapterStatistics(opened, &counters));
    EXPECT(WarrenStartCapture, ACCESS_DENIED, !mine.StartCapture(L"Lasting", 0));
    mine.CloseAdapter(opened);
}

static void install_and_remove(void *unused) {
    struct api mine;
    (void)unused;
    se_set_process_token(PsGetCurrentProcess(), SE_TOKEN_USER);
    library_load(&mine);
    EXPECT(WarrenInstallDriver, ACCESS_DENIED, !mine.InstallDriver());
}

static void only_remove(void *unused) {
    struct api mine;
    (void)unused;
    se_set_process_token(PsGetCurrentProcess(), SE_TOKEN_USER);
    library_load(&mine);
    EXPECT(WintunDeleteDriver, ACCESS_DENIED, !mine.DeleteDriver());
}

static void leave_one(void *unused) {
    struct api mine;
    (void)unused;
    library_load(&mine);
    ck_assert_ptr_nonnull(mine.CreateAdapter(L"Left", L"Test", NULL));
}

START_TEST(users_without_rights) {
    library_start(false);
    program_end(program_start("user", install_and_remove, NULL, 0));
    ck_assert(api.InstallDriver());
    program_end(program_start("user", only_remove, NULL, 0));
    WARREN_ADAPTER_OPTIONS options = *NAMED(L"Lasting");
    options.Flags = WARREN_ADAPTER_PERSISTENT;
    adapter = api.WarrenCreateAdapter(&options);
    session = api.StartSession(adapter, CAPACITY);
    ck_assert_ptr_nonnull(session);
    program_end(program_start("mortal", leave_one, NULL, 0));
    pnp_wait_idle();
    program_end(program_start("user", try_it_all, NULL, 0));
    ck_assert(api.DeleteAdapter(L"Lasting"));
    end();
}
END_TEST

/* --- time ----------------------------------------------------------------------------------------------------------- */

struct holder {
    PRKEVENT held, let_go;
};

static void hold_the_mutex(void *context) {
    struct holder *self = context;
    HANDLE mutex = CreateMutexW(NULL, TRUE, library_mutex());
    ck_assert_ptr_nonnull(mutex);
    KeSetEvent(self->held, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(self->let_go, Executive, KernelMode, FALSE, NULL);
    ReleaseMutex(mutex);
}

/* In virtual time: all of this would take six minutes. */
START_TEST(another_process_that_does_not_let_go) {
    KEVENT held, let_go;
    struct holder other = {.held = &held, .let_go = &let_go};
    struct sched_plan plan = {.seed = 1, .choices = 1000};
    KeInitializeEvent(&held, NotificationEvent, FALSE);
    KeInitializeEvent(&let_go, NotificationEvent, FALSE);
    sched_request(&plan);
    library_start(true);
    struct program *holder = program_start("holder", hold_the_mutex, &other, 0);
    KeWaitForSingleObject(&held, Executive, KernelMode, FALSE, NULL);
    EXPECT(WintunCreateAdapter, TIMEOUT, !api.CreateAdapter(L"Mine", L"Test", NULL));
    EXPECT(WarrenCreateAdapter, TIMEOUT, !api.WarrenCreateAdapter(NAMED(L"Mine")));
    EXPECT(WarrenDeleteAdapter, TIMEOUT, !api.DeleteAdapter(L"Mine"));
    EXPECT(WarrenRenameAdapter, TIMEOUT, !api.RenameAdapter(L"Mine", L"Other"));
    EXPECT(WarrenRepair, TIMEOUT, api.Repair(TRUE, NULL, NULL) == MAXDWORD);
    EXPECT(WarrenInstallDriver, TIMEOUT, !api.InstallDriver());
    EXPECT(WintunDeleteDriver, TIMEOUT, !api.DeleteDriver());
    KeSetEvent(&let_go, IO_NO_INCREMENT, FALSE);
    program_end(holder);
    library_stop();
}
END_TEST

TEST_CASES(documented, bad_arguments, what_is_not_there_or_there_already, the_end_of_the_adapter, damaged_memory,
           a_system_that_fails, drivers_that_cannot_be_installed, users_without_rights,
           another_process_that_does_not_let_go)
