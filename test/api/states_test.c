/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The table of docs/api.md, "What is where in its life": each call of a session in each state that it can be in.
 */
#include "test/api/library.h"
#include "test/common/testing.h"

#include <string.h>

#define LENGTH 100u

static WINTUN_ADAPTER_HANDLE adapter;
static WINTUN_SESSION_HANDLE session;
static BYTE *held, *allocated; /* packets that the program has from before the state changed */
static HANDLE read_event, write_event;

static void make(BYTE *packet) {
    memset(packet, 0, LENGTH);
    packet[0] = 0x45;
    packet[3] = LENGTH;
}

static void stack_sends(void) {
    BYTE packet[LENGTH];
    struct fake_packet sent = {.data = packet, .size = LENGTH};
    make(packet);
    ck_assert_uint_eq(fake_send_packets(fake_of(ndis_adapter_find(NULL)), &sent, 1, PASSIVE_LEVEL), 1);
}

static void running(void) {
    DWORD size;
    library_start(true);
    adapter = api.CreateAdapter(L"Table", L"Test", NULL);
    session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
    ck_assert_ptr_nonnull(session);
    read_event = api.GetReadWaitEvent(session);
    write_event = api.GetWriteWaitEvent(session);
    ck_assert(read_event && write_event);
    stack_sends();
    held = api.ReceivePacket(session, &size);
    allocated = api.AllocateSendPacket(session, LENGTH);
    ck_assert(held && allocated);
    make(allocated);
}

static void adapter_gone(void) {
    running();
    stack_sends(); /* arrives in time */
    api.CloseAdapter(adapter);
    adapter = NULL;
    DWORD size;
    BYTE *packet = api.ReceivePacket(session, &size);
    ck_assert_ptr_nonnull(packet);
    api.ReleaseReceivePacket(session, packet);
}

/* The driver finds a record that cannot be. */
static void ring_damaged(void) {
    running();
    ((uint32_t *)(void *)allocated)[-4] = 0; /* its length */
    api.SendPacket(session, allocated);
    do allocated = api.AllocateSendPacket(session, LENGTH);
    while (allocated || GetLastError() == ERROR_BUFFER_OVERFLOW);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_DATA);
}

static void session_ended(void) {
    running();
    api.EndSession(session);
}

static void fails_with(bool failed, DWORD error, const char *call) {
    DWORD last = GetLastError();
    ck_assert_msg(failed, "%s did not fail", call);
    ck_assert_msg(last == error, "%s: %u, not %u", call, last, error);
}

static void packets_fail_with(DWORD receive, DWORD allocate) {
    WARREN_PACKET batch[4] = {{NULL, LENGTH}, {NULL, LENGTH}, {NULL, LENGTH}, {NULL, LENGTH}};
    DWORD size;
    for (unsigned twice = 0; twice < 2; twice++) {
        fails_with(!api.ReceivePacket(session, &size), receive, "ReceivePacket");
        fails_with(!api.ReceivePackets(session, batch, 4), receive, "ReceivePackets");
        if (!allocate) continue;
        fails_with(!api.AllocateSendPacket(session, LENGTH), allocate, "AllocateSendPacket");
        fails_with(!api.AllocatePackets(session, batch, 4), allocate, "AllocatePackets");
    }
}

/* Set by each failed call, so that every thread that waits gets to know. */
static void events_are_set(void) {
    DWORD size;
    for (unsigned twice = 0; twice < 2; twice++) {
        ck_assert_ptr_null(api.ReceivePacket(session, &size));
        ck_assert_uint_eq(WaitForSingleObject(read_event, 0), WAIT_OBJECT_0);
        ck_assert_ptr_null(api.AllocateSendPacket(session, LENGTH));
        ck_assert_uint_eq(WaitForSingleObject(write_event, 0), WAIT_OBJECT_0);
    }
}

