/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Adapters with options, persistent ones, names, and the IP interfaces that creation waits for.
 */
#include "test/api/library.h"
#include "test/common/testing.h"

#include <string.h>

#include <gen/brand.h>

#include "host/ip_interface.h"
#include "host/program.h"
#include "host/registry.h"

#define OPTIONS(...)                                                                                                   \
    ((WARREN_ADAPTER_OPTIONS){.Size = sizeof(WARREN_ADAPTER_OPTIONS), .TunnelType = L"Test", __VA_ARGS__})

static WARREN_ERROR last(void) {
    WARREN_ERROR error = {.Size = sizeof(error)};
    ck_assert(api.WarrenGetLastError(&error));
    return error;
}

static BOOL CALLBACK keep_one(const WARREN_ADAPTER_INFO *info, void *context) {
    *(WARREN_ADAPTER_INFO *)context = *info;
    return TRUE;
}

/* The only adapter that there is; Size is 0 if there is none. */
static WARREN_ADAPTER_INFO only(void) {
    WARREN_ADAPTER_INFO info = {.Size = 0};
    ck_assert(api.EnumerateAdapters(keep_one, &info));
    return info;
}

static void refused(const WARREN_ADAPTER_OPTIONS *options, DWORD error) {
    ck_assert_ptr_null(api.WarrenCreateAdapter(options));
    ck_assert_uint_eq(GetLastError(), error);
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_ARGUMENTS);
    ck_assert_uint_eq(only().Size, 0);
}

START_TEST(options_that_make_no_sense_are_refused_before_anything_is_made) {
    static WCHAR much[1024];
    library_start(true);
    for (unsigned at = 0; at + 1 < sizeof much / sizeof *much; at++) much[at] = 'x';
    refused(NULL, ERROR_INVALID_PARAMETER);
    refused(&(WARREN_ADAPTER_OPTIONS){.Size = 0}, ERROR_INVALID_PARAMETER);
    refused(&OPTIONS(.Name = NULL), ERROR_INVALID_PARAMETER);
    refused(&(WARREN_ADAPTER_OPTIONS){.Size = sizeof(WARREN_ADAPTER_OPTIONS), .Name = L"A"}, ERROR_INVALID_PARAMETER);
    refused(&OPTIONS(.Name = L"A", .Flags = 2), ERROR_INVALID_PARAMETER);
    refused(&OPTIONS(.Name = L"A", .Mtu = 1279), ERROR_INVALID_PARAMETER);
    refused(&OPTIONS(.Name = L"A", .Mtu = 65536), ERROR_INVALID_PARAMETER);
    refused(&OPTIONS(.Name = L"A", .Description = L""), ERROR_INVALID_PARAMETER);
    refused(&OPTIONS(.Name = L"A", .Description = much), ERROR_FILENAME_EXCED_RANGE);
    refused(&OPTIONS(.Name = much), ERROR_FILENAME_EXCED_RANGE);
    refused(&OPTIONS(.Name = L"A", .Sddl = L"nonsense"), ERROR_INVALID_SECURITY_DESCR);
    refused(&OPTIONS(.Name = L"A", .Sddl = much), ERROR_INVALID_SECURITY_DESCR);
    library_stop();
}
END_TEST

static MIB_IPINTERFACE_ROW row_of(const NET_LUID *luid, ADDRESS_FAMILY family) {
    MIB_IPINTERFACE_ROW row;
    InitializeIpInterfaceEntry(&row);
    row.InterfaceLuid = *luid;
    row.Family = family;
    ck_assert_uint_eq(GetIpInterfaceEntry(&row), NO_ERROR);
    return row;
}

START_TEST(mtu_and_description_are_what_was_asked_for) {
    NET_LUID luid;
    library_start(true);
    WINTUN_ADAPTER_HANDLE adapter =
        api.WarrenCreateAdapter(&OPTIONS(.Name = L"Small", .Mtu = 1420, .Description = L"A small one"));
    ck_assert_ptr_nonnull(adapter);
    api.GetAdapterLUID(adapter, &luid);
    ck_assert_uint_eq(row_of(&luid, AF_INET).NlMtu, 1420);
    ck_assert_uint_eq(row_of(&luid, AF_INET6).NlMtu, 1420);
    struct devnode *node = pnp_find(only().InstanceId, false);
    WCHAR text[64];
    ULONG type, size = sizeof text;
    static const DEVPROPKEY description = {
        {0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}}, 2};
    ck_assert(NT_SUCCESS(pnp_property_get(node, &description, &type, text, &size)));
    ck_assert_mem_eq(text, L"A small one", sizeof(L"A small one"));
    pnp_release(node);
    api.CloseAdapter(adapter);
    adapter = api.WarrenCreateAdapter(&OPTIONS(.Name = L"Large"));
    api.GetAdapterLUID(adapter, &luid);
    ck_assert_uint_eq(row_of(&luid, AF_INET).NlMtu, 65535);
    api.CloseAdapter(adapter);
    library_stop();
}
END_TEST

