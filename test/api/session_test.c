/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Sessions and packets through the library as programs use it, over the driver and the scriptable stack.
 */
#include "test/api/library.h"
#include "test/common/testing.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY WINTUN_MIN_RING_CAPACITY

static struct session {
    WINTUN_ADAPTER_HANDLE adapter;
    WINTUN_SESSION_HANDLE session;
    struct fake_stack *stack;
} begin(void) {
    struct session s = {0};

    library_start(true);
    s.adapter = api.CreateAdapter(L"Test", L"Warren test", NULL);
    ck_assert_msg(s.adapter != NULL, "CreateAdapter: %u", GetLastError());
    s.session = api.StartSession(s.adapter, CAPACITY);
    ck_assert_msg(s.session != NULL, "StartSession: %u", GetLastError());
    s.stack = fake_of(ndis_adapter_find(NULL));
    ck_assert_ptr_nonnull(s.stack);
    return s;
}

static void end(struct session *s) {
    api.EndSession(s->session);
    api.CloseAdapter(s->adapter);
    library_stop();
}

static void make(uint8_t *packet, uint32_t length, uint32_t seed) {
    memset(packet, 0, length);
    packet[0] = 0x45;
    packet[2] = (uint8_t)(length >> 8);
    packet[3] = (uint8_t)length;
    for (uint32_t at = 20; at < length; at++) packet[at] = (uint8_t)(seed + at * 31);
}

static void to_client(struct session *s, uint32_t length, uint32_t seed) {
    uint8_t *packet = malloc(length);
    struct fake_packet sent = {.data = packet, .size = length};

    make(packet, length, seed);
    ck_assert_uint_eq(fake_send_packets(s->stack, &sent, 1, DISPATCH_LEVEL), 1);
    free(packet);
}

static void check(const uint8_t *packet, uint32_t length, uint32_t seed) {
    uint8_t *expected = malloc(length);
    make(expected, length, seed);
    ck_assert_mem_eq(packet, expected, length);
    free(expected);
}

START_TEST(packets_from_the_stack_are_received_in_order_and_released_in_any) {
    struct session s = begin();
    BYTE *packets[40];
    DWORD size;

    for (unsigned round = 0; round < 50; round++) {
        for (uint32_t at = 0; at < 40; at++) to_client(&s, 100 + at * 50, round + at);
        for (uint32_t at = 0; at < 40; at++) {
            packets[at] = api.ReceivePacket(s.session, &size);
            ck_assert_ptr_nonnull(packets[at]);
            ck_assert_uint_eq(size, 100 + at * 50);
            check(packets[at], size, round + at);
        }
        ck_assert_ptr_null(api.ReceivePacket(s.session, &size));
        ck_assert_uint_eq(GetLastError(), ERROR_NO_MORE_ITEMS);
        for (unsigned at = 0; at < 40; at++) api.ReleaseReceivePacket(s.session, packets[at * 7 % 40]);
    }
    end(&s);
}
END_TEST

START_TEST(packets_are_sent_in_the_order_of_allocation) {
    struct session s = begin();
    BYTE *packets[40];

    for (uint32_t at = 0; at < 40; at++) {
        packets[at] = api.AllocateSendPacket(s.session, 100 + at);
        ck_assert_ptr_nonnull(packets[at]);
        make(packets[at], 100 + at, at);
    }
    for (unsigned at = 0; at < 40; at++) api.SendPacket(s.session, packets[at * 7 % 40]);
    fake_wait_received(s.stack, 40);
    for (uint32_t at = 0; at < 40; at++) {
        const struct fake_received *got = fake_received_at(s.stack, at);
        ck_assert_uint_eq(got->size, 100 + at);
        check(got->data, got->size, at);
    }
    end(&s);
}
END_TEST

START_TEST(impossible_sizes_and_a_full_ring_have_their_error_codes) {
    struct session s = begin();
    unsigned count = 0;

    ck_assert_ptr_null(api.AllocateSendPacket(s.session, 0));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert_ptr_null(api.AllocateSendPacket(s.session, 65536));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    while (api.AllocateSendPacket(s.session, 1008)) count++;
    ck_assert_uint_eq(GetLastError(), ERROR_BUFFER_OVERFLOW);
    ck_assert_uint_eq(count, CAPACITY / 1024);
    end(&s);
}
END_TEST

