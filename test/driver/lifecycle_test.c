/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pause, restart, power, removal, halt: under load, with lists held by the stack, with a client attached or vanished.
 */
#include "host/sched.h"
#include "test/common/testing.h"
#include "test/driver/rig.h"

#include <stdlib.h>
#include <string.h>

#include "nt/win32.h"

/* A step that must not finish until something else has happened. */
struct step {
    struct ndis_adapter *adapter;
    void (*function)(struct step *step);
    HANDLE finished;
};

static void step_run(void *context) {
    struct step *step = context;
    step->function(step);
    SetEvent(step->finished);
}

static PETHREAD step_start(struct step *step, struct ndis_adapter *adapter, void (*function)(struct step *)) {
    *step = (struct step){.adapter = adapter, .function = function, .finished = CreateEventW(NULL, TRUE, FALSE, NULL)};
    return rig_thread(step_run, step);
}

static bool step_finished(const struct step *step) { return WaitForSingleObject(step->finished, 0) == WAIT_OBJECT_0; }

static void step_join(struct step *step, PETHREAD thread) {
    ps_thread_join(thread);
    ck_assert(step_finished(step));
    CloseHandle(step->finished);
}

static void step_pause(struct step *step) { ck_assert_int_eq(ndis_pause(step->adapter), NDIS_STATUS_SUCCESS); }

static void step_low_power(struct step *step) {
    ck_assert_int_eq(ndis_set_power(step->adapter, NdisDeviceStateD3), NDIS_STATUS_SUCCESS);
}

static void send_and_hold(struct rig *rig, struct client *client, unsigned count) {
    uint8_t packet[100];
    uint64_t before = fake_received_count(rig->stack);

    packet_make(packet, sizeof(packet), 4, 1);
    fake_set_returns(rig->stack, FAKE_RETURN_HOLD);
    client_send_many(client, packet, sizeof(packet), count);
    fake_wait_received(rig->stack, before + count);
}

START_TEST(rule_2_pause_waits_for_indicated_packets) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    struct step step;
    PETHREAD thread;

    send_and_hold(&rig, &client, 10);
    thread = step_start(&step, rig.adapter, step_pause);
    /* Nine of ten come back; the pause has every chance to finish too early. */
    for (unsigned at = 0; at < 9; at++) {
        ck_assert(!step_finished(&step));
        ck_assert_uint_eq(fake_return(rig.stack, 1, 0, PASSIVE_LEVEL), 1);
    }
    ck_assert(!step_finished(&step));
    ck_assert_uint_eq(fake_return(rig.stack, 1, 0, DISPATCH_LEVEL), 1);
    step_join(&step, thread);
    ck_assert_int_eq(ndis_adapter_state(rig.adapter), NDIS_PAUSED);
    ck_assert_int_eq(ndis_restart(rig.adapter), NDIS_STATUS_SUCCESS);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

/* A hook that stops the indication until told to go on. */
struct stopper {
    KEVENT inside, go; /* not handles: the indication runs in a thread of the system's */
};

static void stop_inside(struct fake_stack *stack, NET_BUFFER_LIST *chain, ULONG flags, void *context) {
    struct stopper *stopper = context;

    (void)stack;
    (void)chain;
    (void)flags;
    KeSetEvent(&stopper->inside, IO_NO_INCREMENT, FALSE);
    /* At DISPATCH_LEVEL. */
    for (unsigned tries = 0; !KeReadStateEvent(&stopper->go); tries++) sched_relax(tries);
}

