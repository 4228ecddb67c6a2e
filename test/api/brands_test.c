/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Two brands, built from two brand.mk, in one system: neither sees, harms or hinders the other.
 */
#include "test/api/library.h"
#include "test/common/testing.h"

#include <stdlib.h>
#include <string.h>

#include "host/drvstore.h"
#include "host/program.h"

static struct api second;
static HMODULE second_library;

static HMODULE load_second(struct api *to) {
    const char *path = getenv("WARREN_SECOND");
    ck_assert_msg(path != NULL, "WARREN_SECOND must name the second brand's library");
    return library_load_file(to, path);
}

static void begin(void) {
    library_start(false);
    second_library = load_second(&second);
}

static void end(void) {
    ck_assert(FreeLibrary(second_library));
    library_stop();
}

static BOOL CALLBACK count_one(const WARREN_ADAPTER_INFO *info, void *count) {
    (void)info;
    ++*(unsigned *)count;
    return TRUE;
}

static unsigned adapters(const struct api *of) {
    unsigned count = 0;
    ck_assert(of->EnumerateAdapters(count_one, &count));
    return count;
}

static unsigned stored(void) {
    struct drvstore_driver driver;
    unsigned count = 0;
    while (drvstore_get(count, &driver)) count++;
    return count;
}

static void works(const struct api *of, WINTUN_ADAPTER_HANDLE adapter) {
    WINTUN_SESSION_HANDLE session = of->StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
    ck_assert_ptr_nonnull(session);
    BYTE *packet = of->AllocateSendPacket(session, 20);
    ck_assert_ptr_nonnull(packet);
    memset(packet, 0, 20);
    packet[0] = 0x45;
    packet[3] = 20;
    of->SendPacket(session, packet);
    of->EndSession(session);
}

START_TEST(two_brands_live_side_by_side_under_the_same_names) {
    NET_LUID first_luid, second_luid, found;
    begin();
    WINTUN_ADAPTER_HANDLE ours = api.CreateAdapter(L"Tunnel", L"VPN", NULL),
                          theirs = second.CreateAdapter(L"Tunnel", L"VPN", NULL);
    ck_assert_ptr_nonnull(ours);
    ck_assert_ptr_nonnull(theirs);
    api.GetAdapterLUID(ours, &first_luid);
    second.GetAdapterLUID(theirs, &second_luid);
    ck_assert(first_luid.Value != second_luid.Value);
    ck_assert_uint_eq(stored(), 2);
    ck_assert_uint_eq(adapters(&api), 1);
    ck_assert_uint_eq(adapters(&second), 1);
    WINTUN_ADAPTER_HANDLE opened = second.OpenAdapter(L"Tunnel");
    second.GetAdapterLUID(opened, &found);
    ck_assert_uint_eq(found.Value, second_luid.Value);
    second.CloseAdapter(opened);
    works(&api, ours);
    works(&second, theirs);
    /* One brand goes, with its driver; the other does not notice. */
    api.CloseAdapter(ours);
    ck_assert(api.DeleteDriver());
    ck_assert_uint_eq(stored(), 1);
    works(&second, theirs);
    ck_assert(!second.DeleteDriver());
    ck_assert_uint_eq(GetLastError(), ERROR_DEVICE_IN_USE);
    second.CloseAdapter(theirs);
    ck_assert(second.DeleteDriver());
    ck_assert_uint_eq(stored(), 0);
    end();
}
END_TEST

static void die_with_one_of_each(void *unused) {
    struct api mine, other;
    (void)unused;
    library_load(&mine);
    load_second(&other);
    ck_assert_ptr_nonnull(mine.CreateAdapter(L"Ours", L"VPN", NULL));
    ck_assert_ptr_nonnull(other.CreateAdapter(L"Theirs", L"VPN", NULL));
    ck_assert_ptr_nonnull(other.WarrenCreateAdapter(&(WARREN_ADAPTER_OPTIONS){.Size = sizeof(WARREN_ADAPTER_OPTIONS),
                                                                              .Name = L"Lasting",
                                                                              .TunnelType = L"VPN",
                                                                              .Flags = WARREN_ADAPTER_PERSISTENT}));
}

START_TEST(what_a_brand_has_left_over_is_that_brand_s) {
    begin();
    program_end(program_start("mortal", die_with_one_of_each, NULL, 0));
    pnp_wait_idle();
    ck_assert_uint_eq(adapters(&api), 1);
    ck_assert_uint_eq(adapters(&second), 2);
    api.CloseAdapter(api.CreateAdapter(L"Next", L"VPN", NULL)); /* cleans up */
    ck_assert_uint_eq(adapters(&api), 0);
    ck_assert_uint_eq(adapters(&second), 2);
    ck_assert_uint_eq(api.Repair(FALSE, NULL, NULL), 0);
    ck_assert(!api.DeleteAdapter(L"Lasting"));
    ck_assert_uint_eq(GetLastError(), ERROR_NOT_FOUND);
    ck_assert_uint_eq(second.Repair(FALSE, NULL, NULL), 1);
    ck_assert(second.DeleteAdapter(L"Lasting"));
    ck_assert_uint_eq(adapters(&second), 0);
    end();
}
END_TEST

TEST_CASES(brands, two_brands_live_side_by_side_under_the_same_names, what_a_brand_has_left_over_is_that_brand_s)