START_TEST(capacities_and_second_sessions_are_refused_by_name) {
    static const DWORD wrong[] = {0, 1, CAPACITY - 1, CAPACITY + 1, 3 * CAPACITY, WINTUN_MAX_RING_CAPACITY * 2};
    struct session s = begin();

    for (unsigned at = 0; at < sizeof(wrong) / sizeof(*wrong); at++) {
        library_forget_log();
        ck_assert_ptr_null(api.StartSession(s.adapter, wrong[at]));
        ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
        ck_assert_uint_eq(library_errors(), 1);
    }
    library_forget_log();
    ck_assert_ptr_null(api.StartSession(s.adapter, CAPACITY));
    ck_assert_uint_eq(GetLastError(), ERROR_ALREADY_INITIALIZED);
    ck_assert(library_said("session already"));
    end(&s);
}
END_TEST

/* One packet at a time, each waited for: a lost wake-up hangs. */
static void receive_one_by_one(void *context) {
    struct session *s = context;

    for (uint32_t number = 0; number < 3000; number++) {
        BYTE *packet;
        DWORD size;

        while ((packet = api.ReceivePacket(s->session, &size)) == NULL) {
            ck_assert_uint_eq(GetLastError(), ERROR_NO_MORE_ITEMS);
            ck_assert_uint_eq(WaitForSingleObject(api.GetReadWaitEvent(s->session), INFINITE), WAIT_OBJECT_0);
        }
        check(packet, size, number);
        api.ReleaseReceivePacket(s->session, packet);
    }
}

START_TEST(no_wake_up_is_lost_over_single_packets) {
    struct session s = begin();
    PETHREAD thread = ps_thread_create(ps_client_process, receive_one_by_one, &s, "receiver");

    for (uint32_t number = 0; number < 3000; number++) {
        uint8_t packet[100];
        struct fake_packet sent = {.data = packet, .size = sizeof(packet)};

        make(packet, sizeof(packet), number);
        while (fake_send_packets(s.stack, &sent, 1, PASSIVE_LEVEL) == 0) SwitchToThread(); /* ring full */
    }
    ps_thread_join(thread);
    end(&s);
}
END_TEST

static void wait_for_end(void *context) {
    struct session *s = context;
    DWORD size;

    while (api.ReceivePacket(s->session, &size) != NULL || GetLastError() == ERROR_NO_MORE_ITEMS)
        ck_assert_uint_eq(WaitForSingleObject(api.GetReadWaitEvent(s->session), INFINITE), WAIT_OBJECT_0);
    ck_assert_uint_eq(GetLastError(), ERROR_HANDLE_EOF);
}

START_TEST(a_session_whose_adapter_goes_ends_with_handle_eof) {
    struct session s = begin();
    PETHREAD thread = ps_thread_create(ps_client_process, wait_for_end, &s, "waiter");

    api.CloseAdapter(s.adapter);
    ps_thread_join(thread);
    ck_assert_ptr_null(api.AllocateSendPacket(s.session, 100));
    ck_assert_uint_eq(GetLastError(), ERROR_HANDLE_EOF);
    api.EndSession(s.session);
    library_stop();
}
END_TEST

START_TEST(a_corrupt_ring_is_invalid_data) {
    struct session s = begin();
    BYTE *packet;
    DWORD size;

    /* A released packet's header lies in front of it: the next lies where its length says. */
    to_client(&s, 100, 1);
    to_client(&s, 100, 2);
    packet = api.ReceivePacket(s.session, &size);
    ck_assert_ptr_nonnull(packet);
    *(uint32_t *)(packet + 112) = 0; /* the second record's length */
    ck_assert_ptr_null(api.ReceivePacket(s.session, &size));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_DATA);
    end(&s);
}
END_TEST

START_TEST(handles_that_are_no_more_are_refused) {
    struct session s = begin();
    DWORD size;

    api.EndSession(s.session);
    ck_assert_ptr_null(api.ReceivePacket(s.session, &size));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_HANDLE);
    ck_assert_ptr_null(api.AllocateSendPacket(s.session, 100));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_HANDLE);
    api.EndSession(s.session);
    api.EndSession(NULL);
    api.CloseAdapter(s.adapter);
    ck_assert_ptr_null(api.StartSession(s.adapter, CAPACITY));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_HANDLE);
    api.CloseAdapter(NULL);
    library_stop();
}
END_TEST

TEST_CASES(sessions, packets_from_the_stack_are_received_in_order_and_released_in_any,
           packets_are_sent_in_the_order_of_allocation, impossible_sizes_and_a_full_ring_have_their_error_codes,
           capacities_and_second_sessions_are_refused_by_name, no_wake_up_is_lost_over_single_packets,
           a_session_whose_adapter_goes_ends_with_handle_eof, a_corrupt_ring_is_invalid_data,
           handles_that_are_no_more_are_refused)
