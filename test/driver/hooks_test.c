/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A miniport that puts functions of its own into its driver object's dispatch table after NDIS has filled it, and calls
 * NDIS's for what it does not handle itself. The driver under test stands for it; the hooks are the test's.
 */
#include "test/common/testing.h"

#include <string.h>

#include <gen/brand.h>

#include "host/win32.h"
#include "test/driver/rig.h"

static PDRIVER_DISPATCH saved[IRP_MJ_MAXIMUM_FUNCTION + 1];
static unsigned seen[IRP_MJ_MAXIMUM_FUNCTION + 1];
static unsigned pnp_minor[32], pnp_minors, power_type[32], powers;
static WCHAR opened[64];
static PDEVICE_OBJECT opened_device;
static UCHAR refused = 0xFF; /* PnP minor code that the hook fails */

static NTSTATUS finish(PIRP irp, NTSTATUS status, ULONG_PTR information) {
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS NTAPI hook(PDEVICE_OBJECT device, PIRP irp) {
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    PFILE_OBJECT file = stack->FileObject;
    seen[stack->MajorFunction]++;
    switch (stack->MajorFunction) {
    case IRP_MJ_CREATE:
        if (file->FileName.Length >= sizeof opened) break;
        memcpy(opened, file->FileName.Buffer, file->FileName.Length);
        opened[file->FileName.Length / sizeof(WCHAR)] = 0;
        opened_device = device;
        file->FsContext = opened;
        return finish(irp, STATUS_SUCCESS, 0);
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE: return finish(irp, file->FsContext == opened ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL, 0);
    case IRP_MJ_DEVICE_CONTROL:
        if (file->FsContext != opened) break;
        memcpy(irp->AssociatedIrp.SystemBuffer, "hook", 4);
        return finish(irp, STATUS_SUCCESS, 4);
    case IRP_MJ_PNP:
        if (pnp_minors < 32) pnp_minor[pnp_minors++] = stack->MinorFunction;
        if (stack->MinorFunction == refused) return finish(irp, STATUS_UNSUCCESSFUL, 0);
        break;
    case IRP_MJ_POWER:
        if (powers < 32) power_type[powers++] = stack->Parameters.Power.Type << 8 | stack->MinorFunction;
        break;
    default: break;
    }
    return saved[stack->MajorFunction](device, irp);
}

static void hook_in(void) {
    PDRIVER_OBJECT driver = pnp_package_driver(BRAND_HARDWARE_ID);
    ck_assert_ptr_nonnull(driver);
    for (unsigned i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        saved[i] = driver->MajorFunction[i];
        driver->MajorFunction[i] = hook;
    }
}

static const GUID net_class = {0xcac88484, 0x7515, 0x4c03, {0x82, 0xe6, 0x71, 0xa8, 0x7a, 0xba, 0xc3, 0x61}};
static WCHAR link_text[300];

static bool keep_link(struct devnode *node, const WCHAR *link, void *context) {
    if (node != context) return true;
    memcpy(link_text, link, (win32_length(link) + 1) * sizeof(WCHAR));
    return false;
}

/* Through the network interface of the adapter, with a name below it. */
static HANDLE open_below(const struct rig *rig, const WCHAR *name) {
    link_text[0] = 0;
    pnp_for_each_interface(&net_class, true, keep_link, rig->node);
    ck_assert_uint_ne(link_text[0], 0);
    memcpy(link_text + win32_length(link_text), name, (win32_length(name) + 1) * sizeof(WCHAR));
    return CreateFileW(link_text, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
}

static void assert_minors(const UCHAR *expected, unsigned count) {
    ck_assert_uint_eq(pnp_minors, count);
    for (unsigned i = 0; i < count; i++) ck_assert_uint_eq(pnp_minor[i], expected[i]);
    pnp_minors = 0;
}
#define MINORS(...) assert_minors((UCHAR[]){__VA_ARGS__}, sizeof((UCHAR[]){__VA_ARGS__}))

START_TEST(an_open_of_the_interface_reaches_the_dispatch_table_as_it_is_now) {
    struct rig rig = rig_start();
    HANDLE before = open_below(&rig, L"");
    ck_assert_ptr_ne(before, INVALID_HANDLE_VALUE); /* NDIS's own CREATE */
    char answer[4];
    DWORD bytes;
    ck_assert(!DeviceIoControl(before, CTL_CODE(0x8000, 1, METHOD_BUFFERED, 0), NULL, 0, answer, 4, &bytes, NULL));
    ck_assert(CloseHandle(before));
    hook_in();
    HANDLE file = open_below(&rig, L"\\below\\it");
    ck_assert_ptr_ne(file, INVALID_HANDLE_VALUE);
    ck_assert_int_eq(memcmp(opened, L"\\below\\it", sizeof L"\\below\\it"), 0);
    ck_assert_ptr_eq(opened_device->DriverObject, pnp_package_driver(BRAND_HARDWARE_ID));
    ck_assert(DeviceIoControl(file, CTL_CODE(0x8000, 1, METHOD_BUFFERED, 0), NULL, 0, answer, 4, &bytes, NULL));
    ck_assert_int_eq(memcmp(answer, "hook", 4), 0);
    ck_assert(CloseHandle(file));
    ck_assert_uint_eq(seen[IRP_MJ_CREATE], 1);
    ck_assert_uint_eq(seen[IRP_MJ_CLEANUP], 1);
    ck_assert_uint_eq(seen[IRP_MJ_CLOSE], 1);
    rig_stop(&rig);
    MINORS(IRP_MN_SURPRISE_REMOVAL, IRP_MN_REMOVE_DEVICE);
}
END_TEST

START_TEST(removal_waits_until_the_devices_files_are_closed) {
    struct rig rig = rig_start();
    hook_in();
    HANDLE file = open_below(&rig, L"");
    struct rig other = rig_start(); /* keeps the world */
    pnp_minors = 0;
    rig_surprise_remove(&rig);
    MINORS(IRP_MN_SURPRISE_REMOVAL);
    ck_assert(!pnp_is_present(rig.node));
    char answer[4];
    DWORD bytes; /* the device is still the driver's */
    ck_assert(DeviceIoControl(file, CTL_CODE(0x8000, 1, METHOD_BUFFERED, 0), NULL, 0, answer, 4, &bytes, NULL));
    ck_assert(CloseHandle(file));
    pnp_wait_idle();
    MINORS(IRP_MN_REMOVE_DEVICE);
    ck_assert_uint_eq(seen[IRP_MJ_CLEANUP], 1);
    ck_assert_uint_eq(seen[IRP_MJ_CLOSE], 1);
    rig_stop(&rig);
    rig_stop(&other);
}
END_TEST

START_TEST(an_uninstall_asks_first_and_open_files_or_drivers_may_refuse) {
    struct rig rig = rig_start();
    hook_in();
    HANDLE file = open_below(&rig, L"");
    ck_assert(!NT_SUCCESS(pnp_uninstall(rig.node)));
    MINORS();
    ck_assert(CloseHandle(file));
    refused = IRP_MN_QUERY_REMOVE_DEVICE;
    ck_assert(!NT_SUCCESS(pnp_uninstall(rig.node)));
    MINORS(IRP_MN_QUERY_REMOVE_DEVICE, IRP_MN_CANCEL_REMOVE_DEVICE);
    ck_assert(pnp_is_started(rig.node));
    refused = 0xFF;
    rig_stop(&rig);
}
END_TEST

START_TEST(a_stop_is_asked_for_and_may_be_cancelled) {
    struct rig rig = rig_start();
    hook_in();
    ck_assert_int_eq(pnp_stop_start(rig.node), STATUS_SUCCESS);
    MINORS(IRP_MN_QUERY_STOP_DEVICE, IRP_MN_STOP_DEVICE, IRP_MN_START_DEVICE);
    ck_assert_int_eq(ndis_adapter_state(rig.adapter), NDIS_RUNNING);
    refused = IRP_MN_QUERY_STOP_DEVICE;
    ck_assert(!NT_SUCCESS(pnp_stop_start(rig.node)));
    MINORS(IRP_MN_QUERY_STOP_DEVICE, IRP_MN_CANCEL_STOP_DEVICE);
    refused = IRP_MN_START_DEVICE;
    ck_assert(!NT_SUCCESS(pnp_stop_start(rig.node)));
    MINORS(IRP_MN_QUERY_STOP_DEVICE, IRP_MN_STOP_DEVICE, IRP_MN_START_DEVICE, IRP_MN_SURPRISE_REMOVAL,
           IRP_MN_REMOVE_DEVICE);
    NTSTATUS status;
    ck_assert_uint_eq(pnp_problem(rig.node, &status), CM_PROB_FAILED_START);
    rig_stop(&rig);
}
END_TEST

START_TEST(sleep_goes_down_the_stack_and_ndis_makes_a_device_state_of_it) {
    struct rig rig = rig_start();
    hook_in();
    for (unsigned round = 0; round < 2; round++) {
        powers = 0;
        ck_assert_int_eq(pnp_sleep(rig.node), STATUS_SUCCESS);
        ck_assert_uint_eq(powers, 3);
        ck_assert_uint_eq(power_type[0], SystemPowerState << 8 | IRP_MN_QUERY_POWER);
        ck_assert_uint_eq(power_type[1], SystemPowerState << 8 | IRP_MN_SET_POWER);
        ck_assert_uint_eq(power_type[2], DevicePowerState << 8 | IRP_MN_SET_POWER);
        ck_assert_int_eq(ndis_set_power(rig.adapter, NdisDeviceStateD3), NDIS_STATUS_INVALID_STATE); /* it is there */
        ck_assert_int_eq(pnp_wake(rig.node), STATUS_SUCCESS);
        ck_assert_uint_eq(powers, 5);
        ck_assert_int_eq(ndis_adapter_state(rig.adapter), NDIS_RUNNING);
    }
    rig_stop(&rig);
}
END_TEST

TEST_CASES(hooks, an_open_of_the_interface_reaches_the_dispatch_table_as_it_is_now,
           removal_waits_until_the_devices_files_are_closed,
           an_uninstall_asks_first_and_open_files_or_drivers_may_refuse, a_stop_is_asked_for_and_may_be_cancelled,
           sleep_goes_down_the_stack_and_ndis_makes_a_device_state_of_it)
