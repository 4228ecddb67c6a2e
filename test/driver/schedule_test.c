/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What happens at once on a busy machine, small enough to be run under thousands of schedules: sessions that come and go
 * while the stack sends, pauses, sleeps, and the adapter vanishes. Every one of them is a test of its own, too.
 */
#include "test/common/testing.h"
#include "test/driver/rig.h"

#include <string.h>

#include "host/sched.h"
#include "nt/win32.h"

#define PACKETS 24
#define ROUNDS 3

/* --- the wake-up protocol ----------------------------------------------------------------------------------------- */

struct one_way {
    struct rig *rig;
    struct client *client;
    unsigned accepted;
};

static void stack_sends_one_by_one(void *context) {
    struct one_way *way = context;
    uint8_t packet[200];

    for (unsigned at = 0; at < PACKETS; at++) {
        struct fake_packet sent = {.data = packet, .size = sizeof(packet)};
        packet_make(packet, sizeof(packet), 4, at);
        way->accepted += fake_send_packets(way->rig->stack, &sent, 1, at % 2 ? DISPATCH_LEVEL : PASSIVE_LEVEL);
    }
}

static void client_sends_one_by_one(void *context) {
    struct one_way *way = context;
    uint8_t packet[200];

    for (unsigned at = 0; at < PACKETS; at++) {
        packet_make(packet, sizeof(packet), 6, at);
        client_send(way->client, packet, sizeof(packet));
        sched_point();
    }
}

/* Both sides sleep whenever there is nothing to do: a wake-up that is lost is a deadlock. */
START_TEST(no_wake_up_is_lost_either_way) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    struct one_way way = {.rig = &rig, .client = &client};
    PETHREAD down = rig_thread(stack_sends_one_by_one, &way), up = rig_thread(client_sends_one_by_one, &way);

    for (unsigned at = 0; at < PACKETS; at++) {
        uint8_t packet[200];
        uint32_t length = client_receive(&client, packet, sizeof(packet));
        packet_assert(packet, length, 4, at);
    }
    fake_wait_received(rig.stack, PACKETS);
    for (unsigned at = 0; at < PACKETS; at++) {
        const struct fake_received *received = fake_received_at(rig.stack, at);
        packet_assert(received->data, received->size, 6, at);
    }
    ps_thread_join(down);
    ps_thread_join(up);
    ck_assert_uint_eq(way.accepted, PACKETS);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

static void client_sends_large(void *context) {
    struct one_way *way = context;
    static uint8_t packet[40000];

    packet_make(packet, sizeof(packet), 4, 7);
    for (unsigned at = 0; at < PACKETS; at++) client_send(way->client, packet, sizeof(packet));
}

/* Three of them fill the ring, so the client waits for room again and again. */
START_TEST(no_room_event_is_lost) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    struct one_way way = {.rig = &rig, .client = &client};
    PETHREAD up;

    fake_keep_received(rig.stack, false);
    fake_set_returns(rig.stack, FAKE_RETURN_HOLD);
    up = rig_thread(client_sends_large, &way);
    for (unsigned at = 1; at <= PACKETS; at++) {
        fake_wait_received(rig.stack, at);
        fake_return(rig.stack, 1, 0, at % 2 ? DISPATCH_LEVEL : PASSIVE_LEVEL);
    }
    ps_thread_join(up);
    fake_set_returns(rig.stack, FAKE_RETURN_AT_ONCE);
    while (fake_held(rig.stack)) fake_return(rig.stack, 1, 0, PASSIVE_LEVEL);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

/* --- sessions that come and go ------------------------------------------------------------------------------------ */

struct visitor {
    const struct rig *rig;
    unsigned attached, refused;
    bool close_only; /* without detaching first */
};

static void visit(void *context) {
    struct visitor *visitor = context;
    uint8_t packet[100];

    packet_make(packet, sizeof(packet), 4, 1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct client client;
        NTSTATUS status = client_open(visitor->rig, &client);
        if (!NT_SUCCESS(status)) {
            /* The adapter has gone. */
            visitor->refused++;
            continue;
        }
        status = client_attach(&client, CAPACITY, CAPACITY);
        if (NT_SUCCESS(status)) {
            uint32_t length;
            visitor->attached++;
            if (client_state(&client, 1) == RING_STATE_OPEN) client_send_many(&client, packet, sizeof(packet), 3);
            client_try_receive(&client, packet, sizeof(packet), &length);
            if (!visitor->close_only) client_detach(&client);
        } else {
            visitor->refused++;
        }
        client_close(&client);
    }
}

