/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Client to stack. The host's own checks look at every indicated list (rule 6): source handle, flags and frame type,
 * MDL chain, ownership. A violation fails the test.
 */
#include "test/common/testing.h"
#include "test/driver/rig.h"

#include <stdlib.h>
#include <string.h>

#include "nt/win32.h"

START_TEST(rule_6_packets_arrive_whole_with_their_frame_type) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    static const uint32_t lengths[] = {20, 40, 41, 1280, 2048, 2049, 9000, 65535};
    uint8_t *packet = malloc(65536);
    uint64_t count = 0;

    for (unsigned at = 0; at < sizeof(lengths) / sizeof(*lengths); at++) {
        for (unsigned family = 4; family <= 6; family += 2) {
            const struct fake_received *got;

            if (family == 6 && lengths[at] < 40) continue;
            packet_make(packet, lengths[at], family, at);
            client_send(&client, packet, lengths[at]);
            fake_wait_received(rig.stack, ++count);
            got = fake_received_at(rig.stack, count - 1);
            ck_assert_uint_eq(got->size, lengths[at]);
            packet_assert(got->data, got->size, family, at);
            ck_assert_uint_eq(got->frame_type, family == 4 ? 0x0008 : 0xDD86);
            ck_assert_uint_eq(got->nbl_flags & (NDIS_NBL_FLAGS_IS_IPV4 | NDIS_NBL_FLAGS_IS_IPV6),
                              family == 4 ? NDIS_NBL_FLAGS_IS_IPV4 : NDIS_NBL_FLAGS_IS_IPV6);
            ck_assert_uint_ne(got->indicate_flags & NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL, 0);
        }
    }
    ck_assert_uint_eq(client_counters(&client).to_stack_packets, count);
    free(packet);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(what_is_no_ip_packet_is_counted_and_skipped) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t packet[100];

    memset(packet, 0, sizeof(packet));
    client_send(&client, packet, sizeof(packet)); /* version 0 */
    packet_make(packet, sizeof(packet), 4, 1);
    packet[0] = 0x44; /* header of 16 bytes */
    client_send(&client, packet, sizeof(packet));
    packet_make(packet, sizeof(packet), 4, 1);
    packet[3] = 101; /* claims one byte more */
    client_send(&client, packet, sizeof(packet));
    packet_make(packet, sizeof(packet), 6, 1);
    packet[5] = 61;
    client_send(&client, packet, sizeof(packet));
    client_send(&client, packet, 1);
    packet_make(packet, sizeof(packet), 6, 1);
    client_send(&client, packet, sizeof(packet)); /* and one that is right */
    fake_wait_received(rig.stack, 1);
    packet_assert(fake_received_at(rig.stack, 0)->data, sizeof(packet), 6, 1);
    ck_assert_uint_eq(client_counters(&client).to_stack_invalid, 5);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(many_packets_are_indicated_in_bundles) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, 1024 * 1024);
    enum { COUNT = 6400 };
    uint8_t packet[100];

    packet_make(packet, sizeof(packet), 4, 1);
    fake_keep_received(rig.stack, false);
    client_send_many(&client, packet, sizeof(packet), COUNT);
    fake_wait_received(rig.stack, COUNT);
    ck_assert_uint_le(fake_indicate_calls(rig.stack), COUNT / 2);
    ck_assert_uint_ge(fake_indicate_calls(rig.stack), COUNT / 64);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(a_stack_that_never_gives_back_gets_the_reserve_and_loses_nothing) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, 1024 * 1024);
    enum { COUNT = 2000 };
    uint8_t packet[100];
    unsigned held;
    uint64_t lent = 0;

    fake_set_returns(rig.stack, FAKE_RETURN_HOLD);
    for (unsigned at = 0; at < COUNT; at++) {
        packet_make(packet, sizeof(packet), 4, at);
        client_send(&client, packet, sizeof(packet));
    }
    fake_wait_received(rig.stack, COUNT);
    for (unsigned at = 0; at < COUNT; at++) {
        packet_assert(fake_received_at(rig.stack, at)->data, sizeof(packet), 4, at);
        lent += (fake_received_at(rig.stack, at)->indicate_flags & NDIS_RECEIVE_FLAGS_RESOURCES) != 0;
    }
    held = fake_held(rig.stack);
    ck_assert_uint_gt(held, 0);
    ck_assert_uint_eq(held + lent, COUNT);
    ck_assert_uint_eq(client_counters(&client).to_stack_reserve, lent);
    ck_assert_uint_eq(fake_return(rig.stack, COUNT, 0, DISPATCH_LEVEL), held);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_6_lists_come_back_in_any_order_and_are_used_again) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, 1024 * 1024);
    uint8_t packet[3000];
    uint64_t sent = 0;

    fake_set_returns(rig.stack, FAKE_RETURN_HOLD);
    for (unsigned round = 1; round <= 40; round++) {
        for (unsigned at = 0; at < 50; at++, sent++) {
            uint32_t length = at % 7 ? 200 : 3000;

            packet_make(packet, length, 4, (uint32_t)sent);
            client_send(&client, packet, length);
        }
        fake_wait_received(rig.stack, sent);
        while (fake_return(rig.stack, 1 + round % 13, round, round % 2 ? DISPATCH_LEVEL : PASSIVE_LEVEL) != 0);
        ck_assert_uint_eq(fake_held(rig.stack), 0);
    }
    for (uint64_t at = 0; at < sent; at++)
        packet_assert(fake_received_at(rig.stack, at)->data, fake_received_at(rig.stack, at)->size, 4, (uint32_t)at);
    fake_set_returns(rig.stack, FAKE_RETURN_REVERSED);
    client_send_many(&client, packet, 3000, 200);
    fake_wait_received(rig.stack, sent + 200);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

