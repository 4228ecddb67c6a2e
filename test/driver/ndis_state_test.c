/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * NDIS towards any miniport, by a small one that does as it is told (drivers/miniport.c): sends, states, resets.
 */
#include "test/common/testing.h"

#include <string.h>

#include "host/sched.h"
#include "test/driver/miniport_rig.h"

/* --- sends ------------------------------------------------------------------------------------------------------- */

START_TEST(a_send_that_is_held_for_too_long_is_told_once) {
    miniport_start(0);
    struct fake_list *list = miniport_held_send();
    fake_send(miniport_rig.stack, &list, 1, PASSIVE_LEVEL);
    verify_expect("send-timeout");
    ndis_send_limit_ms = 0;
    ndis_watchdog();
    ndis_watchdog();
    ck_assert_uint_eq(verify_seen("send-timeout"), 1);
    CALL(void, MiniportReleaseSends, void)();
    miniport_end_send(list, NDIS_STATUS_SUCCESS);
    miniport_stop();
}
END_TEST

START_TEST(sends_are_cancelled_by_their_id) {
    int ids[2];
    struct fake_list *lists[2];
    miniport_start(0);
    for (unsigned i = 0; i < 2; i++) {
        lists[i] = miniport_held_send();
        NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(fake_list_nbl(lists[i]), &ids[i]);
    }
    fake_send(miniport_rig.stack, lists, 2, DISPATCH_LEVEL);
    ndis_cancel_send(miniport_rig.adapter, &ids[1]);
    ck_assert_uint_eq(miniport_seen->CancelledSends, 1);
    miniport_end_send(lists[1], NDIS_STATUS_SEND_ABORTED);
    ck_assert(!fake_list_completed(lists[0]));
    CALL(void, MiniportReleaseSends, void)();
    miniport_end_send(lists[0], NDIS_STATUS_SUCCESS);
    miniport_stop();
}
END_TEST

START_TEST(clones_carry_the_data_of_their_original) {
    miniport_start(0);
    fake_set_clones(miniport_rig.stack, true);
    for (unsigned how = 1; how <= 2; how++) {
        miniport_be->Echo = how;
        miniport_echo_one(PASSIVE_LEVEL);
        miniport_echo_one(DISPATCH_LEVEL);
    }
    fake_set_returns(miniport_rig.stack, FAKE_RETURN_REVERSED);
    miniport_echo_one(PASSIVE_LEVEL);
    miniport_stop();
}
END_TEST

static void pause(void *unused) {
    (void)unused;
    ck_assert_int_eq(ndis_filter_attach(miniport_rig.adapter), NDIS_STATUS_SUCCESS);
}

START_TEST(a_pause_waits_for_clones_that_the_stack_returns_in_any_order) {
    enum { COUNT = 6 };
    struct fake_list *lists[COUNT];
    uint8_t packet[200];
    miniport_start(0);
    packet_make(packet, sizeof packet, 4, 9);
    miniport_be->Echo = 1;
    fake_set_returns(miniport_rig.stack, FAKE_RETURN_HOLD);
    fake_set_clones(miniport_rig.stack, true);
    for (unsigned i = 0; i < COUNT; i++)
        lists[i] = fake_list_create(miniport_rig.stack,
                                    &(struct fake_packet){.data = packet, .size = sizeof packet, .headroom = i}, 1);
    fake_send(miniport_rig.stack, lists, COUNT, PASSIVE_LEVEL);
    ck_assert_uint_eq(fake_held(miniport_rig.stack), COUNT);
    ck_assert_uint_eq(fake_return(miniport_rig.stack, 2, 5, DISPATCH_LEVEL), 2);
    PETHREAD thread = rig_thread(pause, NULL);
    for (unsigned tries = 0; ndis_adapter_state(miniport_rig.adapter) != NDIS_PAUSING; tries++) sched_relax(tries);
    ck_assert_uint_eq(fake_return(miniport_rig.stack, COUNT, 77, PASSIVE_LEVEL), COUNT - 2);
    ps_thread_join(thread);
    ck_assert_int_eq(ndis_adapter_state(miniport_rig.adapter), NDIS_RUNNING);
    for (unsigned i = 0; i < COUNT; i++) miniport_end_send(lists[i], NDIS_STATUS_SUCCESS);
    miniport_stop();
}
END_TEST