static void with_indication_under_way(void (*function)(struct step *), void (*undo)(struct ndis_adapter *)) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    struct stopper stopper;
    struct step step;
    uint8_t packet[100];
    PETHREAD thread;

    packet_make(packet, sizeof(packet), 4, 1);
    KeInitializeEvent(&stopper.inside, NotificationEvent, FALSE);
    KeInitializeEvent(&stopper.go, NotificationEvent, FALSE);
    fake_on_indicate(rig.stack, stop_inside, &stopper);
    client_send(&client, packet, sizeof(packet));
    KeWaitForSingleObject(&stopper.inside, Executive, KernelMode, FALSE, NULL);
    thread = step_start(&step, rig.adapter, function);
    for (unsigned at = 0; at < 100; at++) {
        ck_assert(!step_finished(&step));
        SwitchToThread();
    }
    KeSetEvent(&stopper.go, IO_NO_INCREMENT, FALSE);
    step_join(&step, thread);
    fake_on_indicate(rig.stack, NULL, NULL);
    undo(rig.adapter);
    client_close(&client);
    rig_stop(&rig);
}

static void undo_pause(struct ndis_adapter *adapter) { ck_assert_int_eq(ndis_restart(adapter), NDIS_STATUS_SUCCESS); }

static void undo_low_power(struct ndis_adapter *adapter) {
    ck_assert_int_eq(ndis_set_power(adapter, NdisDeviceStateD0), NDIS_STATUS_SUCCESS);
}

START_TEST(rule_2_pause_waits_for_the_indication_under_way) { with_indication_under_way(step_pause, undo_pause); }
END_TEST

START_TEST(rule_1_low_power_waits_for_the_indication_under_way) {
    with_indication_under_way(step_low_power, undo_low_power);
}
END_TEST

static NDIS_STATUS send_status(struct rig *rig) {
    uint8_t packet[64];
    struct fake_packet sent = {.data = packet, .size = sizeof(packet)};
    struct fake_list *list;
    NDIS_STATUS status;

    packet_make(packet, sizeof(packet), 4, 1);
    list = fake_list_create(rig->stack, &sent, 1);
    fake_send(rig->stack, &list, 1, DISPATCH_LEVEL);
    fake_list_wait(list);
    status = fake_list_status(list);
    fake_list_free(list);
    return status;
}

START_TEST(rule_1_low_power_fails_sends_and_leaves_held_lists_alone) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);

    send_and_hold(&rig, &client, 10);
    /* Does not wait for the ten. */
    ck_assert_int_eq(ndis_set_power(rig.adapter, NdisDeviceStateD3), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(fake_held(rig.stack), 10);
    ck_assert_int_eq(send_status(&rig), NDIS_STATUS_LOW_POWER_STATE);
    ck_assert_uint_eq(fake_return(rig.stack, 4, 0, DISPATCH_LEVEL), 4);
    ck_assert_int_eq(ndis_set_power(rig.adapter, NdisDeviceStateD0), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(fake_return(rig.stack, 6, 0, DISPATCH_LEVEL), 6);
    /* D0 is enough: no restart follows. */
    ck_assert_int_eq(send_status(&rig), NDIS_STATUS_SUCCESS);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_1_packets_written_in_low_power_arrive_after_it) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t packet[100];

    ck_assert_int_eq(ndis_set_power(rig.adapter, NdisDeviceStateD3), NDIS_STATUS_SUCCESS);
    for (unsigned at = 0; at < 300; at++) {
        packet_make(packet, sizeof(packet), 4, at);
        client_send(&client, packet, sizeof(packet));
    }
    ck_assert_uint_eq(fake_received_count(rig.stack), 0);
    ck_assert_int_eq(ndis_set_power(rig.adapter, NdisDeviceStateD0), NDIS_STATUS_SUCCESS);
    fake_wait_received(rig.stack, 300);
    for (unsigned at = 0; at < 300; at++) packet_assert(fake_received_at(rig.stack, at)->data, sizeof(packet), 4, at);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(packets_written_while_paused_arrive_after_the_restart) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t packet[100];

    ck_assert_int_eq(ndis_pause(rig.adapter), NDIS_STATUS_SUCCESS);
    for (unsigned at = 0; at < 300; at++) {
        packet_make(packet, sizeof(packet), 4, at);
        client_send(&client, packet, sizeof(packet));
    }
    ck_assert_uint_eq(fake_received_count(rig.stack), 0);
    ck_assert_int_eq(ndis_restart(rig.adapter), NDIS_STATUS_SUCCESS);
    fake_wait_received(rig.stack, 300);
    for (unsigned at = 0; at < 300; at++) packet_assert(fake_received_at(rig.stack, at)->data, sizeof(packet), 4, at);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(pause_while_in_low_power_and_back_in_either_order) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);

    for (unsigned order = 0; order < 2; order++) {
        ck_assert_int_eq(ndis_set_power(rig.adapter, NdisDeviceStateD3), NDIS_STATUS_SUCCESS);
        ck_assert_int_eq(ndis_pause(rig.adapter), NDIS_STATUS_SUCCESS);
        ck_assert_int_ne(send_status(&rig), NDIS_STATUS_SUCCESS);
        if (order == 0)
            ck_assert_int_eq(ndis_restart(rig.adapter), NDIS_STATUS_SUCCESS);
        else
            ck_assert_int_eq(ndis_set_power(rig.adapter, NdisDeviceStateD0), NDIS_STATUS_SUCCESS);
        ck_assert_int_ne(send_status(&rig), NDIS_STATUS_SUCCESS);
        if (order == 0)
            ck_assert_int_eq(ndis_set_power(rig.adapter, NdisDeviceStateD0), NDIS_STATUS_SUCCESS);
        else
            ck_assert_int_eq(ndis_restart(rig.adapter), NDIS_STATUS_SUCCESS);
        ck_assert_int_eq(send_status(&rig), NDIS_STATUS_SUCCESS);
    }
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

