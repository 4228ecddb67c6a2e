/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Stack to client. Rule numbers are those of the design's kernel rules.
 */
#include "test/common/testing.h"
#include "test/driver/rig.h"

#include <stdlib.h>
#include <string.h>

#include "nt/win32.h"

static NDIS_STATUS send_one(const struct rig *rig, const struct fake_packet *packets, unsigned count, KIRQL irql) {
    struct fake_list *list = fake_list_create(rig->stack, packets, count);
    NDIS_STATUS status;

    fake_send(rig->stack, &list, 1, irql);
    fake_list_wait(list);
    status = fake_list_status(list);
    fake_list_free(list);
    return status;
}

START_TEST(a_packet_reaches_the_client_unchanged) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    static const uint32_t lengths[] = {20, 21, 35, 36, 1280, 1500, 9000, 65535};
    uint8_t *packet = malloc(65536), *got = malloc(65536);

    for (unsigned at = 0; at < sizeof(lengths) / sizeof(*lengths); at++) {
        struct fake_packet sent = {.data = packet, .size = lengths[at]};

        packet_make(packet, lengths[at], 4, at);
        ck_assert_int_eq(send_one(&rig, &sent, 1, at % 2 ? DISPATCH_LEVEL : PASSIVE_LEVEL), NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(client_receive(&client, got, 65536), lengths[at]);
        packet_assert(got, lengths[at], 4, at);
    }
    ck_assert_uint_eq(client_counters(&client).to_client_packets, sizeof(lengths) / sizeof(*lengths));
    free(packet);
    free(got);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(packets_spread_over_mdls_with_offsets_arrive_whole) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    static const uint32_t pieces[] = {1, 13, 64, 200, 7};
    uint8_t packet[2000], got[2000];

    for (uint32_t headroom = 0; headroom < 300; headroom += 23) {
        struct fake_packet sent = {.data = packet,
                                   .size = 1400 + headroom,
                                   .headroom = headroom,
                                   .tailroom = 11,
                                   .pieces = pieces,
                                   .piece_count = sizeof(pieces) / sizeof(*pieces)};

        packet_make(packet, sent.size, 6, headroom);
        ck_assert_int_eq(send_one(&rig, &sent, 1, DISPATCH_LEVEL), NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(client_receive(&client, got, sizeof(got)), sent.size);
        packet_assert(got, sent.size, 6, headroom);
    }
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_9_one_list_fills_many_records) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t packets[16][100], got[100];
    struct fake_packet sent[16];

    ck_assert_uint_eq(client.out.offload, 0);
    for (unsigned at = 0; at < 16; at++) {
        packet_make(packets[at], 100, 4, at);
        sent[at] = (struct fake_packet){.data = packets[at], .size = 100};
    }
    ck_assert_int_eq(send_one(&rig, sent, 16, DISPATCH_LEVEL), NDIS_STATUS_SUCCESS);
    for (unsigned at = 0; at < 16; at++) {
        ck_assert_uint_eq(client_receive(&client, got, sizeof(got)), 100);
        packet_assert(got, 100, 4, at);
    }
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(a_bundle_is_completed_in_one_call_and_wakes_once) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t packet[64];
    struct fake_packet sent[64];
    uint64_t completions = fake_completion_calls(rig.stack);
    struct abi_counters before = client_counters(&client), after;

    packet_make(packet, sizeof(packet), 4, 1);
    for (unsigned at = 0; at < 64; at++) sent[at] = (struct fake_packet){.data = packet, .size = sizeof(packet)};
    ck_assert_uint_eq(fake_send_packets(rig.stack, sent, 64, DISPATCH_LEVEL), 64);
    ck_assert_uint_eq(fake_completion_calls(rig.stack), completions + 1);
    after = client_counters(&client);
    ck_assert_uint_eq(after.wakes, before.wakes + 1);
    /* Nobody went to sleep again: no further wake-up is owed. */
    ck_assert_uint_eq(fake_send_packets(rig.stack, sent, 64, DISPATCH_LEVEL), 64);
    ck_assert_uint_eq(client_counters(&client).wakes, after.wakes);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(a_client_that_waits_before_it_looks_is_woken) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t packet[64];
    struct fake_packet sent = {.data = packet, .size = sizeof(packet)};

    packet_make(packet, sizeof(packet), 4, 1);
    ck_assert_int_eq(send_one(&rig, &sent, 1, DISPATCH_LEVEL), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(WaitForSingleObject(client.data, INFINITE), WAIT_OBJECT_0);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_5_when_the_ring_is_full_only_what_does_not_fit_is_failed) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    enum { SIZE = 1008, FIT = RING_CAPACITY_MIN / (SIZE + 16), SENT = FIT + 20 };
    uint8_t packet[SIZE], got[SIZE];
    struct fake_packet sent = {.data = packet, .size = SIZE};
    struct fake_list *lists[SENT];

    packet_make(packet, SIZE, 4, 1);
    for (unsigned at = 0; at < SENT; at++) lists[at] = fake_list_create(rig.stack, &sent, 1);
    fake_send(rig.stack, lists, SENT, DISPATCH_LEVEL);
    for (unsigned at = 0; at < SENT; at++) {
        fake_list_wait(lists[at]);
        ck_assert_int_eq(fake_list_status(lists[at]), at < FIT ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES);
        fake_list_free(lists[at]);
    }
    ck_assert_uint_eq(client_counters(&client).to_client_full, SENT - FIT);
    ck_assert_uint_eq(client_counters(&client).to_client_packets, FIT);
    for (unsigned at = 0; at < FIT; at++) ck_assert_uint_eq(client_receive(&client, got, SIZE), SIZE);
    /* Recovery is immediate. */
    ck_assert_int_eq(send_one(&rig, &sent, 1, PASSIVE_LEVEL), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(client_receive(&client, got, SIZE), SIZE);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(a_list_of_several_packets_fits_wholly_or_not_at_all) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t *packet = malloc(60000), *got = malloc(60000);
    struct fake_packet large = {.data = packet, .size = 60000}, pair[2] = {large, large};

    packet_make(packet, 60000, 4, 1);
    ck_assert_int_eq(send_one(&rig, &large, 1, DISPATCH_LEVEL), NDIS_STATUS_SUCCESS);
    ck_assert_int_eq(send_one(&rig, pair, 2, DISPATCH_LEVEL), NDIS_STATUS_RESOURCES);
    ck_assert_uint_eq(client_counters(&client).to_client_full, 2);
    ck_assert_uint_eq(client_counters(&client).to_client_packets, 1);
    /* The half that was written is not there. */
    ck_assert_int_eq(send_one(&rig, &large, 1, DISPATCH_LEVEL), NDIS_STATUS_SUCCESS);
    for (unsigned at = 0; at < 2; at++) {
        ck_assert_uint_eq(client_receive(&client, got, 60000), 60000);
        packet_assert(got, 60000, 4, 1);
    }
    ck_assert(!client_try_receive(&client, got, 60000, &(uint32_t){0}));
    free(packet);
    free(got);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_5_without_a_client_sends_fail) {
    struct rig rig = rig_start();
    struct client client;
    uint8_t packet[64];
    struct fake_packet sent = {.data = packet, .size = sizeof(packet)};

    packet_make(packet, sizeof(packet), 4, 1);
    ck_assert_int_eq(send_one(&rig, &sent, 1, PASSIVE_LEVEL), NDIS_STATUS_FAILURE);
    ck_assert(NT_SUCCESS(client_open(&rig, &client)));
    ck_assert_uint_eq(client_counters(&client).to_client_refused, 1);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_5_sends_while_paused_fail_with_paused) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t packet[64];
    struct fake_packet sent = {.data = packet, .size = sizeof(packet)};

    packet_make(packet, sizeof(packet), 4, 1);
    ck_assert_int_eq(ndis_pause(rig.adapter), NDIS_STATUS_SUCCESS);
    ck_assert_int_eq(send_one(&rig, &sent, 1, DISPATCH_LEVEL), NDIS_STATUS_PAUSED);
    ck_assert_int_eq(ndis_restart(rig.adapter), NDIS_STATUS_SUCCESS);
    ck_assert_int_eq(send_one(&rig, &sent, 1, DISPATCH_LEVEL), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(client_counters(&client).to_client_refused, 1);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_5_a_packet_whose_mdl_cannot_be_mapped_is_failed_alone) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t packet[64], got[64];
    struct fake_packet sent = {.data = packet, .size = sizeof(packet)};
    struct fake_list *list = fake_list_create(rig.stack, &sent, 1);
    MDL *mdl = NET_BUFFER_CURRENT_MDL(NET_BUFFER_LIST_FIRST_NB(fake_list_nbl(list)));
    SHORT flags = mdl->MdlFlags;

    packet_make(packet, sizeof(packet), 4, 1);
    /* An MDL that has no system address yet, and will not get one. */
    mdl->MdlFlags &= (SHORT) ~(MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL);
    ck_assert(fault_arm("MmMapLockedPagesSpecifyCache", 0));
    fake_send(rig.stack, &list, 1, DISPATCH_LEVEL);
    fake_list_wait(list);
    ck_assert_int_eq(fake_list_status(list), NDIS_STATUS_RESOURCES);
    mdl->MdlFlags = flags;
    fake_list_free(list);
    ck_assert_int_eq(send_one(&rig, &sent, 1, DISPATCH_LEVEL), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(client_receive(&client, got, sizeof(got)), sizeof(got));
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(oversized_and_empty_packets_are_refused) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t *packet = calloc(1, 70000);
    struct fake_packet sent = {.data = packet, .size = 65536};

    ck_assert_int_eq(send_one(&rig, &sent, 1, DISPATCH_LEVEL), NDIS_STATUS_INVALID_PACKET);
    sent.size = 0;
    sent.tailroom = 10;
    ck_assert_int_eq(send_one(&rig, &sent, 1, DISPATCH_LEVEL), NDIS_STATUS_INVALID_PACKET);
    ck_assert_uint_eq(client_counters(&client).to_client_invalid, 2);
    free(packet);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(a_client_that_corrupts_its_head_is_cut_off_and_nobody_else) {
    static const uint32_t heads[] = {16, 8, 0x80000000u, 0xFFFFFFF0u};
    uint8_t packet[1000];
    struct fake_packet sent[200];

    packet_make(packet, sizeof(packet), 4, 1);
    for (unsigned at = 0; at < 200; at++) sent[at] = (struct fake_packet){.data = packet, .size = sizeof(packet)};
    for (unsigned at = 0; at < sizeof(heads) / sizeof(*heads); at++) {
        struct rig rig = rig_start();
        struct client client = client_attached(&rig, CAPACITY);

        if (at > 0)
            client.rx.shared->head = heads[at];
        else
            client.rx.shared->head = RING_CAPACITY_MIN + heads[at];
        fake_send_packets(rig.stack, sent, 200, DISPATCH_LEVEL);
        ck_assert_int_eq(send_one(&rig, sent, 1, DISPATCH_LEVEL), NDIS_STATUS_FAILURE);
        ck_assert_uint_eq(client_state(&client, 0), RING_STATE_CORRUPT);
        ck_assert_uint_eq(client_state(&client, 1), RING_STATE_CORRUPT);
        ck_assert_uint_eq(WaitForSingleObject(client.data, INFINITE), WAIT_OBJECT_0);
        client_close(&client);
        /* The adapter is fine for the next one. */
        client = client_attached(&rig, CAPACITY);
        ck_assert_int_eq(send_one(&rig, sent, 1, DISPATCH_LEVEL), NDIS_STATUS_SUCCESS);
        client_close(&client);
        rig_stop(&rig);
    }
}
END_TEST

struct sender {
    struct fake_stack *stack;
    unsigned bundles;
    uint64_t sent;
};

static void send_bundles(void *context) {
    struct sender *sender = context;
    uint8_t packet[200];
    struct fake_packet sent[32];

    packet_make(packet, sizeof(packet), 4, 7);
    for (unsigned at = 0; at < 32; at++) sent[at] = (struct fake_packet){.data = packet, .size = sizeof(packet)};
    for (unsigned bundle = 0; bundle < sender->bundles; bundle++)
        sender->sent += fake_send_packets(sender->stack, sent, 32, bundle % 2 ? DISPATCH_LEVEL : PASSIVE_LEVEL);
}

START_TEST(senders_on_several_threads_lose_nothing_uncounted) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    struct sender senders[3];
    PETHREAD threads[3];
    uint8_t got[200];
    uint32_t length;
    uint64_t received = 0, sent = 0;
    struct abi_counters counters;

    for (unsigned at = 0; at < 3; at++) {
        senders[at] = (struct sender){.stack = rig.stack, .bundles = 300};
        threads[at] = rig_thread(send_bundles, &senders[at]);
    }
    /* As many as fit meanwhile; then what is left. */
    for (unsigned at = 0; at < 5000; at++) received += client_try_receive(&client, got, sizeof(got), &length);
    for (unsigned at = 0; at < 3; at++) {
        ps_thread_join(threads[at]);
        sent += senders[at].sent;
    }
    while (client_try_receive(&client, got, sizeof(got), &length)) {
        packet_assert(got, length, 4, 7);
        received++;
    }
    counters = client_counters(&client);
    ck_assert_uint_eq(received, sent);
    ck_assert_uint_eq(counters.to_client_packets, sent);
    ck_assert_uint_eq(counters.to_client_packets + counters.to_client_full, 3 * 300 * 32);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

TEST_CASES(send, a_packet_reaches_the_client_unchanged, packets_spread_over_mdls_with_offsets_arrive_whole,
           rule_9_one_list_fills_many_records, a_bundle_is_completed_in_one_call_and_wakes_once,
           a_client_that_waits_before_it_looks_is_woken, rule_5_when_the_ring_is_full_only_what_does_not_fit_is_failed,
           a_list_of_several_packets_fits_wholly_or_not_at_all, rule_5_without_a_client_sends_fail,
           rule_5_sends_while_paused_fail_with_paused, rule_5_a_packet_whose_mdl_cannot_be_mapped_is_failed_alone,
           oversized_and_empty_packets_are_refused, a_client_that_corrupts_its_head_is_cut_off_and_nobody_else,
           senders_on_several_threads_lose_nothing_uncounted)