static void send_more(struct fake_stack *stack, NET_BUFFER_LIST *chain, ULONG flags, void *context) {
    unsigned *left = context;
    (void)chain, (void)flags;
    if ((*left)-- == 0) return;
    uint8_t packet[64];
    packet_make(packet, sizeof packet, 4, *left);
    ck_assert_uint_eq(
        fake_send_packets(stack, &(struct fake_packet){.data = packet, .size = sizeof packet}, 1, PASSIVE_LEVEL), 1);
}

START_TEST(the_stack_may_send_while_it_receives) {
    unsigned left = 4;
    miniport_start(0);
    miniport_be->Echo = 2;
    fake_on_indicate(miniport_rig.stack, send_more, &left);
    uint8_t packet[300];
    packet_make(packet, sizeof packet, 6, 1);
    fake_set_returns(miniport_rig.stack, FAKE_RETURN_AT_ONCE);
    ck_assert_uint_eq(fake_send_packets(miniport_rig.stack,
                                        &(struct fake_packet){.data = packet, .size = sizeof packet}, 1, PASSIVE_LEVEL),
                      1);
    ck_assert_uint_eq(fake_received_count(miniport_rig.stack), 5);
    ck_assert_uint_eq(fake_received_at(miniport_rig.stack, 4)->size, sizeof packet); /* the innermost came first */
    fake_on_indicate(miniport_rig.stack, NULL, NULL);
    miniport_stop();
}
END_TEST

START_TEST(fragments_and_what_is_made_of_them_again_have_the_same_bytes) {
    uint8_t packet[1000], bytes[1000];
    uint32_t pieces[] = {33, 500, 7};
    miniport_start(0);
    packet_make(packet, sizeof packet, 4, 4);
    struct fake_list *list =
        fake_list_create(miniport_rig.stack,
                         &(struct fake_packet){
                             .data = packet, .size = sizeof packet, .headroom = 11, .pieces = pieces, .piece_count = 3},
                         1);
    for (ULONG most = 8; most <= sizeof packet; most += 99) {
        memset(bytes, 0, sizeof bytes);
        ck_assert_uint_eq(CALL(ULONG, MiniportFragment, NET_BUFFER_LIST *, ULONG, PUCHAR,
                               ULONG)(fake_list_nbl(list), most, bytes, sizeof bytes),
                          sizeof packet);
        ck_assert_mem_eq(bytes, packet, sizeof packet);
    }
    fake_list_free(list);
    miniport_stop();
}
END_TEST

/* --- states ------------------------------------------------------------------------------------------------------ */

START_TEST(filters_and_protocols_come_and_go_by_pause_and_restart) {
    static const struct {
        NDIS_STATUS (*change)(struct ndis_adapter *adapter);
        ULONG reason;
    } changes[] = {{ndis_filter_attach, NDIS_PAUSE_ATTACH_FILTER},
                   {ndis_protocol_bind, NDIS_PAUSE_BIND_PROTOCOL},
                   {ndis_filter_detach, NDIS_PAUSE_DETACH_FILTER},
                   {ndis_protocol_unbind, NDIS_PAUSE_UNBIND_PROTOCOL}};
    miniport_start(0);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(changes[i].change(miniport_rig.adapter), NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(miniport_seen->PauseReason, changes[i].reason);
        ck_assert_uint_eq(miniport_seen->Pauses, i + 1);
        ck_assert_uint_eq(miniport_seen->Restarts, i + 2);
    }
    ck_assert_uint_eq(miniport_seen->PnpEvents[NdisDevicePnPEventFilterListChanged], 2);
    ck_assert_int_eq(ndis_filter_detach(miniport_rig.adapter), NDIS_STATUS_INVALID_STATE);
    miniport_stop();
}
END_TEST