/* Both directions at full speed until told to stop. */
struct load {
    struct rig *rig;
    struct client *client;
    bool stop;
    uint64_t sent, accepted;
};

static void load_to_client(void *context) {
    struct load *load = context;
    uint8_t packet[300], got[300];
    struct fake_packet sent[8];
    uint32_t length;

    packet_make(packet, sizeof(packet), 4, 1);
    for (unsigned at = 0; at < 8; at++) sent[at] = (struct fake_packet){.data = packet, .size = sizeof(packet)};
    while (!__atomic_load_n(&load->stop, __ATOMIC_ACQUIRE)) {
        load->accepted += fake_send_packets(load->rig->stack, sent, 8, DISPATCH_LEVEL);
        while (client_try_receive(load->client, got, sizeof(got), &length));
    }
}

static void load_to_stack(void *context) {
    struct load *load = context;
    uint8_t packet[300];
    struct ring_record *record;
    unsigned tries = 0;

    packet_make(packet, sizeof(packet), 6, 1);
    while (!__atomic_load_n(&load->stop, __ATOMIC_ACQUIRE)) {
        if (ring_reserve(&load->client->tx, sizeof(packet), &record) == RING_OK) {
            *record = (struct ring_record){.length = sizeof(packet)};
            memcpy(ring_record_data(record), packet, sizeof(packet));
            load->sent++;
            if (ring_publish(&load->client->tx)) SetEvent(load->client->kick);
        } else {
            sched_relax(tries++);
        }
    }
}

