/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Several processes of one brand, each with a copy of the library: side by side, one after the other, and killed at any
 * call that the library makes.
 */
#include "test/api/library.h"
#include "test/common/testing.h"

#include <string.h>

#include "host/program.h"

#define CALLS_MAX 2000u /* more than a life has */

static BOOL CALLBACK count_one(const WARREN_ADAPTER_INFO *info, void *count) {
    (void)info;
    ++*(unsigned *)count;
    return TRUE;
}

static unsigned adapters(void) {
    unsigned count = 0;
    ck_assert(api.EnumerateAdapters(count_one, &count));
    return count;
}

static void send_one(const struct api *mine, WINTUN_SESSION_HANDLE session) {
    BYTE *packet = mine->AllocateSendPacket(session, 20);
    if (!packet) return;
    memset(packet, 0, 20);
    packet[0] = 0x45;
    packet[3] = 20;
    mine->SendPacket(session, packet);
}

/* What a program does: an adapter, two sessions, packets, and the end of it all. */
static void live(void *name) {
    struct api mine;
    library_load(&mine);
    WINTUN_ADAPTER_HANDLE adapter = mine.CreateAdapter(name, L"Test", NULL);
    ck_assert_ptr_nonnull(adapter);
    for (unsigned round = 0; round < 2; round++) {
        WINTUN_SESSION_HANDLE session = mine.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
        DWORD size;
        ck_assert_ptr_nonnull(session);
        send_one(&mine, session);
        ck_assert_ptr_null(mine.ReceivePacket(session, &size));
        mine.EndSession(session);
    }
    mine.CloseAdapter(adapter);
}

/* The next program of the brand works as if nothing had been, and nothing is left of either. */
static void go_on(LPCWSTR name) {
    WINTUN_ADAPTER_HANDLE adapter = api.CreateAdapter(name, L"Test", NULL);
    ck_assert_msg(adapter != NULL, "CreateAdapter: %s", library_log());
    WINTUN_SESSION_HANDLE session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
    ck_assert_msg(session != NULL, "StartSession: %s", library_log());
    ck_assert_uint_eq(adapters(), 1);
    api.EndSession(session);
    api.CloseAdapter(adapter);
    ck_assert_uint_eq(adapters(), 0);
}

START_TEST(a_program_killed_at_any_call_leaves_nothing_behind) {
    WCHAR name[] = L"Mortal";
    unsigned at = 0;
    enum program_state state;
    library_start(true);
    do {
        struct program *program = program_start("mortal", live, name, ++at);
        ck_assert_ptr_nonnull(program);
        state = program_wait(program);
        program_end(program);
        go_on(name);
    } while (state == PROGRAM_KILLED && at < CALLS_MAX);
    ck_assert_int_eq(state, PROGRAM_RETURNED);
    ck_assert_msg(at > 100, "a whole life made only %u calls", at);
    ck_assert_uint_eq(library_errors(), 0);
    library_stop();
}
END_TEST

/* --- side by side ------------------------------------------------------------------------------------------------- */

struct neighbour {
    WCHAR name[16];
    PRKEVENT is_ready, is_done;
    NET_LUID luid;
};

static void keep_an_adapter(void *context) {
    struct neighbour *self = context;
    struct api mine;
    library_load(&mine);
    WINTUN_ADAPTER_HANDLE adapter = mine.CreateAdapter(self->name, L"Test", NULL);
    ck_assert_ptr_nonnull(adapter);
    mine.GetAdapterLUID(adapter, &self->luid);
    KeSetEvent(self->is_ready, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(self->is_done, Executive, KernelMode, FALSE, NULL);
    mine.CloseAdapter(adapter);
}

START_TEST(two_programs_have_one_adapter_each_even_of_one_name) {
    KEVENT ready, done;
    struct neighbour other = {.name = L"Same", .is_ready = &ready, .is_done = &done};
    NET_LUID luid;
    KeInitializeEvent(&ready, NotificationEvent, FALSE);
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    library_start(true);
    struct program *program = program_start("neighbour", keep_an_adapter, &other, 0);
    KeWaitForSingleObject(&ready, Executive, KernelMode, FALSE, NULL);
    WINTUN_ADAPTER_HANDLE adapter = api.CreateAdapter(L"Same", L"Test", NULL);
    ck_assert_ptr_nonnull(adapter);
    api.GetAdapterLUID(adapter, &luid);
    ck_assert(luid.Value != other.luid.Value);
    ck_assert_uint_eq(adapters(), 2);
    api.CloseAdapter(adapter);
    ck_assert_uint_eq(adapters(), 1);
    /* What another process has can be opened, and is not taken away by closing it. */
    adapter = api.OpenAdapter(L"Same");
    ck_assert_ptr_nonnull(adapter);
    api.GetAdapterLUID(adapter, &luid);
    ck_assert_uint_eq(luid.Value, other.luid.Value);
    api.CloseAdapter(adapter);
    ck_assert_uint_eq(adapters(), 1);
    KeSetEvent(&done, IO_NO_INCREMENT, FALSE);
    program_end(program);
    ck_assert_uint_eq(adapters(), 0);
    library_stop();
}
END_TEST

static void create_and_close(void *name) {
    struct api mine;
    library_load(&mine);
    for (unsigned round = 0; round < 5; round++) {
        WINTUN_ADAPTER_HANDLE adapter = mine.CreateAdapter(name, L"Test", NULL);
        ck_assert_ptr_nonnull(adapter);
        mine.CloseAdapter(adapter);
    }
}

START_TEST(programs_that_create_at_once_do_not_disturb_each_other) {
    WCHAR names[4][8] = {L"One", L"Two", L"Two", L"Four"};
    struct program *programs[4];
    library_start(true);
    for (unsigned at = 0; at < 4; at++) programs[at] = program_start("busy", create_and_close, names[at], 0);
    for (unsigned at = 0; at < 4; at++) ck_assert_int_eq(program_wait(programs[at]), PROGRAM_RETURNED);
    for (unsigned at = 0; at < 4; at++) program_end(programs[at]);
    ck_assert_uint_eq(adapters(), 0);
    library_stop();
}
END_TEST

static void create_and_die(void *name) {
    struct api mine;
    library_load(&mine);
    WINTUN_ADAPTER_HANDLE adapter = mine.CreateAdapter(name, L"Test", NULL);
    if (!adapter) printf("%s", library_log());
    ck_assert_ptr_nonnull(adapter);
    ck_assert_ptr_nonnull(mine.StartSession(adapter, WINTUN_MIN_RING_CAPACITY));
}

#if defined(__aarch64__) /* qemu takes twenty times as long */
#define CRASHES 50
#else
#define CRASHES 1000
#endif

START_TEST(crash_upon_crash_leaves_nothing_and_hinders_nobody) {
    WCHAR name[] = L"Phoenix";
    library_start(true);
    for (unsigned round = 0; round < CRASHES; round++) program_end(program_start("mortal", create_and_die, name, 0));
    go_on(name);
    ck_assert_uint_eq(library_errors(), 0);
    library_stop();
}
END_TEST

TEST_CASES(processes, a_program_killed_at_any_call_leaves_nothing_behind,
           two_programs_have_one_adapter_each_even_of_one_name, programs_that_create_at_once_do_not_disturb_each_other,
           crash_upon_crash_leaves_nothing_and_hinders_nobody)
