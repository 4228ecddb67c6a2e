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
static unsigned arrivals, removals; /* of the interface */
static WCHAR opened[64];
static PDEVICE_OBJECT opened_device;
static bool device_failed;
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
        if (file->FileName.Length) memcpy(opened, file->FileName.Buffer, file->FileName.Length);
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
        if (stack->MinorFunction == IRP_MN_QUERY_PNP_DEVICE_STATE && device_failed)
            return finish(irp, STATUS_SUCCESS, PNP_DEVICE_FAILED);
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
    memset(seen, 0, sizeof seen);
    pnp_minors = powers = arrivals = removals = 0;
    device_failed = false;
    refused = 0xFF;
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
    ULONG oid = OID_GEN_MAXIMUM_TOTAL_SIZE, value = 0; /* what NDIS itself answers */
    ck_assert(DeviceIoControl(before, CTL_CODE(0x17, 0, METHOD_OUT_DIRECT, 0), &oid, sizeof oid, &value, sizeof value,
                              &bytes, NULL));
    ck_assert_uint_eq(bytes, sizeof value);
    ck_assert_uint_gt(value, 0);
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

/* --- interfaces of the driver's own ------------------------------------------------------------------------------ */

static const GUID own_class = {0x5eba7ba5, 0x1234, 0x4abc, {1, 2, 3, 4, 5, 6, 7, 8}};
static WCHAR told_link[300];

static NTSTATUS NTAPI told(PVOID structure, PVOID context) {
    DEVICE_INTERFACE_CHANGE_NOTIFICATION *change = structure;
    (void)context;
    ck_assert_int_eq(memcmp(&change->InterfaceClassGuid, &own_class, sizeof own_class), 0);
    *(change->Event.Data1 & 1 ? &removals : &arrivals) += 1;
    memcpy(told_link, change->SymbolicLinkName->Buffer, change->SymbolicLinkName->Length);
    told_link[change->SymbolicLinkName->Length / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

START_TEST(a_driver_may_register_interfaces_of_its_own) {
    struct rig rig = rig_start(), other = rig_start();
    hook_in();
    PDEVICE_OBJECT physical = pnp_physical_device(rig.node);
    UNICODE_STRING link, reference;
    PVOID entry;
    PWSTR list;
    RtlInitUnicodeString(&reference, L"side");
    ck_assert_int_eq(IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0, (PVOID)(ULONG_PTR)&own_class,
                                                    physical->DriverObject, told, NULL, &entry),
                     STATUS_SUCCESS);
    ck_assert_int_eq(IoRegisterDeviceInterface(physical, &own_class, &reference, &link), STATUS_SUCCESS);
    ck_assert_int_eq(IoGetDeviceInterfaces(&own_class, NULL, 0, &list), STATUS_SUCCESS);
    ck_assert_uint_eq(list[0], 0);
    ExFreePoolWithTag(list, 0);
    ck_assert_int_eq(IoSetDeviceInterfaceState(&link, TRUE), STATUS_SUCCESS);
    ck_assert_int_eq(IoSetDeviceInterfaceState(&link, TRUE), STATUS_OBJECT_NAME_EXISTS);
    ck_assert_uint_eq(arrivals, 1);
    ck_assert_int_eq(IoGetDeviceInterfaces(&own_class, physical, 0, &list), STATUS_SUCCESS);
    ck_assert_int_eq(memcmp(list, told_link, (win32_length(told_link) + 1) * sizeof(WCHAR)), 0);
    ExFreePoolWithTag(list, 0);
    told_link[1] = '\\';
    HANDLE file = CreateFileW(told_link, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    ck_assert_ptr_ne(file, INVALID_HANDLE_VALUE);
    ck_assert_int_eq(memcmp(opened, L"\\side", sizeof L"\\side"), 0);
    ck_assert(CloseHandle(file));
    rig_surprise_remove(&rig); /* disables what the driver did not */
    ck_assert_uint_eq(removals, 1);
    told_link[1] = '\\';
    ck_assert_ptr_eq(CreateFileW(told_link, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), INVALID_HANDLE_VALUE);
    RtlFreeUnicodeString(&link);
    ck_assert_int_eq(IoUnregisterPlugPlayNotificationEx(entry), STATUS_SUCCESS);
    rig_stop(&rig);
    rig_stop(&other);
}
END_TEST

static void created(struct devnode *node, NTSTATUS status, void *context) {
    (void)node;
    *(NTSTATUS *)context = status;
}

START_TEST(a_device_that_comes_back_waits_for_the_old_ones_files) {
    struct rig rig = rig_start();
    hook_in();
    HANDLE file = open_below(&rig, L"");
    rig_surprise_remove(&rig);
    WCHAR instance[] = {(WCHAR)('0' + rig.instance), 0};
    struct pnp_software_device info = {.enumerator = BRAND_ENUMERATOR,
                                       .instance = instance,
                                       .hardware_ids = BRAND_HARDWARE_ID L"\0",
                                       .description = BRAND_NAME};
    NTSTATUS status = STATUS_PENDING;
    struct devnode *node;
    ck_assert_int_eq(pnp_create(ps_client_process, &info, created, &status, &node), STATUS_SUCCESS);
    pnp_wait_idle();
    ck_assert_int_eq(status, STATUS_PENDING);
    ck_assert(CloseHandle(file));
    pnp_wait_idle(); /* the removal */
    pnp_wait_idle(); /* which put the start behind */
    ck_assert_int_eq(status, STATUS_SUCCESS);
    ck_assert(pnp_is_started(node));
    rig.node = node;
    rig_stop(&rig);
}
END_TEST

START_TEST(a_device_that_says_that_it_failed_is_removed_with_a_problem) {
    struct rig rig = rig_start();
    hook_in();
    device_failed = true;
    IoInvalidateDeviceState(pnp_physical_device(rig.node));
    NTSTATUS status;
    for (unsigned tries = 0; tries < 1000000 && pnp_problem(rig.node, &status) == 0; tries++) {
        pnp_wait_idle(); /* the worker thread asks PnP for it */
        SwitchToThread();
    }
    ck_assert_uint_eq(pnp_problem(rig.node, &status), 43);
    ck_assert(!pnp_is_started(rig.node));
    rig_stop(&rig);
}
END_TEST

TEST_CASES(hooks, an_open_of_the_interface_reaches_the_dispatch_table_as_it_is_now,
           removal_waits_until_the_devices_files_are_closed,
           an_uninstall_asks_first_and_open_files_or_drivers_may_refuse, a_stop_is_asked_for_and_may_be_cancelled,
           sleep_goes_down_the_stack_and_ndis_makes_a_device_state_of_it, a_driver_may_register_interfaces_of_its_own,
           a_device_that_comes_back_waits_for_the_old_ones_files,
           a_device_that_says_that_it_failed_is_removed_with_a_problem)