START_TEST(pause_and_restart_under_load_lose_nothing_from_the_client) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    struct load load = {.rig = &rig, .client = &client};
    PETHREAD to_client, to_stack;

    fake_keep_received(rig.stack, false);
    to_client = rig_thread(load_to_client, &load);
    to_stack = rig_thread(load_to_stack, &load);
    for (unsigned at = 0; at < 50; at++) {
        uint64_t before = fake_received_count(rig.stack);

        ck_assert_int_eq(ndis_pause(rig.adapter), NDIS_STATUS_SUCCESS);
        ck_assert_int_eq(ndis_restart(rig.adapter), NDIS_STATUS_SUCCESS);
        if (at % 2 == 0) {
            ck_assert_int_eq(ndis_set_power(rig.adapter, NdisDeviceStateD2), NDIS_STATUS_SUCCESS);
            ck_assert_int_eq(ndis_set_power(rig.adapter, NdisDeviceStateD0), NDIS_STATUS_SUCCESS);
        }
        fake_wait_received(rig.stack, before + 1);
    }
    __atomic_store_n(&load.stop, true, __ATOMIC_RELEASE);
    ps_thread_join(to_client);
    ps_thread_join(to_stack);
    fake_wait_received(rig.stack, load.sent);
    ck_assert_uint_eq(client_counters(&client).to_stack_packets, load.sent);
    ck_assert_uint_eq(client_counters(&client).to_client_packets, load.accepted);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_8_surprise_removal_under_load) {
    for (unsigned round = 0; round < 10; round++) {
        struct rig rig = rig_start();
        struct client client = client_attached(&rig, CAPACITY);
        struct load load = {.rig = &rig, .client = &client};
        PETHREAD to_stack;

        fake_keep_received(rig.stack, false);
        to_stack = rig_thread(load_to_stack, &load);
        fake_wait_received(rig.stack, 10 + round * 100);
        rig_surprise_remove(&rig);
        __atomic_store_n(&load.stop, true, __ATOMIC_RELEASE);
        ps_thread_join(to_stack);
        /* The view is still there, and says why. */
        ck_assert_uint_eq(client_state(&client, 0), RING_STATE_CLOSED);
        ck_assert_uint_eq(client_state(&client, 1), RING_STATE_CLOSED);
        ck_assert_uint_eq(WaitForSingleObject(client.data, INFINITE), WAIT_OBJECT_0);
        client_close(&client);
        rig_stop(&rig);
    }
}
END_TEST

START_TEST(rule_4_detach_does_not_wait_for_held_lists) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);

    send_and_hold(&rig, &client, 20);
    ck_assert(NT_SUCCESS(client_detach(&client)));
    ck_assert_uint_eq(fake_held(rig.stack), 20);
    client_close(&client);
    /* A new session works while the old one's lists are out; they return into the same pool. */
    client = client_attached(&rig, CAPACITY);
    send_and_hold(&rig, &client, 20);
    ck_assert_uint_eq(fake_return(rig.stack, 40, 3, DISPATCH_LEVEL), 40);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

static void return_all(void *context) {
    struct rig *rig = context;
    fake_return(rig->stack, 1000, 5, DISPATCH_LEVEL);
}

START_TEST(removal_waits_for_held_lists) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY), late;

    send_and_hold(&rig, &client, 20);
    ck_assert(NT_SUCCESS(client_open(&rig, &late)));
    pnp_close(rig.node);
    /* The client learns at once, although the halt has to wait. */
    ck_assert_uint_eq(WaitForSingleObject(client.data, INFINITE), WAIT_OBJECT_0);
    ck_assert_uint_eq(client_state(&client, 0), RING_STATE_CLOSED);
    ck_assert_int_eq(send_status(&rig), NDIS_STATUS_NOT_ACCEPTED); /* rule 5 */
    ck_assert_int_eq(client_attach(&late, CAPACITY, CAPACITY), STATUS_DEVICE_REMOVED);
    ps_thread_join(rig_thread(return_all, &rig));
    pnp_wait_idle();
    client_close(&late);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

static void pause_adapter(struct rig *rig) { ck_assert_int_eq(ndis_pause(rig->adapter), NDIS_STATUS_SUCCESS); }
static void restart_adapter(struct rig *rig) { ck_assert_int_eq(ndis_restart(rig->adapter), NDIS_STATUS_SUCCESS); }
static void sleep_adapter(struct rig *rig) {
    ck_assert_int_eq(ndis_set_power(rig->adapter, NdisDeviceStateD3), NDIS_STATUS_SUCCESS);
}
static void wake_adapter(struct rig *rig) {
    ck_assert_int_eq(ndis_set_power(rig->adapter, NdisDeviceStateD0), NDIS_STATUS_SUCCESS);
}

