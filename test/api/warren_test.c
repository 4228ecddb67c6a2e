/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What warren.h adds: batches, waiting for room, statistics; through the library as programs use it.
 */
#include "test/api/library.h"
#include "test/common/testing.h"

#include <stdlib.h>
#include <string.h>

#include "host/sched.h"

#define CAPACITY WINTUN_MIN_RING_CAPACITY
#define LENGTH 300u

static struct {
    WINTUN_ADAPTER_HANDLE adapter;
    WINTUN_SESSION_HANDLE session;
    struct fake_stack *stack;
} s;

static void begin(void) {
    library_start(true);
    s.adapter = api.CreateAdapter(L"Test", L"Warren test", NULL);
    ck_assert_msg(s.adapter != NULL, "CreateAdapter: %u", GetLastError());
    s.session = api.StartSession(s.adapter, CAPACITY);
    ck_assert_msg(s.session != NULL, "StartSession: %u", GetLastError());
    s.stack = fake_of(ndis_adapter_find(NULL));
}

static void end(void) {
    api.EndSession(s.session);
    api.CloseAdapter(s.adapter);
    library_stop();
}

static void make(BYTE *packet, uint32_t length, uint32_t seed) {
    memset(packet, (int)seed, length);
    memset(packet, 0, 20);
    packet[0] = 0x45;
    packet[2] = (uint8_t)(length >> 8);
    packet[3] = (uint8_t)length;
    packet[4] = (uint8_t)(seed >> 8);
    packet[5] = (uint8_t)seed;
}

static void check(const BYTE *packet, uint32_t length, uint32_t seed) {
    BYTE expected[1500];
    make(expected, length, seed);
    ck_assert_mem_eq(packet, expected, length);
}

static void stack_sends(unsigned first, unsigned count) {
    BYTE packet[LENGTH];
    for (unsigned at = first; at < first + count; at++) {
        struct fake_packet sent = {.data = packet, .size = LENGTH};
        make(packet, LENGTH, at);
        ck_assert_uint_eq(fake_send_packets(s.stack, &sent, 1, DISPATCH_LEVEL), 1);
    }
}

/* --- batches from the stack --------------------------------------------------------------------------------------- */

START_TEST(a_batch_is_as_much_as_there_is_and_no_more_than_asked_for) {
    WARREN_PACKET packets[64];
    begin();
    ck_assert_uint_eq(api.ReceivePackets(s.session, packets, 64), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_NO_MORE_ITEMS);
    stack_sends(0, 40);
    ck_assert_uint_eq(api.ReceivePackets(s.session, packets, 30), 30);
    ck_assert_uint_eq(api.ReceivePackets(s.session, packets + 30, 34), 10);
    for (unsigned at = 0; at < 40; at++) {
        ck_assert_uint_eq(packets[at].Length, LENGTH);
        check(packets[at].Data, LENGTH, at);
    }
    api.ReleasePackets(s.session, packets, 40);
    ck_assert_uint_eq(api.ReceivePackets(s.session, packets, 64), 0);
    ck_assert_uint_eq(library_errors(), 0);
    end();
}
END_TEST

START_TEST(packets_of_batches_are_released_in_any_order_and_mixed_with_single_ones) {
    WARREN_PACKET packets[32];
    WARREN_SESSION_STATISTICS statistics = {.Size = sizeof(statistics)};
    uint32_t seed = 12345;
    begin();
    for (unsigned round = 0; round < 40; round++) {
        DWORD size;
        stack_sends(round * 32, 32);
        ck_assert_uint_eq(api.ReceivePackets(s.session, packets, 20), 20);
        for (unsigned at = 20; at < 32; at++) {
            packets[at].Data = api.ReceivePacket(s.session, &size);
            ck_assert_ptr_nonnull(packets[at].Data);
            packets[at].Length = size;
        }
        for (unsigned at = 0; at < 32; at++) check(packets[at].Data, LENGTH, round * 32 + at);
        for (unsigned at = 31; at > 0; at--) { /* shuffled */
            seed = seed * 1664525u + 1013904223u;
            WARREN_PACKET other = packets[(seed >> 8) % (at + 1)];
            packets[(seed >> 8) % (at + 1)] = packets[at];
            packets[at] = other;
        }
        api.ReleasePackets(s.session, packets, 16);
        for (unsigned at = 16; at < 24; at++) api.ReleaseReceivePacket(s.session, packets[at].Data);
        api.ReleasePackets(s.session, packets + 24, 8);
        ck_assert(api.GetSessionStatistics(s.session, &statistics));
        ck_assert_uint_eq(statistics.ToClientUsed, 0);
    }
    ck_assert_uint_eq(library_errors(), 0);
    end();
}
END_TEST

