/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Adapters through the library as programs use it.
 */
#include "test/api/library.h"
#include "test/common/testing.h"

#include <string.h>

#include <gen/brand.h>

static unsigned adapters;
static bool count_adapter(struct devnode *node, void *context) {
    *(unsigned *)context += pnp_is_present(node);
    return true;
}
static unsigned present(void) {
    adapters = 0;
    pnp_for_each(count_adapter, &adapters);
    return adapters;
}

START_TEST(an_adapter_is_made_opened_by_name_and_closed) {
    WINTUN_ADAPTER_HANDLE made, opened;
    NET_LUID luid = {0}, same = {0};

    library_start(true);
    for (unsigned round = 0; round < 5; round++) {
        made = api.CreateAdapter(L"First", L"Warren test", NULL);
        ck_assert_ptr_nonnull(made);
        ck_assert_uint_eq(present(), 1);
        opened = api.OpenAdapter(L"First");
        ck_assert_ptr_nonnull(opened);
        api.GetAdapterLUID(made, &luid);
        api.GetAdapterLUID(opened, &same);
        ck_assert_uint_eq(luid.Value, same.Value);
        ck_assert_uint_eq(luid.Info.IfType, 53);
        ck_assert_ptr_null(api.OpenAdapter(L"Second"));
        ck_assert_uint_eq(GetLastError(), ERROR_NOT_FOUND);
        api.CloseAdapter(opened);
        ck_assert_uint_eq(present(), 1); /* only its maker's handle keeps it */
        api.CloseAdapter(made);
        pnp_wait_idle();
        ck_assert_uint_eq(present(), 0);
    }
    library_stop();
}
END_TEST

START_TEST(two_adapters_live_side_by_side) {
    WINTUN_ADAPTER_HANDLE first, second;
    NET_LUID a = {0}, b = {0};

    library_start(true);
    first = api.CreateAdapter(L"First", L"Warren test", NULL);
    second = api.CreateAdapter(L"Second", L"Warren test", NULL);
    ck_assert(first != NULL && second != NULL);
    api.GetAdapterLUID(first, &a);
    api.GetAdapterLUID(second, &b);
    ck_assert_uint_ne(a.Value, b.Value);
    ck_assert_uint_eq(present(), 2);
    api.CloseAdapter(first);
    ck_assert_ptr_null(api.OpenAdapter(L"First"));
    api.CloseAdapter(second);
    library_stop();
}
END_TEST

static bool remember_path(struct devnode *node, void *context) {
    const WCHAR *path = pnp_instance_path(node);
    WCHAR *to = context;

    if (!pnp_is_present(node)) return true;
    while ((*to++ = *path++) != 0);
    return false;
}

START_TEST(without_a_guid_the_same_name_gives_the_same_device) {
    WCHAR first[256] = {0}, again[256] = {0}, other[256] = {0};

    library_start(true);
    for (unsigned round = 0; round < 3; round++) {
        WINTUN_ADAPTER_HANDLE adapter = api.CreateAdapter(round < 2 ? L"Stable" : L"Other", L"Warren test", NULL);

        ck_assert_ptr_nonnull(adapter);
        pnp_for_each(remember_path, round == 0 ? first : round == 1 ? again : other);
        api.CloseAdapter(adapter);
    }
    ck_assert_uint_ne(first[0], 0);
    ck_assert_mem_eq(first, again, sizeof(first));
    ck_assert_mem_ne(first, other, sizeof(first));
    library_stop();
}
END_TEST

START_TEST(bad_names_are_refused) {
    static WCHAR longer[300];

    library_start(true);
    for (unsigned at = 0; at < 299; at++) longer[at] = L'x';
    ck_assert_ptr_null(api.CreateAdapter(L"", L"Warren test", NULL));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert_ptr_null(api.CreateAdapter(NULL, L"Warren test", NULL));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert_ptr_null(api.CreateAdapter(longer, L"Warren test", NULL));
    ck_assert_uint_ne(GetLastError(), ERROR_SUCCESS);
    ck_assert_uint_eq(present(), 0);
    ck_assert_uint_ge(library_errors(), 3);
    library_stop();
}
END_TEST

START_TEST(the_running_drivers_version_is_known_while_it_runs) {
    WINTUN_ADAPTER_HANDLE adapter;

    library_start(true);
    ck_assert_uint_eq(api.GetRunningDriverVersion(), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_FILE_NOT_FOUND);
    adapter = api.CreateAdapter(L"Test", L"Warren test", NULL);
    ck_assert_uint_eq(api.GetRunningDriverVersion(), BRAND_VERSION_MAJOR << 16 | BRAND_VERSION_MINOR);
    api.CloseAdapter(adapter);
    library_stop();
}
END_TEST

TEST_CASES(adapters, an_adapter_is_made_opened_by_name_and_closed, two_adapters_live_side_by_side,
           without_a_guid_the_same_name_gives_the_same_device, bad_names_are_refused,
           the_running_drivers_version_is_known_while_it_runs)
