/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The list of adapters, what dead processes leave behind, and the account of what went wrong.
 */
#include "test/api/library.h"
#include "test/common/testing.h"

#include <string.h>

#include <gen/brand.h>

#include "host/fault.h"
#include "host/program.h"

struct seen {
    unsigned count, present, started, named;
    BOOL more;
};

static BOOL CALLBACK see(const WARREN_ADAPTER_INFO *info, void *context) {
    struct seen *seen = context;
    ck_assert_uint_eq(info->Size, sizeof(*info));
    ck_assert(info->InstanceId[0] == 'S' && info->InstanceId[1] == 'W');
    seen->count++;
    seen->present += info->Present;
    seen->started += info->Started;
    seen->named += info->Name[0] != 0;
    if (info->Started) {
        NET_LUID luid = {0};
        ck_assert_uint_eq(ConvertInterfaceGuidToLuid(&info->InterfaceGuid, &luid), 0);
        ck_assert_uint_eq(luid.Value, info->Luid.Value);
        ck_assert_uint_eq(info->Problem, 0);
    }
    return seen->more;
}

static struct seen look(BOOL more) {
    struct seen seen = {.more = more};
    ck_assert(api.EnumerateAdapters(see, &seen));
    return seen;
}

START_TEST(adapters_are_listed_until_the_callback_has_enough) {
    library_start(true);
    ck_assert_uint_eq(look(TRUE).count, 0);
    WINTUN_ADAPTER_HANDLE first = api.CreateAdapter(L"First", L"Test", NULL),
                          second = api.CreateAdapter(L"Second", L"Test", NULL);
    ck_assert(first && second);
    struct seen seen = look(TRUE);
    ck_assert_uint_eq(seen.count, 2);
    ck_assert_uint_eq(seen.started, 2);
    ck_assert_uint_eq(seen.named, 2);
    ck_assert_uint_eq(look(FALSE).count, 1);
    ck_assert(!api.EnumerateAdapters(NULL, NULL));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    api.CloseAdapter(first);
    api.CloseAdapter(second);
    ck_assert_uint_eq(look(TRUE).count, 0);
    library_stop();
}
END_TEST

static void created(struct devnode *node, NTSTATUS status, void *context) {
    (void)node;
    *(NTSTATUS *)context = status;
}

/* A device of somebody else's that is no longer present. */
static struct devnode *foreign_leftover(void) {
    struct pnp_software_device info = {
        .enumerator = L"Foreign", .instance = L"{0}", .hardware_ids = L"Foreign\\Device\0", .description = L"Foreign"};
    struct devnode *node = NULL;
    NTSTATUS status = STATUS_PENDING;
    ck_assert(NT_SUCCESS(pnp_create(ps_client_process, &info, created, &status, &node)));
    pnp_wait_idle();
    pnp_close(node);
    pnp_wait_idle();
    return node;
}

static void make_an_adapter(void *name) {
    struct api mine;
    library_load(&mine);
    ck_assert_ptr_nonnull(mine.CreateAdapter(name, L"Test", NULL));
}

static void crash_with_an_adapter(WCHAR *name) {
    program_end(program_start("mortal", make_an_adapter, name, 0));
    pnp_wait_idle();
}

START_TEST(what_dead_processes_leave_is_found_and_removed_and_nothing_else) {
    struct seen seen = {.more = TRUE};
    library_start(true);
    struct devnode *foreign = foreign_leftover();
    const WCHAR *foreign_path = pnp_instance_path(foreign);
    crash_with_an_adapter((WCHAR[]){L"Dead"});
    seen = look(TRUE);
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_uint_eq(seen.present, 0);
    ck_assert_uint_eq(seen.named, 1);
    ck_assert_uint_eq(api.Repair(TRUE, see, &seen), 1);
    ck_assert_uint_eq(look(TRUE).count, 1);
    ck_assert_uint_eq(api.Repair(FALSE, NULL, NULL), 1);
    ck_assert_uint_eq(look(TRUE).count, 0);
    ck_assert_uint_eq(api.Repair(FALSE, NULL, NULL), 0);
    /* One that lives is no leftover. */
    WINTUN_ADAPTER_HANDLE adapter = api.CreateAdapter(L"Alive", L"Test", NULL);
    ck_assert_uint_eq(api.Repair(FALSE, NULL, NULL), 0);
    ck_assert_uint_eq(look(TRUE).started, 1);
    api.CloseAdapter(adapter);
    struct devnode *found = pnp_find(foreign_path, true);
    ck_assert_ptr_eq(found, foreign);
    pnp_release(found);
    library_stop();
}
END_TEST