static void stack_sends(void *context) {
    struct one_way *way = context;
    uint8_t packet[100];
    struct fake_packet sent[4];

    packet_make(packet, sizeof(packet), 4, 1);
    for (unsigned at = 0; at < 4; at++) sent[at] = (struct fake_packet){.data = packet, .size = sizeof(packet)};
    for (unsigned at = 0; at < 2 * ROUNDS; at++)
        way->accepted += fake_send_packets(way->rig->stack, sent, 4, at % 2 ? DISPATCH_LEVEL : PASSIVE_LEVEL);
}

static void pause_and_sleep(void *context) {
    struct rig *rig = context;

    for (unsigned at = 0; at < ROUNDS; at++) {
        ck_assert_int_eq(ndis_pause(rig->adapter), NDIS_STATUS_SUCCESS);
        ck_assert_int_eq(ndis_restart(rig->adapter), NDIS_STATUS_SUCCESS);
        ck_assert_int_eq(ndis_set_power(rig->adapter, NdisDeviceStateD3), NDIS_STATUS_SUCCESS);
        ck_assert_int_eq(ndis_set_power(rig->adapter, NdisDeviceStateD0), NDIS_STATUS_SUCCESS);
    }
}

START_TEST(sessions_come_and_go_while_the_stack_sends_and_sleeps) {
    struct rig rig = rig_start();
    struct visitor visitors[2] = {{.rig = &rig}, {.rig = &rig, .close_only = true}};
    struct one_way way = {.rig = &rig};
    PETHREAD threads[] = {rig_thread(visit, &visitors[0]), rig_thread(visit, &visitors[1]),
                          rig_thread(stack_sends, &way), rig_thread(pause_and_sleep, &rig)};

    for (unsigned at = 0; at < 4; at++) ps_thread_join(threads[at]);
    for (unsigned at = 0; at < 2; at++) ck_assert_uint_eq(visitors[at].attached + visitors[at].refused, ROUNDS);
    /* Whoever came first, a session can be had now. */
    struct client client = client_attached(&rig, CAPACITY);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(the_adapter_vanishes_while_sessions_come_and_go) {
    struct rig rig = rig_start();
    struct visitor visitors[2] = {{.rig = &rig}, {.rig = &rig, .close_only = true}};
    PETHREAD threads[] = {rig_thread(visit, &visitors[0]), rig_thread(visit, &visitors[1])};

    fake_keep_received(rig.stack, false);
    sched_point();
    rig_surprise_remove(&rig);
    for (unsigned at = 0; at < 2; at++) {
        ps_thread_join(threads[at]);
        ck_assert_uint_eq(visitors[at].attached + visitors[at].refused, ROUNDS);
    }
    rig_stop(&rig);
}
END_TEST

/* --- a process that dies ------------------------------------------------------------------------------------------ */

struct mortal {
    const struct rig *rig;
    PEPROCESS process;
    struct client client;
    HANDLE ready;
};

static void mortal_attaches(void *context) {
    struct mortal *mortal = context;
    uint8_t packet[100];

    ps_act_as(mortal->process);
    packet_make(packet, sizeof(packet), 4, 1);
    mortal->client = client_attached(mortal->rig, CAPACITY);
    client_send_many(&mortal->client, packet, sizeof(packet), 5);
    ps_act_as(ps_client_process);
    SetEvent(mortal->ready);
}

START_TEST(a_process_dies_while_the_stack_sends_and_another_waits_for_its_place) {
    struct rig rig = rig_start();
    struct mortal mortal = {
        .rig = &rig, .process = ps_process_create("mortal"), .ready = CreateEventW(NULL, TRUE, FALSE, NULL)};
    struct one_way way = {.rig = &rig};
    struct visitor visitor = {.rig = &rig};
    PETHREAD attacher = rig_thread(mortal_attaches, &mortal), sender, visiting;

    ck_assert_uint_eq(WaitForSingleObject(mortal.ready, INFINITE), WAIT_OBJECT_0);
    sender = rig_thread(stack_sends, &way);
    visiting = rig_thread(visit, &visitor);
    sched_point();
    ps_process_kill(mortal.process);
    ps_thread_join(attacher);
    ps_thread_join(sender);
    ps_thread_join(visiting);
    ck_assert_uint_eq(visitor.attached + visitor.refused, ROUNDS);
    ob_dereference(mortal.process);
    CloseHandle(mortal.ready);
    rig_stop(&rig);
}
END_TEST

TEST_CASES(schedule, no_wake_up_is_lost_either_way, no_room_event_is_lost,
           sessions_come_and_go_while_the_stack_sends_and_sleeps, the_adapter_vanishes_while_sessions_come_and_go,
           a_process_dies_while_the_stack_sends_and_another_waits_for_its_place)