/* --- who may open it ---------------------------------------------------------------------------------------------- */

static void user_tries(void *result) {
    struct api mine;
    se_set_process_token(PsGetCurrentProcess(), SE_TOKEN_USER);
    library_load(&mine);
    WINTUN_ADAPTER_HANDLE adapter = mine.OpenAdapter(L"Shared");
    ck_assert_ptr_nonnull(adapter);
    WINTUN_SESSION_HANDLE session = mine.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
    *(DWORD *)result = session ? ERROR_SUCCESS : GetLastError();
    if (session) mine.EndSession(session);
    mine.CloseAdapter(adapter);
}

static DWORD as_user(void) {
    DWORD result = ERROR_GEN_FAILURE;
    program_end(program_start("user", user_tries, &result, 0));
    return result;
}

START_TEST(a_security_descriptor_lets_users_in_that_could_not_otherwise) {
    library_start(true);
    WINTUN_ADAPTER_HANDLE adapter = api.WarrenCreateAdapter(&OPTIONS(.Name = L"Shared"));
    ck_assert_uint_eq(as_user(), ERROR_ACCESS_DENIED);
    api.CloseAdapter(adapter);
    adapter =
        api.WarrenCreateAdapter(&OPTIONS(.Name = L"Shared", .Sddl = L"D:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;GRGW;;;WD)"));
    ck_assert_ptr_nonnull(adapter);
    ck_assert_uint_eq(as_user(), ERROR_SUCCESS);
    api.CloseAdapter(adapter);
    library_stop();
}
END_TEST

static void user_creates(void *result) {
    struct api mine;
    se_set_process_token(PsGetCurrentProcess(), SE_TOKEN_USER);
    library_load(&mine);
    ck_assert_ptr_null(mine.CreateAdapter(L"Mine", L"Test", NULL));
    *(DWORD *)result = GetLastError();
}

START_TEST(without_the_rights_of_an_administrator_creation_says_so) {
    DWORD result = 0;
    library_start(true);
    program_end(program_start("user", user_creates, &result, 0));
    ck_assert_uint_eq(result, ERROR_ACCESS_DENIED);
    ck_assert_uint_eq(only().Size, 0);
    library_stop();
}
END_TEST

/* --- persistent adapters ------------------------------------------------------------------------------------------ */

static void make_persistent(void *name) {
    struct api mine;
    library_load(&mine);
    ck_assert_ptr_nonnull(mine.WarrenCreateAdapter(&OPTIONS(.Name = name, .Flags = WARREN_ADAPTER_PERSISTENT)));
}

START_TEST(a_persistent_adapter_outlives_its_process_until_it_is_deleted) {
    WCHAR name[] = L"Lasting";
    DWORD size;
    library_start(true);
    program_end(program_start("creator", make_persistent, name, 0));
    pnp_wait_idle();
    WARREN_ADAPTER_INFO info = only();
    ck_assert_uint_eq(info.Started, 1);
    ck_assert_uint_eq(info.Flags, WARREN_ADAPTER_PERSISTENT);
    /* Others' creations and repairs leave it alone. */
    WINTUN_ADAPTER_HANDLE other = api.CreateAdapter(L"Other", L"Test", NULL);
    api.CloseAdapter(other);
    ck_assert_uint_eq(api.Repair(FALSE, NULL, NULL), 0);
    ck_assert_uint_eq(only().Luid.Value, info.Luid.Value);
    /* Asked for again, it is opened; what one does with an open one cannot harm it. */
    WINTUN_ADAPTER_HANDLE adapter = api.WarrenCreateAdapter(&OPTIONS(.Name = name, .Flags = WARREN_ADAPTER_PERSISTENT));
    ck_assert_ptr_nonnull(adapter);
    api.CloseAdapter(adapter);
    ck_assert_uint_eq(only().Luid.Value, info.Luid.Value);
    adapter = api.OpenAdapter(name);
    WINTUN_SESSION_HANDLE session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
    ck_assert_ptr_nonnull(session);
    ck_assert(api.DeleteAdapter(name));
    ck_assert_uint_eq(only().Size, 0);
    ck_assert_ptr_null(api.ReceivePacket(session, &size));
    ck_assert_uint_eq(GetLastError(), ERROR_HANDLE_EOF);
    api.EndSession(session);
    api.CloseAdapter(adapter);
    ck_assert(!api.DeleteAdapter(name));
    ck_assert_uint_eq(GetLastError(), ERROR_NOT_FOUND);
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_REMOVE);
    library_stop();
}
END_TEST