/* A session that lives wholly while nothing passes, then one that sees the adapter come back. */
static void session_while_closed(void (*leave)(struct rig *), void (*come_back)(struct rig *)) {
    struct rig rig = rig_start();
    struct client client;
    uint8_t packet[100];

    packet_make(packet, sizeof(packet), 4, 1);
    leave(&rig);
    for (unsigned round = 0; round < 3; round++) {
        client = client_attached(&rig, CAPACITY);
        ck_assert(ndis_adapter_connected(rig.adapter));
        /* The driver's thread waits with these in its hands, and has to let go of them. */
        client_send_many(&client, packet, sizeof(packet), 200);
        ck_assert_int_ne(send_status(&rig), NDIS_STATUS_SUCCESS);
        if (round % 2) ck_assert(NT_SUCCESS(client_detach(&client)));
        client_close(&client);
        ck_assert(!ndis_adapter_connected(rig.adapter));
    }
    ck_assert_uint_eq(fake_received_count(rig.stack), 0);
    client = client_attached(&rig, CAPACITY);
    client_send_many(&client, packet, sizeof(packet), 200);
    come_back(&rig);
    fake_wait_received(rig.stack, 200);
    ck_assert_int_eq(send_status(&rig), NDIS_STATUS_SUCCESS);
    client_close(&client);
    rig_stop(&rig);
}

START_TEST(sessions_begin_and_end_while_paused) { session_while_closed(pause_adapter, restart_adapter); }
END_TEST

START_TEST(sessions_begin_and_end_in_low_power) { session_while_closed(sleep_adapter, wake_adapter); }
END_TEST

START_TEST(removal_while_paused_or_in_low_power) {
    void (*const leave[])(struct rig *) = {pause_adapter, sleep_adapter};

    for (unsigned at = 0; at < 2; at++) {
        struct rig rig = rig_start();
        struct client client = client_attached(&rig, CAPACITY);
        uint8_t packet[100];

        packet_make(packet, sizeof(packet), 4, 1);
        leave[at](&rig);
        client_send_many(&client, packet, sizeof(packet), 200);
        rig_surprise_remove(&rig);
        ck_assert_uint_eq(client_state(&client, 1), RING_STATE_CLOSED);
        client_close(&client);
        rig_stop(&rig);
    }
}
END_TEST

START_TEST(rule_3_handles_outlive_the_adapter) {
    struct rig rig = rig_start(), again;
    struct client client = client_attached(&rig, CAPACITY), late;
    struct client idle;

    ck_assert(NT_SUCCESS(client_open(&rig, &idle)));
    rig_surprise_remove(&rig);
    /* Requests on handles of an adapter that is gone fail; new opens do not find it. */
    ck_assert(!NT_SUCCESS(client_attach(&idle, CAPACITY, CAPACITY)));
    ck_assert(!NT_SUCCESS(client_open(&rig, &late)));
    /* Others come and go meanwhile. */
    again = rig_start();
    late = client_attached(&again, CAPACITY);
    client_close(&late);
    client_close(&client);
    client_close(&idle);
    rig_stop(&again);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_8_the_same_adapter_is_made_again_while_an_old_handle_is_open) {
    struct rig keeper = rig_start();
    struct rig rig = rig_start();
    struct client old = client_attached(&rig, CAPACITY), fresh;

    rig_surprise_remove(&rig);
    for (unsigned round = 0; round < 3; round++) {
        struct rig next = rig_start_again(&rig);
        fresh = client_attached(&next, CAPACITY);
        ck_assert_int_eq(send_status(&next), NDIS_STATUS_SUCCESS);
        client_close(&fresh);
        rig_stop(&next); /* and with it the node, which the two share */
    }
    client_close(&old);
    rig_forget(&rig);
    rig_stop(&keeper);
}
END_TEST

START_TEST(link_state_follows_attach) {
    struct rig rig = rig_start();
    struct client client;

    ck_assert(!ndis_adapter_connected(rig.adapter));
    for (unsigned round = 0; round < 3; round++) {
        client = client_attached(&rig, CAPACITY);
        ck_assert(ndis_adapter_connected(rig.adapter));
        ck_assert(NT_SUCCESS(client_detach(&client)));
        ck_assert(!ndis_adapter_connected(rig.adapter));
        client_close(&client);
    }
    rig_stop(&rig);
}
END_TEST

