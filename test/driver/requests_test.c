/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Requests as WDM drivers see them, by a small driver made for it (drivers/requests.c), and by hooks in the dispatch
 * table of the driver under test.
 */
#include "test/common/testing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/image.h"
#include "host/kernel.h"
#include "host/win32.h"
#include "test/driver/drivers/requests.h"
#include "test/driver/rig.h"

static struct image *image;
static PDRIVER_OBJECT driver;

#define IMPORT(type, name, ...)                                                                                        \
    type(NTAPI *name)(__VA_ARGS__) = (type(NTAPI *)(__VA_ARGS__))(uintptr_t)image_symbol(image, #name);                \
    ck_assert_msg(name != NULL, #name)

static void load(void) {
    struct host_config config = {.stack = HOST_STACK_FAKE, .quiet = true};
    char path[4096], text[512] = "";
    const char *why = NULL;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);
    ck_assert_int_gt(length, 0);
    path[length] = 0;
    strcpy(strrchr(path, '/'), "/../" TEST_WIN "/test/requests.sys");
    NTSTATUS status = host_start(&config, &why);
    ck_assert_msg(NT_SUCCESS(status), "host_start: %08x %s", (unsigned)status, why ? why : "");
    image = image_load(path, text, sizeof text);
    ck_assert_msg(image != NULL, "%s", text);
    status = io_driver_start("Requests", (PDRIVER_INITIALIZE)(uintptr_t)image_entry(image), &driver);
    ck_assert_msg(NT_SUCCESS(status), "DriverEntry: %08x", (unsigned)status);
}

static void unload(void) {
    io_driver_unload(driver);
    host_stop();
    image_unload(image);
}

static LONG count(ULONG which) {
    IMPORT(LONG, RequestsCount, ULONG);
    return RequestsCount(which);
}

static HANDLE open_device(DWORD flags) {
    HANDLE file = CreateFileW(L"\\\\.\\Requests", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, flags, NULL);
    ck_assert_msg(file != INVALID_HANDLE_VALUE, "CreateFile: %u", GetLastError());
    return file;
}

static void close_device(HANDLE file) { ck_assert(CloseHandle(file)); }

static BOOL control(HANDLE file, DWORD code) {
    DWORD bytes;
    return DeviceIoControl(file, code, NULL, 0, NULL, 0, &bytes, NULL);
}

/* One request that stays pending. */
struct pending {
    OVERLAPPED overlapped;
    char answer[8];
};

static struct pending *begin(HANDLE file, DWORD code) {
    struct pending *pending = calloc(1, sizeof *pending);
    pending->overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    ck_assert(
        !DeviceIoControl(file, code, NULL, 0, pending->answer, sizeof pending->answer, NULL, &pending->overlapped));
    ck_assert_uint_eq(GetLastError(), ERROR_IO_PENDING);
    return pending;
}

static void not_yet(HANDLE file, struct pending *pending) {
    DWORD bytes;
    ck_assert(!GetOverlappedResult(file, &pending->overlapped, &bytes, FALSE));
    ck_assert_uint_eq(GetLastError(), ERROR_IO_INCOMPLETE);
    ck_assert_uint_eq(WaitForSingleObject(pending->overlapped.hEvent, 0), WAIT_TIMEOUT);
}

/* Its result: 0 or an error; frees it. */
static DWORD end(HANDLE file, struct pending *pending, DWORD *bytes) {
    ck_assert_uint_eq(WaitForSingleObject(pending->overlapped.hEvent, INFINITE), WAIT_OBJECT_0);
    BOOL good = GetOverlappedResult(file, &pending->overlapped, bytes, TRUE);
    DWORD error = good ? 0 : GetLastError();
    close_device(pending->overlapped.hEvent);
    free(pending);
    return error;
}

/* --- packets ----------------------------------------------------------------------------------------------------- */

START_TEST(a_request_goes_down_a_stack_and_completion_comes_up) {
    load();
    IMPORT(NTSTATUS, RequestsAttach, void);
    ck_assert_int_eq(RequestsAttach(), STATUS_SUCCESS);
    HANDLE file = open_device(FILE_FLAG_OVERLAPPED);
    ULONG value = 6;
    DWORD bytes;
    ck_assert(DeviceIoControl(file, DO_ADD_ONE, &value, sizeof value, &value, sizeof value, &bytes, NULL));
    ck_assert_uint_eq(value, 7);
    ck_assert_uint_eq(bytes, sizeof value);
    ck_assert_int_eq(count(COUNT_UPPER), 2); /* CREATE, too */
    ck_assert_int_eq(count(COUNT_UPPER_DONE), 1);
    struct pending *pending = begin(file, DO_QUEUE); /* passed on with a completion routine that marks it pending */
    ck_assert(control(file, DO_RELEASE));
    ck_assert_uint_eq(end(file, pending, &bytes), 0);
    ck_assert_int_eq(count(COUNT_UPPER_DONE), 3);
    close_device(file);
    unload();
}
END_TEST

START_TEST(drivers_send_packets_of_their_own) {
    load();
    IMPORT(NTSTATUS, RequestsByPointer, void);
    IMPORT(NTSTATUS, RequestsByHandle, void);
    HANDLE file = open_device(0);
    ULONG value = 0;
    DWORD bytes;
    ck_assert(control(file, DO_OWN_PACKET));
    ck_assert(DeviceIoControl(file, DO_BUILT_PACKET, &value, sizeof value, &value, sizeof value, &bytes, NULL));
    ck_assert_uint_eq(value, 42);
    close_device(file);
    ck_assert_int_eq(RequestsByPointer(), STATUS_SUCCESS);
    ck_assert_int_eq(RequestsByHandle(), STATUS_SUCCESS);
    ck_assert_int_eq(count(COUNT_CREATE), 3);
    ck_assert_int_eq(count(COUNT_CLEANUP), 3);
    ck_assert_int_eq(count(COUNT_CLOSE), 3);
    unload();
}
END_TEST

START_TEST(mistakes_with_packets_are_named) {
    static const struct {
        DWORD code;
        const char *rule;
    } mistakes[] = {
        {MISTAKE_PENDING_UNMARKED, "irp-pending-mismatch"},
        {MISTAKE_MARKED_NOT_PENDING, "irp-pending-mismatch"},
        {MISTAKE_COMPLETE_TWICE, "irp-completed-twice"},
        {MISTAKE_CANCEL_ROUTINE, "irp-cancel-routine-set"},
        {MISTAKE_WRONG_LOCATION, "irp-location"},
        {MISTAKE_COMPLETE_LOCKED, "irp-completed-locked"},
        {MISTAKE_FREE_TWICE, "irp-freed"},
        {MISTAKE_NO_LOCATION, "irp-no-location"},
        {MISTAKE_FREE_FOREIGN, "irp-foreign-free"},
    };
    load();
    HANDLE file = open_device(0);
    for (unsigned i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        verify_expect(mistakes[i].rule);
        control(file, mistakes[i].code);
        ck_assert_msg(verify_seen(NULL) == 1, "%s", mistakes[i].rule);
    }
    close_device(file);
    verify_expect(NULL);
    unload();
}
END_TEST

START_TEST(a_freed_packet_that_is_written_to_is_found_at_unload) {
    load();
    HANDLE file = open_device(0);
    ck_assert(control(file, MISTAKE_TOUCH_FREED));
    close_device(file);
    verify_expect("irp-touched-after-free");
    unload();
    ck_assert_uint_eq(verify_seen(NULL), 1);
}
END_TEST

START_TEST(a_request_that_is_forgotten_is_found_at_unload) {
    load();
    HANDLE file = open_device(FILE_FLAG_OVERLAPPED);
    begin(file, MISTAKE_FORGET);
    close_device(file);
    verify_expect("irp-leak");
    io_driver_unload(driver);
    ck_assert_uint_eq(verify_seen(NULL), 1);
    /* The world cannot end in order with a request that nobody will complete. */
}
END_TEST

/* --- waiting and cancelling --------------------------------------------------------------------------------------- */

START_TEST(an_overlapped_request_is_pending_until_its_driver_completes_it) {
    static const DWORD codes[] = {DO_QUEUE, DO_HOLD};
    load();
    HANDLE file = open_device(FILE_FLAG_OVERLAPPED);
    for (unsigned i = 0; i < 2; i++) {
        DWORD bytes;
        struct pending *pending = begin(file, codes[i]);
        not_yet(file, pending);
        ck_assert(control(file, DO_RELEASE));
        ck_assert_uint_eq(WaitForSingleObject(pending->overlapped.hEvent, 0), WAIT_OBJECT_0);
        ck_assert_str_eq(pending->answer, "done");
        ck_assert_uint_eq(end(file, pending, &bytes), 0);
        ck_assert_uint_eq(bytes, 4);
    }
    close_device(file);
    unload();
}
END_TEST

START_TEST(a_failure_after_pending_is_told_through_the_overlapped) {
    load();
    HANDLE file = open_device(FILE_FLAG_OVERLAPPED);
    DWORD bytes;
    ck_assert_uint_eq(end(file, begin(file, DO_FAIL_PENDED), &bytes), ERROR_GEN_FAILURE);
    close_device(file);
    unload();
}
END_TEST

START_TEST(cancelling_takes_one_or_all_requests_of_a_handle) {
    load();
    HANDLE file = open_device(FILE_FLAG_OVERLAPPED), other = open_device(FILE_FLAG_OVERLAPPED);
    DWORD bytes;
    struct pending *one = begin(file, DO_QUEUE), *two = begin(file, DO_QUEUE), *held = begin(file, DO_HOLD),
                   *foreign = begin(other, DO_QUEUE);
    ck_assert(CancelIoEx(file, &two->overlapped));
    ck_assert_uint_eq(end(file, two, &bytes), ERROR_OPERATION_ABORTED);
    not_yet(file, one);
    ck_assert(CancelIo(file));
    ck_assert_uint_eq(end(file, one, &bytes), ERROR_OPERATION_ABORTED);
    ck_assert_uint_eq(end(file, held, &bytes), ERROR_OPERATION_ABORTED);
    ck_assert(!CancelIoEx(file, NULL));
    ck_assert_uint_eq(GetLastError(), ERROR_NOT_FOUND);
    not_yet(other, foreign);
    ck_assert(CancelIoEx(other, NULL));
    ck_assert_uint_eq(end(other, foreign, &bytes), ERROR_OPERATION_ABORTED);
    ck_assert_int_eq(count(COUNT_CANCELLED), 4);
    close_device(file);
    close_device(other);
    unload();
}
END_TEST

START_TEST(a_closed_handle_leaves_its_requests_to_the_drivers_cleanup) {
    load();
    HANDLE file = open_device(FILE_FLAG_OVERLAPPED);
    struct pending *queued = begin(file, DO_QUEUE), *held = begin(file, DO_HOLD);
    DWORD bytes;
    close_device(file);
    ck_assert_int_eq(count(COUNT_CANCELLED), 0); /* nobody cancelled them */
    ck_assert_int_eq(count(COUNT_CLOSE), 1);     /* and they keep the file no more */
    ck_assert_uint_eq(end(NULL, queued, &bytes), ERROR_OPERATION_ABORTED);
    ck_assert_uint_eq(end(NULL, held, &bytes), ERROR_OPERATION_ABORTED);
    unload();
}
END_TEST

START_TEST(the_end_of_a_process_cancels_its_requests) {
    load();
    PEPROCESS process = ps_process_create("short-lived"), before = ps_act_as(process);
    struct pending *pending = begin(open_device(FILE_FLAG_OVERLAPPED), DO_QUEUE);
    ps_act_as(before);
    ps_process_kill(process);
    ck_assert_int_eq(count(COUNT_CANCELLED), 1);
    ck_assert_int_eq(count(COUNT_CLOSE), 1);
    ck_assert_uint_eq((NTSTATUS)pending->overlapped.Internal, STATUS_PENDING); /* its memory is left alone */
    free(pending);
    ob_dereference(process);
    unload();
}
END_TEST

static HANDLE of_thread;
static struct pending *by_thread;
static void thread_asks(void *unused) {
    (void)unused;
    by_thread = begin(of_thread, DO_QUEUE);
}

START_TEST(the_end_of_a_thread_cancels_its_requests) {
    load();
    DWORD bytes;
    of_thread = open_device(FILE_FLAG_OVERLAPPED);
    struct pending *own = begin(of_thread, DO_QUEUE);
    ps_thread_join(rig_thread(thread_asks, NULL));
    ck_assert_uint_eq(end(of_thread, by_thread, &bytes), ERROR_OPERATION_ABORTED);
    not_yet(of_thread, own);
    ck_assert(control(of_thread, DO_RELEASE));
    ck_assert_uint_eq(end(of_thread, own, &bytes), 0);
    close_device(of_thread);
    unload();
}
END_TEST

START_TEST(a_cancel_routine_that_keeps_the_cancel_lock_is_named) {
    load();
    HANDLE file = open_device(FILE_FLAG_OVERLAPPED);
    struct pending *pending = begin(file, MISTAKE_CANCEL_LOCK);
    DWORD bytes;
    verify_expect("cancel-lock-held");
    ck_assert(CancelIo(file));
    ck_assert_uint_eq(verify_seen(NULL), 1);
    verify_expect(NULL);
    ck_assert(control(file, DO_RELEASE));
    ck_assert_uint_eq(end(file, pending, &bytes), 0);
    close_device(file);
    unload();
}
END_TEST

/* --- data -------------------------------------------------------------------------------------------------------- */

START_TEST(direct_requests_see_the_callers_pages) {
    load();
    HANDLE file = open_device(0);
    size_t size = 3 * 4096 + 77;
    uint8_t *buffer = malloc(size + 3), *at = buffer + 3, seed[2] = {7, 9};
    DWORD bytes;
    memset(buffer, 1, size + 3);
    ck_assert(DeviceIoControl(file, DO_DIRECT_IN, seed, 2, at, (DWORD)size, &bytes, NULL));
    ck_assert_uint_eq(bytes, size);
    ck_assert(DeviceIoControl(file, DO_DIRECT_OUT, seed, 2, at, (DWORD)size, &bytes, NULL));
    ck_assert_uint_eq(bytes, size);
    for (size_t i = 0; i < size; i++) ck_assert_uint_eq(at[i], i % 2 ? 10 : 8);
    ck_assert_uint_eq(buffer[2], 1);
    ck_assert(!DeviceIoControl(file, DO_DIRECT_OUT, seed, 2, NULL, 100, &bytes, NULL));
    ck_assert_uint_eq(GetLastError(), ERROR_NOACCESS);
    ULONG value = 1;
    ck_assert(DeviceIoControl(file, DO_NEITHER_ADD, &value, sizeof value, &value, sizeof value, &bytes, NULL));
    ck_assert_uint_eq(value, 2);
    free(buffer);
    close_device(file);
    unload();
}
END_TEST

START_TEST(reads_and_writes_follow_the_devices_way) {
    static const ULONG ways[] = {DO_BUFFERED_IO, DO_DIRECT_IO};
    load();
    IMPORT(void, RequestsMode, ULONG, BOOLEAN);
    for (unsigned way = 0; way < 2; way++) {
        RequestsMode(ways[way], FALSE);
        HANDLE file = open_device(0);
        uint8_t data[16];
        DWORD bytes;
        LONG written = count(COUNT_WRITTEN);
        for (unsigned round = 0; round < 2; round++) { /* the position goes on */
            ck_assert(ReadFile(file, data, sizeof data, &bytes, NULL));
            ck_assert_uint_eq(bytes, sizeof data);
            for (unsigned i = 0; i < sizeof data; i++) ck_assert_uint_eq(data[i], round * 16 + i);
        }
        OVERLAPPED at = {.Offset = 100};
        ck_assert(ReadFile(file, data, 1, &bytes, &at));
        ck_assert_uint_eq(data[0], 100);
        ck_assert(WriteFile(file, (uint8_t[]){1, 2, 3}, 3, &bytes, NULL));
        ck_assert_int_eq(count(COUNT_WRITTEN) - written, 6);
        close_device(file);
    }
    HANDLE reader = CreateFileW(L"\\\\.\\Requests", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD bytes;
    ck_assert(!WriteFile(reader, "x", 1, &bytes, NULL));
    ck_assert_uint_eq(GetLastError(), ERROR_ACCESS_DENIED);
    close_device(reader);
    unload();
}
END_TEST

/* --- devices ----------------------------------------------------------------------------------------------------- */

START_TEST(an_exclusive_device_is_opened_once_at_a_time) {
    load();
    IMPORT(void, RequestsMode, ULONG, BOOLEAN);
    RequestsMode(DO_BUFFERED_IO, TRUE);
    HANDLE file = open_device(0);
    ck_assert_ptr_eq(CreateFileW(L"\\\\.\\Requests", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL),
                     INVALID_HANDLE_VALUE);
    ck_assert_uint_eq(GetLastError(), ERROR_ACCESS_DENIED);
    close_device(file);
    close_device(open_device(0));
    unload();
}
END_TEST

START_TEST(remove_locks_and_extensions_do_what_their_names_say) {
    load();
    HANDLE file = open_device(0);
    ck_assert(control(file, DO_REMOVE_LOCKS));
    ck_assert(control(file, DO_EXTENSIONS));
    close_device(file);
    unload();
}
END_TEST

START_TEST(who_registered_hears_of_the_shutdown_once) {
    load();
    IMPORT(void, RequestsShutdown, BOOLEAN);
    RequestsShutdown(TRUE);
    io_shutdown();
    io_shutdown();
    ck_assert_int_eq(count(COUNT_SHUTDOWN), 1);
    RequestsShutdown(TRUE);
    RequestsShutdown(FALSE);
    io_shutdown();
    ck_assert_int_eq(count(COUNT_SHUTDOWN), 1);
    unload();
}
END_TEST

TEST_CASES(requests, a_request_goes_down_a_stack_and_completion_comes_up, drivers_send_packets_of_their_own,
           mistakes_with_packets_are_named, a_freed_packet_that_is_written_to_is_found_at_unload,
           a_request_that_is_forgotten_is_found_at_unload,
           an_overlapped_request_is_pending_until_its_driver_completes_it,
           a_failure_after_pending_is_told_through_the_overlapped, cancelling_takes_one_or_all_requests_of_a_handle,
           a_closed_handle_leaves_its_requests_to_the_drivers_cleanup, the_end_of_a_process_cancels_its_requests,
           the_end_of_a_thread_cancels_its_requests, a_cancel_routine_that_keeps_the_cancel_lock_is_named,
           direct_requests_see_the_callers_pages, reads_and_writes_follow_the_devices_way,
           an_exclusive_device_is_opened_once_at_a_time, remove_locks_and_extensions_do_what_their_names_say,
           who_registered_hears_of_the_shutdown_once)