/* --- batches to the stack ----------------------------------------------------------------------------------------- */

START_TEST(a_batch_to_the_stack_is_published_once_and_arrives_in_order) {
    WARREN_PACKET packets[50];
    WARREN_SESSION_STATISTICS statistics = {.Size = sizeof(statistics)};
    begin();
    for (unsigned at = 0; at < 50; at++) packets[at].Length = 20 + at * 7;
    ck_assert_uint_eq(api.AllocatePackets(s.session, packets, 50), 50);
    for (unsigned at = 0; at < 50; at++) make(packets[at].Data, packets[at].Length, at);
    /* The later half first: nothing leaves before what was allocated before it. */
    api.SendPackets(s.session, packets + 25, 25);
    ck_assert(api.GetSessionStatistics(s.session, &statistics));
    ck_assert_uint_eq(statistics.DriverKicks, 0);
    api.SendPackets(s.session, packets, 25);
    fake_wait_received(s.stack, 50);
    for (unsigned at = 0; at < 50; at++) {
        const struct fake_received *got = fake_received_at(s.stack, at);
        ck_assert_uint_eq(got->size, 20 + at * 7);
        check(got->data, got->size, at);
    }
    ck_assert(api.GetSessionStatistics(s.session, &statistics));
    ck_assert_uint_eq(statistics.Sent, 50);
    ck_assert_uint_le(statistics.DriverKicks, 1);
    end();
}
END_TEST

START_TEST(a_batch_that_does_not_fit_gives_what_does) {
    WARREN_PACKET packets[8];
    begin();
    for (unsigned at = 0; at < 8; at++) packets[at].Length = 40000;
    DWORD fitted = api.AllocatePackets(s.session, packets, 8);
    ck_assert_uint_ge(fitted, 1);
    ck_assert_uint_lt(fitted, 8);
    ck_assert_uint_eq(api.AllocatePackets(s.session, packets + fitted, 1), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_BUFFER_OVERFLOW);
    for (unsigned at = 0; at < fitted; at++) {
        memset(packets[at].Data, 0, 40000);
        make(packets[at].Data, 1400, at);
        packets[at].Data[2] = 40000 >> 8;
        packets[at].Data[3] = 40000 & 0xff;
    }
    api.SendPackets(s.session, packets, fitted);
    fake_wait_received(s.stack, fitted);
    end();
}
END_TEST