START_TEST(a_restart_tells_the_attributes_and_takes_back_changed_ones) {
    miniport_start(0);
    ck_assert_uint_eq(miniport_seen->RestartMtu, 1500);
    miniport_be->Mtu = 1400;
    ck_assert_int_eq(ndis_filter_attach(miniport_rig.adapter), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(ndis_adapter_mtu(miniport_rig.adapter), 1400);
    miniport_be->Mtu = 0;
    ck_assert_int_eq(ndis_filter_detach(miniport_rig.adapter), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(miniport_seen->RestartMtu, 1400);
    miniport_stop();
}
END_TEST

START_TEST(after_a_failed_restart_the_adapter_stays_paused) {
    miniport_start(0);
    miniport_be->RestartStatus = NDIS_STATUS_RESOURCES;
    ck_assert_int_eq(ndis_filter_attach(miniport_rig.adapter), NDIS_STATUS_RESOURCES);
    ck_assert_int_eq(ndis_adapter_state(miniport_rig.adapter), NDIS_PAUSED);
    miniport_be->RestartStatus = NDIS_STATUS_SUCCESS;
    ck_assert_int_eq(ndis_restart(miniport_rig.adapter), NDIS_STATUS_SUCCESS);
    miniport_stop();
}
END_TEST

START_TEST(pause_and_restart_may_pend) {
    miniport_start(0);
    miniport_be->PendPause = miniport_be->PendRestart = 1;
    PETHREAD thread = rig_thread(pause, NULL);
    for (unsigned tries = 0; *(volatile ULONG *)&miniport_seen->Pauses == 0; tries++) sched_relax(tries);
    ck_assert_int_eq(ndis_adapter_state(miniport_rig.adapter), NDIS_PAUSING);
    CALL(void, MiniportPauseEnd, void)();
    for (unsigned tries = 0; *(volatile ULONG *)&miniport_seen->Restarts < 2; tries++) sched_relax(tries);
    ck_assert_int_eq(ndis_adapter_state(miniport_rig.adapter), NDIS_RESTARTING);
    CALL(void, MiniportRestartEnd, NDIS_STATUS)(NDIS_STATUS_SUCCESS);
    ps_thread_join(thread);
    ck_assert_int_eq(ndis_adapter_state(miniport_rig.adapter), NDIS_RUNNING);
    miniport_be->PendPause = miniport_be->PendRestart = 0;
    miniport_stop();
}
END_TEST

START_TEST(a_surprise_removal_is_told_then_pauses_then_halts) {
    miniport_start(0);
    struct rig second = miniport_another();
    miniport_seen->Orders = 0;
    rig_surprise_remove(&second);
    ck_assert_uint_eq(miniport_seen->Orders, 3);
    ck_assert_uint_eq(miniport_seen->Order[0], MINIPORT_DID_SURPRISE);
    ck_assert_uint_eq(miniport_seen->Order[1], MINIPORT_DID_PAUSE);
    ck_assert_uint_eq(miniport_seen->Order[2], MINIPORT_DID_HALT);
    ck_assert_uint_eq(miniport_seen->HaltAction, NdisHaltDeviceSurpriseRemoved);
    rig_stop(&second);
    miniport_stop();
}
END_TEST

START_TEST(each_notice_reaches_the_miniport) {
    ULONG profile = NdisPowerProfileBattery;
    miniport_start(0);
    ck_assert_uint_eq(miniport_seen->PnpEvents[NdisDevicePnPEventPowerProfileChanged], 1);
    for (unsigned event = 0; event < NdisDevicePnPEventMaximum; event++) {
        ULONG before = miniport_seen->PnpEvents[event];
        ndis_notify(miniport_rig.adapter, (NDIS_DEVICE_PNP_EVENT)event, &profile, sizeof profile);
        ck_assert_uint_eq(miniport_seen->PnpEvents[event], before + 1);
    }
    miniport_stop();
}
END_TEST

/* --- hangs, resets, shutdown ------------------------------------------------------------------------------------- */

START_TEST(a_miniport_that_hangs_is_reset_when_its_time_has_come) {
    miniport_start(0);
    ck_assert(!ndis_check_for_hang(miniport_rig.adapter, 3));
    ck_assert_uint_eq(miniport_seen->HangChecks, 0); /* it has asked for four seconds */
    ck_assert(!ndis_check_for_hang(miniport_rig.adapter, 1));
    ck_assert_uint_eq(miniport_seen->HangChecks, 1);
    miniport_be->Hung = miniport_be->AddressingReset = 1;
    ULONG filters = miniport_seen->FilterSets;
    ck_assert(ndis_check_for_hang(miniport_rig.adapter, 4));
    ck_assert_uint_eq(miniport_seen->Resets, 1);
    ck_assert_uint_eq(miniport_seen->FilterSets, filters + 1);
    ck_assert_uint_eq(fake_status_count(miniport_rig.stack, NDIS_STATUS_RESET_START), 1);
    ck_assert_uint_eq(fake_status_count(miniport_rig.stack, NDIS_STATUS_RESET_END), 1);
    miniport_stop();
}
END_TEST

START_TEST(a_miniport_is_reset_when_a_request_pends_over_two_checks) {
    ULONG value = 0;
    struct ndis_oid query = {
        .type = NdisRequestQueryInformation, .oid = MINIPORT_OID, .buffer = &value, .size = sizeof value};
    miniport_start(0);
    miniport_be->PendOids = 1;
    struct ndis_request *request = ndis_oid_begin(miniport_rig.adapter, &query);
    ck_assert(!ndis_check_for_hang(miniport_rig.adapter, 4));
    ck_assert(ndis_check_for_hang(miniport_rig.adapter, 4));
    ck_assert_int_eq(ndis_oid_end(request, &query), NDIS_STATUS_REQUEST_ABORTED);
    miniport_stop();
}
END_TEST

static void reset(void *unused) {
    (void)unused;
    ck_assert_int_eq(ndis_reset(miniport_rig.adapter), NDIS_STATUS_SUCCESS);
}

START_TEST(a_reset_may_pend) {
    miniport_start(0);
    miniport_be->PendReset = 1;
    PETHREAD thread = rig_thread(reset, NULL);
    for (unsigned tries = 0; *(volatile ULONG *)&miniport_seen->Resets == 0; tries++) sched_relax(tries);
    CALL(void, MiniportResetEnd, void)();
    ps_thread_join(thread);
    verify_expect("ndis-reset-complete");
    CALL(void, MiniportResetEnd, void)();
    ck_assert_uint_eq(verify_seen("ndis-reset-complete"), 1);
    miniport_stop();
}
END_TEST

START_TEST(sends_must_not_outlive_a_reset) {
    miniport_start(0);
    struct fake_list *list = miniport_held_send();
    fake_send(miniport_rig.stack, &list, 1, PASSIVE_LEVEL);
    ck_assert_int_eq(ndis_reset(miniport_rig.adapter), NDIS_STATUS_SUCCESS);
    miniport_end_send(list, NDIS_STATUS_RESET_IN_PROGRESS);
    list = miniport_held_send();
    fake_send(miniport_rig.stack, &list, 1, PASSIVE_LEVEL);
    miniport_be->KeepOverReset = 1;
    verify_expect("ndis-reset-outstanding");
    ndis_reset(miniport_rig.adapter);
    ck_assert_uint_eq(verify_seen("ndis-reset-outstanding"), 1);
    CALL(void, MiniportReleaseSends, void)();
    miniport_end_send(list, NDIS_STATUS_SUCCESS);
    miniport_stop();
}
END_TEST

START_TEST(adapters_that_are_left_hear_that_the_system_goes_down) {
    miniport_start(0);
    uint64_t before = host_exports[EXPORT_KeGetCurrentIrql].calls; /* MiniportShutdownEx calls it, and nothing else */
    rig_forget(&miniport_rig);
    ck_assert_uint_eq(host_exports[EXPORT_KeGetCurrentIrql].calls, before + 1);
}
END_TEST

START_TEST(shutdown_comes_at_passive_level_and_after_a_bug_check_at_the_highest) {
    miniport_start(0);
    ndis_shutdown_all(NdisShutdownPowerOff);
    ck_assert_uint_eq(miniport_seen->Shutdowns, 1);
    ck_assert_uint_eq(miniport_seen->ShutdownIrql, PASSIVE_LEVEL);
    ndis_shutdown_all(NdisShutdownBugCheck);
    ck_assert_uint_eq(miniport_seen->Shutdowns, 2);
    ck_assert_uint_eq(miniport_seen->ShutdownIrql, HIGH_LEVEL);
    miniport_stop();
}
END_TEST

TEST_CASES(ndis_state, a_send_that_is_held_for_too_long_is_told_once, sends_are_cancelled_by_their_id,
           clones_carry_the_data_of_their_original, a_pause_waits_for_clones_that_the_stack_returns_in_any_order,
           the_stack_may_send_while_it_receives, fragments_and_what_is_made_of_them_again_have_the_same_bytes,
           filters_and_protocols_come_and_go_by_pause_and_restart,
           a_restart_tells_the_attributes_and_takes_back_changed_ones, after_a_failed_restart_the_adapter_stays_paused,
           pause_and_restart_may_pend, a_surprise_removal_is_told_then_pauses_then_halts,
           each_notice_reaches_the_miniport, a_miniport_that_hangs_is_reset_when_its_time_has_come,
           a_miniport_is_reset_when_a_request_pends_over_two_checks, a_reset_may_pend, sends_must_not_outlive_a_reset,
           adapters_that_are_left_hear_that_the_system_goes_down,
           shutdown_comes_at_passive_level_and_after_a_bug_check_at_the_highest)