START_TEST(an_adapter_that_a_process_owns_is_not_deleted_by_name) {
    library_start(true);
    WINTUN_ADAPTER_HANDLE adapter = api.CreateAdapter(L"Owned", L"Test", NULL);
    ck_assert(!api.DeleteAdapter(L"Owned"));
    ck_assert_uint_eq(GetLastError(), ERROR_DEVICE_IN_USE);
    ck_assert_uint_eq(only().Started, 1);
    ck_assert(!api.DeleteAdapter(L""));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    api.CloseAdapter(adapter);
    library_stop();
}
END_TEST

/* --- names -------------------------------------------------------------------------------------------------------- */

static void alias_is(WINTUN_ADAPTER_HANDLE adapter, const WCHAR *expected) {
    WCHAR alias[IP_ALIAS_ROOM];
    NET_LUID luid;
    api.GetAdapterLUID(adapter, &luid);
    ck_assert_uint_eq(ConvertInterfaceLuidToAlias(&luid, alias, IP_ALIAS_ROOM), NO_ERROR);
    ck_assert_mem_eq(alias, expected, (size_t)lstrlenW(expected) * sizeof(WCHAR) + sizeof(WCHAR));
}

START_TEST(the_connection_has_the_adapters_name_or_one_like_it) {
    library_start(true);
    WINTUN_ADAPTER_HANDLE first = api.CreateAdapter(L"Home", L"Test", NULL),
                          second = api.CreateAdapter(L"Home", L"Test", NULL);
    alias_is(first, L"Home");
    alias_is(second, L"Home 2");
    api.CloseAdapter(first);
    api.CloseAdapter(second);
    library_stop();
}
END_TEST

START_TEST(a_renamed_adapter_is_found_by_its_new_name_only) {
    library_start(true);
    WINTUN_ADAPTER_HANDLE adapter = api.CreateAdapter(L"Old", L"Test", NULL),
                          other = api.CreateAdapter(L"Taken", L"Test", NULL);
    ck_assert(api.RenameAdapter(L"Old", L"New"));
    alias_is(adapter, L"New");
    ck_assert_ptr_null(api.OpenAdapter(L"Old"));
    WINTUN_ADAPTER_HANDLE opened = api.OpenAdapter(L"New");
    ck_assert_ptr_nonnull(opened);
    api.CloseAdapter(opened);
    ck_assert(!api.RenameAdapter(L"New", L"Taken"));
    ck_assert_uint_eq(GetLastError(), ERROR_ALREADY_EXISTS);
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_CONFIGURE);
    ck_assert(api.RenameAdapter(L"New", L"NEW"));
    ck_assert(!api.RenameAdapter(L"Old", L"Other"));
    ck_assert_uint_eq(GetLastError(), ERROR_NOT_FOUND);
    ck_assert(!api.RenameAdapter(L"New", NULL));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    api.CloseAdapter(adapter);
    api.CloseAdapter(other);
    library_stop();
}
END_TEST

/* --- IP interfaces ------------------------------------------------------------------------------------------------ */

START_TEST(without_any_ip_interface_creation_fails_and_leaves_nothing) {
    library_start(true);
    ip_interface_allow(AF_INET, false);
    ip_interface_allow(AF_INET6, false);
    ck_assert_ptr_null(api.WarrenCreateAdapter(&OPTIONS(.Name = L"Late", .TimeoutMs = 200)));
    ck_assert_uint_eq(GetLastError(), ERROR_TIMEOUT);
    ck_assert_uint_eq(last().Stage, WARREN_STAGE_INTERFACE);
    ck_assert_uint_eq(only().Size, 0);
    library_stop();
}
END_TEST

START_TEST(without_ipv6_there_is_a_warning_and_where_it_is_off_not_even_that) {
    DWORD disabled = 0x10;
    library_start(true);
    ip_interface_allow(AF_INET6, false);
    WINTUN_ADAPTER_HANDLE adapter = api.WarrenCreateAdapter(&OPTIONS(.Name = L"Four", .TimeoutMs = 200));
    ck_assert_ptr_nonnull(adapter);
    ck_assert(library_said("no IPv6 interface"));
    api.CloseAdapter(adapter);
    struct reg_key *key = reg_open("HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters", true);
    ck_assert(NT_SUCCESS(reg_set(key, L"DisabledComponents", REG_DWORD, &disabled, sizeof disabled)));
    reg_close(key);
    library_forget_log();
    adapter = api.WarrenCreateAdapter(&OPTIONS(.Name = L"Four"));
    ck_assert_ptr_nonnull(adapter);
    ck_assert(!library_said("no IPv6 interface"));
    api.CloseAdapter(adapter);
    library_stop();
}
END_TEST