START_TEST(bad_batches_have_their_error_codes_and_change_nothing) {
    BYTE other[64];
    WARREN_PACKET packets[3] = {{NULL, 100}, {NULL, 0}, {NULL, 100}}, foreign = {other + 16, 20};
    WARREN_SESSION_STATISTICS statistics = {.Size = sizeof(statistics)};
    begin();
    ck_assert_uint_eq(api.AllocatePackets(s.session, packets, 3), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    packets[1].Length = WINTUN_MAX_IP_PACKET_SIZE + 1;
    ck_assert_uint_eq(api.AllocatePackets(s.session, packets, 3), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert_uint_eq(api.AllocatePackets(s.session, NULL, 3), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert_uint_eq(api.AllocatePackets(s.session, packets, 0), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert_uint_eq(api.ReceivePackets(s.session, NULL, 3), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert_uint_eq(api.ReceivePackets(s.session, packets, 0), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert(api.GetSessionStatistics(s.session, &statistics));
    ck_assert_uint_eq(statistics.ToStackUsed, 0);
    api.SendPackets(s.session, &foreign, 1);
    api.ReleasePackets(s.session, &foreign, 1);
    ck_assert(library_said("SendPackets") && library_said("ReleasePackets"));
    ck_assert_uint_eq(api.AllocatePackets(NULL, packets, 1), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_HANDLE);
    ck_assert_uint_eq(api.ReceivePackets(NULL, packets, 1), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_HANDLE);
    ck_assert_ptr_null(api.GetWriteWaitEvent(NULL));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_HANDLE);
    end();
}
END_TEST

/* --- room --------------------------------------------------------------------------------------------------------- */

static void waits_for_room(void *count) {
    HANDLE room = api.GetWriteWaitEvent(s.session);
    ck_assert_ptr_nonnull(room);
    for (unsigned at = 0; at < *(unsigned *)count;) {
        BYTE *packet = api.AllocateSendPacket(s.session, 20000);
        if (packet == NULL) {
            ck_assert_uint_eq(GetLastError(), ERROR_BUFFER_OVERFLOW);
            ck_assert_uint_eq(WaitForSingleObject(room, INFINITE), WAIT_OBJECT_0);
            continue;
        }
        memset(packet, 0, 20000);
        make(packet, 1400, at++);
        packet[2] = 20000 >> 8;
        packet[3] = 20000 & 0xff;
        api.SendPacket(s.session, packet);
        sched_point();
    }
}

/* A wake-up that is lost is a program that sleeps for ever. */
START_TEST(a_program_that_waits_for_room_gets_it) {
    unsigned count = 60;
    WARREN_SESSION_STATISTICS statistics = {.Size = sizeof(statistics)};
    begin();
    fake_keep_received(s.stack, false);
    fake_set_returns(s.stack, FAKE_RETURN_HOLD);
    PETHREAD thread = ps_thread_create(ps_client_process, waits_for_room, &count, "writer");
    for (unsigned at = 1; at <= count; at++) {
        fake_wait_received(s.stack, at);
        fake_return(s.stack, 1, 0, at % 2 ? DISPATCH_LEVEL : PASSIVE_LEVEL);
    }
    ps_thread_join(thread);
    fake_set_returns(s.stack, FAKE_RETURN_AT_ONCE);
    while (fake_held(s.stack)) fake_return(s.stack, 1, 0, PASSIVE_LEVEL);
    ck_assert(api.GetSessionStatistics(s.session, &statistics));
    ck_assert_uint_eq(statistics.Sent, count);
    ck_assert_uint_eq(statistics.SentBytes, count * 20000);
    end();
}
END_TEST

static bool close_device(struct devnode *node, void *context) {
    (void)context;
    pnp_close(node);
    return true;
}

START_TEST(the_end_of_the_adapter_wakes_whoever_waits_for_room) {
    begin();
    HANDLE room = api.GetWriteWaitEvent(s.session);
    ck_assert_uint_eq(WaitForSingleObject(room, 0), WAIT_TIMEOUT);
    pnp_for_each(close_device, NULL);
    ck_assert_uint_eq(WaitForSingleObject(room, INFINITE), WAIT_OBJECT_0);
    ck_assert_ptr_null(api.AllocateSendPacket(s.session, 100));
    ck_assert_uint_eq(GetLastError(), ERROR_HANDLE_EOF);
    /* Set again, for the next one that waits. */
    ck_assert_uint_eq(WaitForSingleObject(room, 0), WAIT_OBJECT_0);
    end();
}
END_TEST

/* --- statistics --------------------------------------------------------------------------------------------------- */

START_TEST(statistics_of_session_driver_and_stack_are_the_same) {
    WARREN_STATISTICS adapter = {.Size = sizeof(adapter)};
    WARREN_SESSION_STATISTICS session = {.Size = sizeof(session)};
    WARREN_PACKET packets[16];
    begin();
    stack_sends(0, 16);
    ck_assert_uint_eq(api.ReceivePackets(s.session, packets, 10), 10);
    ck_assert(api.GetSessionStatistics(s.session, &session));
    ck_assert_uint_eq(session.Capacity, CAPACITY);
    ck_assert_uint_gt(session.ToClientUsed, 16 * LENGTH);
    ck_assert_uint_eq(session.Received, 10);
    ck_assert_uint_eq(api.ReceivePackets(s.session, packets + 10, 16), 6);
    ck_assert_uint_eq(api.ReceivePackets(s.session, packets, 16), 0);
    api.ReleasePackets(s.session, packets, 16);
    for (unsigned at = 0; at < 5; at++) {
        BYTE *packet = api.AllocateSendPacket(s.session, 100);
        make(packet, 100, at);
        if (at == 4) packet[0] = 0; /* no IP packet */
        api.SendPacket(s.session, packet);
    }
    fake_wait_received(s.stack, 4);
    /* The fifth has been looked at when the ring is empty again. */
    for (unsigned tries = 0; api.GetSessionStatistics(s.session, &session) && session.ToStackUsed; tries++)
        sched_relax(tries);
    ck_assert(api.GetAdapterStatistics(s.adapter, &adapter));
    ck_assert_uint_eq(adapter.SessionActive, 1);
    ck_assert_uint_eq(adapter.ToClientPackets, 16);
    ck_assert_uint_eq(adapter.ToClientBytes, 16 * LENGTH);
    ck_assert_uint_eq(adapter.ToClientDroppedFull + adapter.ToClientDroppedInvalid, 0);
    ck_assert_uint_eq(adapter.ToStackPackets, 4);
    ck_assert_uint_eq(adapter.ToStackBytes, 400);
    ck_assert_uint_eq(adapter.ToStackDroppedInvalid, 1);
    ck_assert_uint_eq(session.Received, 16);
    ck_assert_uint_eq(session.ReceivedBytes, 16 * LENGTH);
    ck_assert_uint_eq(session.ReceiveEmpty, 1);
    ck_assert_uint_eq(session.Sent, 5);
    ck_assert_uint_eq(session.SentBytes, 500);
    ck_assert_uint_eq(session.ToClientUsed, 0);
    end();
}
END_TEST

START_TEST(structures_of_other_sizes_are_read_and_written_as_far_as_they_go) {
    struct {
        WARREN_STATISTICS known;
        DWORD64 later;
    } large = {.known.Size = sizeof(large), .later = 77};
    struct {
        DWORD size, active;
        DWORD64 packets, behind;
    } small = {.size = 16, .behind = 77};
    WARREN_STATISTICS none = {.Size = 0};
    WARREN_SESSION_STATISTICS session = {.Size = 4};
    begin();
    stack_sends(0, 3);
    ck_assert(api.GetAdapterStatistics(s.adapter, (WARREN_STATISTICS *)(void *)&large));
    ck_assert_uint_eq(large.known.ToClientPackets, 3);
    ck_assert_uint_eq(large.later, 0);
    ck_assert_uint_eq(large.known.Size, sizeof(large));
    ck_assert(api.GetAdapterStatistics(s.adapter, (WARREN_STATISTICS *)(void *)&small));
    ck_assert_uint_eq(small.packets, 3);
    ck_assert_uint_eq(small.behind, 77);
    ck_assert(!api.GetAdapterStatistics(s.adapter, &none));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert(!api.GetAdapterStatistics(s.adapter, NULL));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert(!api.GetSessionStatistics(s.session, &session));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    none.Size = sizeof(none);
    session.Size = sizeof(session);
    ck_assert(!api.GetAdapterStatistics(NULL, &none));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_HANDLE);
    ck_assert(!api.GetSessionStatistics(NULL, &session));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_HANDLE);
    end();
}
END_TEST

TEST_CASES(warren, a_batch_is_as_much_as_there_is_and_no_more_than_asked_for,
           packets_of_batches_are_released_in_any_order_and_mixed_with_single_ones,
           a_batch_to_the_stack_is_published_once_and_arrives_in_order, a_batch_that_does_not_fit_gives_what_does,
           bad_batches_have_their_error_codes_and_change_nothing, a_program_that_waits_for_room_gets_it,
           the_end_of_the_adapter_wakes_whoever_waits_for_room, statistics_of_session_driver_and_stack_are_the_same,
           structures_of_other_sizes_are_read_and_written_as_far_as_they_go)