struct victim {
    struct rig *rig;
    PEPROCESS process;
};

static void victim_attach(void *context) {
    struct victim *victim = context;
    PEPROCESS before = ps_act_as(victim->process);
    struct client client = client_attached(victim->rig, CAPACITY);
    uint8_t packet[100];

    packet_make(packet, sizeof(packet), 4, 1);
    client_send_many(&client, packet, sizeof(packet), 100);
    ps_act_as(before);
}

START_TEST(a_client_that_vanishes_leaves_nothing_behind) {
    struct rig rig = rig_start();

    for (unsigned round = 0; round < 10; round++) {
        struct victim victim = {.rig = &rig, .process = ps_process_create("victim")};
        struct client client;

        ps_thread_join(rig_thread(victim_attach, &victim));
        ps_process_kill(victim.process);
        ck_assert(!ndis_adapter_connected(rig.adapter));
        ob_dereference(victim.process);
        client = client_attached(&rig, CAPACITY);
        ck_assert_int_eq(send_status(&rig), NDIS_STATUS_SUCCESS);
        client_close(&client);
    }
    rig_stop(&rig);
}
END_TEST

START_TEST(a_client_that_vanishes_while_lists_are_held) {
    struct rig rig = rig_start();
    struct victim victim = {.rig = &rig, .process = ps_process_create("victim")};

    fake_set_returns(rig.stack, FAKE_RETURN_HOLD);
    ps_thread_join(rig_thread(victim_attach, &victim));
    fake_wait_received(rig.stack, 100);
    ps_process_kill(victim.process);
    ob_dereference(victim.process);
    ck_assert_uint_eq(fake_return(rig.stack, 1000, 9, DISPATCH_LEVEL), 100);
    rig_stop(&rig);
}
END_TEST

START_TEST(shutdown_may_come_at_any_time) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);

    ndis_shutdown(rig.adapter);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(many_adapters_side_by_side) {
    enum { COUNT = 8 };
    struct rig rigs[COUNT];
    struct client clients[COUNT];

    for (unsigned at = 0; at < COUNT; at++) {
        rigs[at] = rig_start();
        clients[at] = client_attached(&rigs[at], CAPACITY);
    }
    for (unsigned at = 0; at < COUNT; at++) {
        uint8_t packet[100];

        packet_make(packet, sizeof(packet), 4, at);
        client_send(&clients[at], packet, sizeof(packet));
        fake_wait_received(rigs[at].stack, 1);
        packet_assert(fake_received_at(rigs[at].stack, 0)->data, sizeof(packet), 4, at);
    }
    for (unsigned at = 0; at < COUNT; at++) {
        client_close(&clients[at]);
        rig_stop(&rigs[at]);
    }
}
END_TEST

TEST_CASES(lifecycle, rule_2_pause_waits_for_indicated_packets, rule_2_pause_waits_for_the_indication_under_way,
           rule_1_low_power_waits_for_the_indication_under_way,
           rule_1_low_power_fails_sends_and_leaves_held_lists_alone,
           rule_1_packets_written_in_low_power_arrive_after_it, packets_written_while_paused_arrive_after_the_restart,
           pause_while_in_low_power_and_back_in_either_order, pause_and_restart_under_load_lose_nothing_from_the_client,
           rule_8_surprise_removal_under_load, rule_4_detach_does_not_wait_for_held_lists, removal_waits_for_held_lists,
           sessions_begin_and_end_while_paused, sessions_begin_and_end_in_low_power,
           removal_while_paused_or_in_low_power, rule_3_handles_outlive_the_adapter,
           rule_8_the_same_adapter_is_made_again_while_an_old_handle_is_open, link_state_follows_attach,
           a_client_that_vanishes_leaves_nothing_behind, a_client_that_vanishes_while_lists_are_held,
           shutdown_may_come_at_any_time, many_adapters_side_by_side)