static void echo_back(struct fake_stack *stack, NET_BUFFER_LIST *chain, ULONG flags, void *context) {
    struct fake_packet *packet = context;

    (void)chain;
    (void)flags;
    ck_assert_uint_eq(fake_send_packets(stack, packet, 1, PASSIVE_LEVEL), 1);
}

START_TEST(rule_6_the_stack_may_send_from_inside_an_indication) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t packet[100], got[100];
    struct fake_packet answer = {.data = packet, .size = sizeof(packet)};

    packet_make(packet, sizeof(packet), 4, 3);
    fake_on_indicate(rig.stack, echo_back, &answer);
    client_send(&client, packet, sizeof(packet));
    ck_assert_uint_eq(client_receive(&client, got, sizeof(got)), sizeof(got));
    packet_assert(got, sizeof(got), 4, 3);
    fake_wait_received(rig.stack, 1);
    fake_on_indicate(rig.stack, NULL, NULL);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(a_client_that_corrupts_its_tail_is_cut_off) {
    static const uint32_t tails[] = {1, 8, RING_CAPACITY_MIN + 16, 0xFFFFFFF0u};

    for (unsigned at = 0; at < sizeof(tails) / sizeof(*tails); at++) {
        struct rig rig = rig_start();
        struct client client = client_attached(&rig, CAPACITY);

        atomic_store_release(&client.tx.shared->tail, tails[at]);
        SetEvent(client.kick);
        ck_assert_uint_eq(WaitForSingleObject(client.data, INFINITE), WAIT_OBJECT_0);
        ck_assert_uint_eq(client_state(&client, 0), RING_STATE_CORRUPT);
        ck_assert_uint_eq(client_state(&client, 1), RING_STATE_CORRUPT);
        client_close(&client);
        rig_stop(&rig);
    }
}
END_TEST

START_TEST(records_with_impossible_lengths_end_the_session_after_the_good_ones) {
    static const uint32_t lengths[] = {0, 65536, 0xFFFFFFFFu, 5000};

    for (unsigned at = 0; at < sizeof(lengths) / sizeof(*lengths); at++) {
        struct rig rig = rig_start();
        struct client client = client_attached(&rig, CAPACITY);
        uint8_t packet[100];
        struct ring_record *record;

        packet_make(packet, sizeof(packet), 4, 1);
        for (unsigned good = 0; good < 3; good++) {
            ck_assert_int_eq(ring_reserve(&client.tx, sizeof(packet), &record), RING_OK);
            *record = (struct ring_record){.length = sizeof(packet)};
            memcpy(ring_record_data(record), packet, sizeof(packet));
        }
        ck_assert_int_eq(ring_reserve(&client.tx, 1000, &record), RING_OK);
        *record = (struct ring_record){.length = lengths[at]};
        ring_publish(&client.tx);
        SetEvent(client.kick);
        fake_wait_received(rig.stack, 3);
        ck_assert_uint_eq(WaitForSingleObject(client.data, INFINITE), WAIT_OBJECT_0);
        ck_assert_uint_eq(client_state(&client, 1), RING_STATE_CORRUPT);
        ck_assert_uint_eq(fake_received_count(rig.stack), 3);
        client_close(&client);
        rig_stop(&rig);
    }
}
END_TEST

START_TEST(a_full_ring_tells_the_client_when_there_is_room) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t packet[1400];
    enum { COUNT = 5000 };

    fake_keep_received(rig.stack, false);
    packet_make(packet, sizeof(packet), 4, 1);
    /* 50 times the ring: client_send_many waits for the room event, and would wait for ever if one were lost. */
    client_send_many(&client, packet, sizeof(packet), COUNT);
    fake_wait_received(rig.stack, COUNT);
    ck_assert_uint_eq(client_counters(&client).to_stack_packets, COUNT);
    ck_assert_uint_eq(client_counters(&client).to_stack_bytes, (uint64_t)COUNT * sizeof(packet));
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(an_event_that_stays_set_does_not_hurt) {
    struct rig rig = rig_start();
    struct client client;
    uint8_t packet[100];

    ck_assert(NT_SUCCESS(client_open(&rig, &client)));
    CloseHandle(client.kick);
    client.kick = CreateEventW(NULL, TRUE, TRUE, NULL);
    ck_assert(NT_SUCCESS(client_attach(&client, CAPACITY, CAPACITY)));
    packet_make(packet, sizeof(packet), 4, 1);
    for (unsigned at = 1; at <= 100; at++) {
        client_send(&client, packet, sizeof(packet));
        fake_wait_received(rig.stack, at);
    }
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

TEST_CASES(receive, rule_6_packets_arrive_whole_with_their_frame_type, what_is_no_ip_packet_is_counted_and_skipped,
           many_packets_are_indicated_in_bundles, a_stack_that_never_gives_back_gets_the_reserve_and_loses_nothing,
           rule_6_lists_come_back_in_any_order_and_are_used_again, rule_6_the_stack_may_send_from_inside_an_indication,
           a_client_that_corrupts_its_tail_is_cut_off,
           records_with_impossible_lengths_end_the_session_after_the_good_ones,
           a_full_ring_tells_the_client_when_there_is_room, an_event_that_stays_set_does_not_hurt)