static void create_late(void *context) {
    struct api mine;
    (void)context;
    library_load(&mine);
    WINTUN_ADAPTER_HANDLE adapter = mine.CreateAdapter(L"Late", L"Test", NULL);
    ck_assert_ptr_nonnull(adapter);
    mine.CloseAdapter(adapter);
}

START_TEST(ip_interfaces_that_come_late_are_waited_for) {
    library_start(true);
    ip_interface_allow(AF_INET, false);
    ip_interface_allow(AF_INET6, false);
    struct program *program = program_start("late", create_late, NULL, 0);
    while (only().Started == 0) Sleep(1); /* it has got as far as that */
    ip_interface_allow(AF_INET, true);
    ip_interface_allow(AF_INET6, true);
    ck_assert_int_eq(program_wait(program), PROGRAM_RETURNED);
    program_end(program);
    ck_assert_uint_eq(library_errors(), 0);
    library_stop();
}
END_TEST

/* --- a slow system ------------------------------------------------------------------------------------------------ */

static void too_late_for(enum pnp_stage stage, WARREN_STAGE expected) {
    library_start(true);
    pnp_hold(stage, true);
    ck_assert_ptr_null(api.WarrenCreateAdapter(&OPTIONS(.Name = L"Slow", .TimeoutMs = 100)));
    ck_assert_uint_eq(GetLastError(), ERROR_TIMEOUT);
    ck_assert_uint_eq(last().Stage, expected);
    pnp_hold(stage, false);
    /* The device comes after all, and goes: what is left of it, the next creation takes away. */
    WINTUN_ADAPTER_HANDLE adapter = api.CreateAdapter(L"Slow", L"Test", NULL);
    ck_assert_msg(adapter != NULL, "%s", library_log());
    ck_assert_uint_eq(only().Started, 1);
    api.CloseAdapter(adapter);
    ck_assert_uint_eq(only().Size, 0);
    library_stop();
}

START_TEST(a_device_that_is_not_enumerated_in_time_is_given_up) { too_late_for(PNP_ENUMERATION, WARREN_STAGE_CREATE); }
END_TEST

START_TEST(a_device_that_does_not_start_in_time_is_given_up) { too_late_for(PNP_START, WARREN_STAGE_START); }
END_TEST

static void create_and_die(void *unused) {
    struct api mine;
    (void)unused;
    library_load(&mine);
    ck_assert_ptr_nonnull(mine.CreateAdapter(L"Slow", L"Test", NULL));
}

static void create_again(void *result) {
    struct api mine;
    library_load(&mine);
    WINTUN_ADAPTER_HANDLE adapter = mine.CreateAdapter(L"Slow", L"Test", NULL);
    ck_assert_ptr_nonnull(adapter);
    mine.GetAdapterLUID(adapter, result);
    mine.CloseAdapter(adapter);
}

START_TEST(a_dead_processes_device_that_goes_slowly_is_waited_for) {
    NET_LUID luid = {0};
    library_start(true);
    pnp_hold(PNP_REMOVAL, true);
    program_end(program_start("mortal", create_and_die, NULL, 0));
    ck_assert_uint_eq(only().Present, 1); /* it cannot go yet */
    struct program *next = program_start("next", create_again, &luid, 0);
    pnp_hold(PNP_REMOVAL, false);
    ck_assert_int_eq(program_wait(next), PROGRAM_RETURNED);
    program_end(next);
    ck_assert_uint_eq(only().Size, 0);
    library_stop();
}
END_TEST

TEST_CASES(options, options_that_make_no_sense_are_refused_before_anything_is_made,
           mtu_and_description_are_what_was_asked_for, a_security_descriptor_lets_users_in_that_could_not_otherwise,
           without_the_rights_of_an_administrator_creation_says_so,
           a_persistent_adapter_outlives_its_process_until_it_is_deleted,
           an_adapter_that_a_process_owns_is_not_deleted_by_name, the_connection_has_the_adapters_name_or_one_like_it,
           a_renamed_adapter_is_found_by_its_new_name_only, without_any_ip_interface_creation_fails_and_leaves_nothing,
           without_ipv6_there_is_a_warning_and_where_it_is_off_not_even_that,
           ip_interfaces_that_come_late_are_waited_for, a_device_that_is_not_enumerated_in_time_is_given_up,
           a_device_that_does_not_start_in_time_is_given_up, a_dead_processes_device_that_goes_slowly_is_waited_for)