static void statistics_are_there(void) {
    WARREN_SESSION_STATISTICS statistics = {.Size = sizeof(statistics)};
    ck_assert(api.GetSessionStatistics(session, &statistics));
    ck_assert_uint_ge(statistics.Received, 1);
    ck_assert_uint_eq(statistics.Capacity, WINTUN_MIN_RING_CAPACITY);
}

/* What was the program's before can be given back; a second time it is nothing any more, and that is said. */
static void giving_back_is_harmless(void) {
    library_forget_log();
    api.ReleaseReceivePacket(session, held);
    if (allocated) api.SendPacket(session, allocated);
    ck_assert_uint_eq(library_errors(), 0);
    api.ReleaseReceivePacket(session, held);
    ck_assert(library_said("ReleaseReceivePacket"));
    WARREN_PACKET batch[1] = {{held, LENGTH}};
    library_forget_log();
    api.ReleasePackets(session, batch, 1);
    ck_assert(library_said("ReleasePackets"));
    api.SendPackets(session, batch, 1);
    ck_assert(library_said("SendPackets"));
}

static void end(void) {
    library_forget_log();
    if (session) api.EndSession(session);
    ck_assert_uint_eq(library_errors(), 0);
    session = NULL;
    api.CloseAdapter(adapter);
    adapter = NULL;
    library_stop();
}

START_TEST(a_running_session) {
    running();
    WaitForSingleObject(read_event, 0); /* for the packet that is held */
    packets_fail_with(ERROR_NO_MORE_ITEMS, 0);
    ck_assert_uint_eq(WaitForSingleObject(read_event, 0), WAIT_TIMEOUT);
    ck_assert_uint_eq(WaitForSingleObject(write_event, 0), WAIT_TIMEOUT);
    stack_sends();
    ck_assert_uint_eq(WaitForSingleObject(read_event, INFINITE), WAIT_OBJECT_0);
    statistics_are_there();
    giving_back_is_harmless();
    fails_with(!api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY), ERROR_ALREADY_INITIALIZED, "StartSession");
    end();
}
END_TEST

START_TEST(a_session_whose_adapter_is_gone) {
    adapter_gone();
    packets_fail_with(ERROR_HANDLE_EOF, ERROR_HANDLE_EOF);
    events_are_set();
    statistics_are_there();
    giving_back_is_harmless();
    end();
}
END_TEST

START_TEST(a_session_whose_ring_is_damaged) {
    ring_damaged();
    packets_fail_with(ERROR_INVALID_DATA, ERROR_INVALID_DATA);
    events_are_set();
    statistics_are_there();
    giving_back_is_harmless();
    end();
    /* Nobody else is the worse for it. */
    library_start(true);
    adapter = api.CreateAdapter(L"Table", L"Test", NULL);
    session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
    ck_assert_ptr_nonnull(session);
    end();
}
END_TEST

START_TEST(a_session_that_has_ended) {
    WARREN_SESSION_STATISTICS statistics = {.Size = sizeof(statistics)};
    session_ended();
    packets_fail_with(ERROR_INVALID_HANDLE, ERROR_INVALID_HANDLE);
    fails_with(!api.GetReadWaitEvent(session), ERROR_INVALID_HANDLE, "GetReadWaitEvent");
    fails_with(!api.GetWriteWaitEvent(session), ERROR_INVALID_HANDLE, "GetWriteWaitEvent");
    fails_with(!api.GetSessionStatistics(session, &statistics), ERROR_INVALID_HANDLE, "GetSessionStatistics");
    library_forget_log();
    api.ReleaseReceivePacket(session, held);
    ck_assert(library_said("ReleaseReceivePacket"));
    api.SendPacket(session, allocated);
    ck_assert(library_said("SendPacket"));
    library_forget_log();
    api.EndSession(session);
    ck_assert(library_said("EndSession"));
    session = NULL;
    end();
}
END_TEST

TEST_CASES(states, a_running_session, a_session_whose_adapter_is_gone, a_session_whose_ring_is_damaged,
           a_session_that_has_ended)