/* --- what went wrong ---------------------------------------------------------------------------------------------- */

static WARREN_ERROR last(void) {
    WARREN_ERROR error = {.Size = sizeof(error)};
    ck_assert(api.WarrenGetLastError(&error));
    return error;
}

static void no_error_here(void *unused) {
    (void)unused;
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_NONE);
    ck_assert_uint_eq(last().Win32, 0);
    ck_assert_ptr_null(api.OpenAdapter(L"Nowhere"));
    ck_assert_uint_eq(last().Win32, ERROR_NOT_FOUND);
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_OPEN);
}

START_TEST(each_thread_has_its_own_last_error) {
    WARREN_ERROR none = {.Size = 0};
    library_start(true);
    ck_assert_uint_eq(last().Win32, 0);
    ck_assert_ptr_null(api.CreateAdapter(L"", L"Test", NULL));
    ck_assert_uint_eq(last().Win32, ERROR_INVALID_PARAMETER);
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_ARGUMENTS);
    ck_assert(last().Text[0] != 0);
    ps_thread_join(ps_thread_create(ps_client_process, no_error_here, NULL, "other"));
    ck_assert_uint_eq(last().Win32, ERROR_INVALID_PARAMETER);
    ck_assert(!api.WarrenGetLastError(&none));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert(!api.WarrenGetLastError(NULL));
    /* A success leaves it as it is. */
    WINTUN_ADAPTER_HANDLE adapter = api.CreateAdapter(L"Good", L"Test", NULL);
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_ARGUMENTS);
    ck_assert_ptr_null(api.StartSession(adapter, 1000));
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_ARGUMENTS);
    WINTUN_SESSION_HANDLE session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
    ck_assert_ptr_null(api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY));
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_ATTACH);
    ck_assert_uint_eq(last().Win32, ERROR_ALREADY_INITIALIZED);
    api.EndSession(session);
    api.CloseAdapter(adapter);
    library_stop();
}
END_TEST

START_TEST(a_device_that_does_not_start_says_why) {
    library_start(true);
    /* In the driver's initialize. */
    ck_assert(fault_arm("NdisAllocateNetBufferListPool", 0));
    ck_assert_ptr_null(api.CreateAdapter(L"Bad", L"Test", NULL));
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_START);
    ck_assert_uint_eq(last().Win32, ERROR_DEVICE_NOT_AVAILABLE);
    ck_assert_uint_eq(last().ProblemCode, CM_PROB_FAILED_START);
    ck_assert_int_lt((NTSTATUS)last().Status, 0);
    ck_assert_uint_eq(look(TRUE).present, 0);
    library_stop();
}
END_TEST

START_TEST(without_a_driver_the_stage_is_the_driver) {
    /* The package is in the store when creation looks, and gone when Windows looks for a driver. */
    library_start(false);
    ck_assert(api.InstallDriver());
    pnp_hide_packages(true);
    ck_assert_ptr_null(api.CreateAdapter(L"Bad", L"Test", NULL));
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_DRIVER);
    ck_assert_uint_eq(last().Win32, ERROR_SERVICE_DOES_NOT_EXIST);
    ck_assert_uint_eq(last().ProblemCode, CM_PROB_FAILED_INSTALL);
    ck_assert(library_said("problem 28"));
    ck_assert_uint_eq(look(TRUE).count, 0);
    pnp_hide_packages(false);
    library_stop();
}
END_TEST

TEST_CASES(errors, adapters_are_listed_until_the_callback_has_enough,
           what_dead_processes_leave_is_found_and_removed_and_nothing_else, each_thread_has_its_own_last_error,
           a_device_that_does_not_start_says_why, without_a_driver_the_stage_is_the_driver)
