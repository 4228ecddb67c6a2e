/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * NDIS towards any miniport, by a small one that does as it is told (drivers/miniport.c).
 */
#include "test/common/testing.h"

#include <string.h>

#include "host/ndis_control.h"
#include "host/ndis_objects.h"
#include "host/sched.h"
#include "test/driver/drivers/miniport.h"
#include "test/driver/rig.h"

static MINIPORT_BEHAVIOUR *be;
static MINIPORT_SEEN *seen;
static struct rig rig;

static struct rig start_as(const WCHAR *service, uint16_t version) {
    static struct rig_driver driver;
    driver = (struct rig_driver){"miniport", service, version};
    rig_use(&driver);
    rig = rig_start_with(NULL, 0);
    if (rig.adapter == NULL) return rig;
    be = rig_symbol("Behaviour");
    seen = rig_symbol("Seen");
    return rig;
}

static void start(uint16_t version) { ck_assert_ptr_nonnull(start_as(NULL, version).adapter); }

static void stop(void) { rig_stop(&rig); }

#define CALL(type, name, ...) ((type(NTAPI *)(__VA_ARGS__))(uintptr_t)rig_symbol(#name))

/* One more adapter, initialized with what `be` says by now. The first keeps the driver loaded. */
static struct rig another(void) {
    struct rig second = rig_start_with(NULL, 0);
    ck_assert_ptr_nonnull(second.adapter);
    return second;
}

static NDIS_STATUS oid(enum ndis_oid_path path, NDIS_REQUEST_TYPE type, ULONG *value, ULONG size) {
    struct ndis_oid request = {.path = path, .type = type, .oid = MINIPORT_OID, .buffer = value, .size = size};
    return ndis_oid_run(rig.adapter, &request);
}

/* --- versions ---------------------------------------------------------------------------------------------------- */

static void check_version(uint16_t version, unsigned revision, unsigned size) {
    start(version);
    ck_assert_uint_eq(seen->Version & 0xff, version ? version & 0xff : 82);
    ck_assert_uint_eq(seen->Version >> 16, 6);
    ck_assert_uint_eq(seen->OidHeader.Revision, revision);
    ck_assert_uint_eq(seen->OidHeader.Size, size);
    stop();
}

START_TEST(ndis_is_6_82_unless_told_otherwise) { check_version(0, 2, 248); }
END_TEST

START_TEST(ndis_may_be_6_30) { check_version(NDIS_VERSION_OF(30), 1, 236); }
END_TEST

START_TEST(ndis_may_be_6_89) { check_version(NDIS_VERSION_OF(89), 2, 248); }
END_TEST

START_TEST(a_miniport_that_is_newer_than_ndis_is_refused) {
    NTSTATUS status = 0;
    start_as(L"Miniport89", 0);
    ck_assert_ptr_null(rig.adapter);
    ck_assert_uint_ne(pnp_problem(rig.node, &status), 0);
    ck_assert_uint_eq((ULONG)status, (ULONG)NDIS_STATUS_BAD_VERSION);
    stop();
}
END_TEST

START_TEST(an_older_miniport_gets_what_its_own_version_has) {
    start_as(L"Miniport30", NDIS_VERSION_OF(89));
    ck_assert_ptr_nonnull(rig.adapter);
    ck_assert_uint_eq(seen->Version & 0xff, 89);
    ck_assert_uint_eq(seen->OidHeader.Revision, 1);
    ULONG value = 0;
    verify_expect("oid-overrun");
    be->OidBehind = 1;
    oid(NDIS_OID_REGULAR, NdisRequestQueryInformation, &value, sizeof value);
    ck_assert_uint_eq(verify_seen("oid-overrun"), 1);
    stop();
}
END_TEST

static void echo_one(KIRQL irql) {
    uint8_t packet[600];
    packet_make(packet, sizeof packet, 4, 1);
    uint32_t pieces[] = {70, 41, 300};
    struct fake_packet description = {
        .data = packet, .size = sizeof packet, .headroom = 50, .tailroom = 9, .pieces = pieces, .piece_count = 3};
    struct fake_list *list = fake_list_create(rig.stack, &description, 1);
    uint64_t before = fake_received_count(rig.stack);
    fake_send(rig.stack, &list, 1, irql);
    ck_assert_uint_eq(fake_received_count(rig.stack), before + 1);
    const struct fake_received *received = fake_received_at(rig.stack, before);
    ck_assert_uint_eq(received->size, sizeof packet);
    ck_assert_mem_eq(received->data, packet, sizeof packet);
    fake_list_wait(list);
    ck_assert_int_eq(fake_list_status(list), NDIS_STATUS_SUCCESS);
    fake_list_free(list);
}

START_TEST(slots_of_newer_versions_must_be_left_alone) {
    start_as(L"Miniport40", 0);
    be->Echo = 1;
    be->InfoSlot = 23;
    echo_one(PASSIVE_LEVEL);
    verify_expect("nbl-info-version");
    be->InfoSlot = 25;
    echo_one(PASSIVE_LEVEL);
    ck_assert_uint_ge(verify_seen("nbl-info-version"), 1);
    be->Echo = 0;
    stop();
}
END_TEST

START_TEST(attributes_are_those_of_the_version) {
    start(0);
    be->OffloadRevision = 5;
    be->OffloadSize = 188;
    be->NativeWifi = 1;
    struct rig second = another();
    ck_assert_int_eq(seen->OffloadStatus, NDIS_STATUS_SUCCESS);
    ck_assert_int_eq(seen->NativeWifiStatus, NDIS_STATUS_NOT_SUPPORTED);
    be->NativeWifi = 0;
    be->OffloadRevision = 6; /* of 6.83 */
    be->OffloadSize = 216;
    verify_expect("ndis-object-header");
    struct rig third = another();
    ck_assert_uint_ge(verify_seen("ndis-object-header"), 1);
    ck_assert_int_ne(seen->OffloadStatus, NDIS_STATUS_SUCCESS);
    rig_stop(&third);
    rig_stop(&second);
    stop();
}
END_TEST

/* --- requests ---------------------------------------------------------------------------------------------------- */

START_TEST(requests_of_each_type_are_answered) {
    ULONG words[2] = {0};
    struct ndis_oid method = {.type = NdisRequestMethod,
                              .oid = MINIPORT_OID,
                              .buffer = words,
                              .size = sizeof(ULONG),
                              .out_size = sizeof words,
                              .method = MINIPORT_METHOD};
    start(0);
    ck_assert_int_eq(oid(NDIS_OID_REGULAR, NdisRequestQueryInformation, words, sizeof(ULONG)), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(words[0], 42);
    words[0] = 5;
    ck_assert_int_eq(oid(NDIS_OID_REGULAR, NdisRequestSetInformation, words, sizeof(ULONG)), NDIS_STATUS_SUCCESS);
    words[0] = 0;
    ck_assert_int_eq(oid(NDIS_OID_REGULAR, NdisRequestQueryStatistics, words, sizeof(ULONG)), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(words[0], 5);
    ck_assert_int_eq(ndis_oid_run(rig.adapter, &method), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(words[1], ~5u);
    ck_assert_uint_eq(method.used, sizeof words);
    method.out_size = sizeof(ULONG);
    ck_assert_int_eq(ndis_oid_run(rig.adapter, &method), NDIS_STATUS_BUFFER_TOO_SHORT);
    ck_assert_uint_eq(method.needed, sizeof words);
    stop();
}
END_TEST

START_TEST(a_miniport_that_reports_or_writes_too_much_is_caught) {
    ULONG value[4] = {0};
    start(0);
    verify_expect("oid-bytes");
    be->OidWritten = 8;
    oid(NDIS_OID_REGULAR, NdisRequestQueryInformation, value, sizeof(ULONG));
    ck_assert_uint_eq(verify_seen("oid-bytes"), 1);
    be->OidWritten = 0;
    verify_expect("oid-overrun");
    be->OidOverrun = 1;
    oid(NDIS_OID_REGULAR, NdisRequestQueryInformation, value, sizeof(ULONG));
    ck_assert_uint_eq(verify_seen("oid-overrun"), 1);
    stop();
}
END_TEST

START_TEST(a_pending_request_ends_when_it_is_completed) {
    ULONG value = 0;
    struct ndis_oid query = {
        .type = NdisRequestQueryInformation, .oid = MINIPORT_OID, .buffer = &value, .size = sizeof value};
    start(0);
    be->PendOids = 1;
    struct ndis_request *request = ndis_oid_begin(rig.adapter, &query);
    ck_assert(ndis_oid_pending(request));
    CALL(void, MiniportReleaseOids, void)();
    ck_assert(!ndis_oid_pending(request));
    ck_assert_int_eq(ndis_oid_end(request, &query), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, 42);
    stop();
}
END_TEST

struct asked {
    struct ndis_oid query;
    ULONG value;
};

static void ask(void *context) { ndis_oid_run(rig.adapter, &((struct asked *)context)->query); }

START_TEST(requests_are_cancelled_by_their_id_also_those_that_wait_for_their_turn) {
    struct asked asked[2];
    int ids[2];
    start(0);
    be->PendOids = 1;
    for (unsigned i = 0; i < 2; i++)
        asked[i] = (struct asked){.query = {.type = NdisRequestQueryInformation,
                                            .oid = MINIPORT_OID,
                                            .buffer = &asked[i].value,
                                            .size = sizeof(ULONG),
                                            .id = &ids[i]}};
    struct ndis_request *first = ndis_oid_begin(rig.adapter, &asked[0].query);
    PETHREAD second = rig_thread(ask, &asked[1]);
    for (unsigned tries = 0; ndis_oid_cancel(rig.adapter, &ids[1]) == 0; tries++) sched_relax(tries);
    ck_assert_uint_eq(seen->OidCancels, 0);
    ck_assert_uint_eq(ndis_oid_cancel(rig.adapter, &ids[0]), 1);
    ck_assert_uint_eq(seen->OidCancels, 1);
    ck_assert_int_eq(ndis_oid_end(first, &asked[0].query), NDIS_STATUS_REQUEST_ABORTED);
    ps_thread_join(second);
    ck_assert_int_eq(asked[1].query.status, NDIS_STATUS_REQUEST_ABORTED);
    ck_assert_uint_eq(seen->Oids, 1);
    ck_assert_uint_eq(ndis_oid_cancel(rig.adapter, &ids[0]), 0);
    stop();
}
END_TEST

START_TEST(direct_requests_run_at_once_and_at_dispatch_level) {
    enum { COUNT = 8 };
    struct asked asked[COUNT];
    struct ndis_request *requests[COUNT];
    int ids[2];
    KIRQL irql;
    start(0);
    be->PendOids = 1;
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    for (unsigned i = 0; i < COUNT; i++) {
        asked[i] = (struct asked){.query = {.path = NDIS_OID_DIRECT,
                                            .type = NdisRequestQueryInformation,
                                            .oid = MINIPORT_OID,
                                            .buffer = &asked[i].value,
                                            .size = sizeof(ULONG),
                                            .id = &ids[i % 2]}};
        requests[i] = ndis_oid_begin(rig.adapter, &asked[i].query);
        ck_assert(ndis_oid_pending(requests[i]));
    }
    ck_assert_uint_eq(seen->DirectIrql, DISPATCH_LEVEL);
    ck_assert_uint_eq(ndis_oid_cancel(rig.adapter, &ids[1]), COUNT / 2);
    KeLowerIrql(irql);
    ck_assert_uint_eq(seen->DirectOidCancels, 1);
    CALL(void, MiniportReleaseOids, void)();
    for (unsigned i = 0; i < COUNT; i++)
        ck_assert_int_eq(ndis_oid_end(requests[i], &asked[i].query),
                         i % 2 ? NDIS_STATUS_REQUEST_ABORTED : NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(asked[COUNT - 2].value, 42);
    stop();
}
END_TEST

START_TEST(synchronous_requests_cannot_pend) {
    ULONG value = 0;
    start(0);
    ck_assert_int_eq(oid(NDIS_OID_SYNCHRONOUS, NdisRequestQueryInformation, &value, sizeof value), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, 42);
    be->PendOids = 1;
    verify_expect("oid-synchronous-pending");
    oid(NDIS_OID_SYNCHRONOUS, NdisRequestQueryInformation, &value, sizeof value);
    ck_assert_uint_eq(verify_seen("oid-synchronous-pending"), 1);
    stop();
}
END_TEST

START_TEST(synchronous_requests_came_with_6_80) {
    ULONG value = 0;
    start(NDIS_VERSION_OF(70));
    ck_assert_int_eq(oid(NDIS_OID_SYNCHRONOUS, NdisRequestQueryInformation, &value, sizeof value),
                     NDIS_STATUS_NOT_SUPPORTED);
    stop();
}
END_TEST

START_TEST(a_request_that_pends_for_too_long_is_told_once) {
    ULONG value = 0;
    struct ndis_oid query = {
        .type = NdisRequestQueryInformation, .oid = MINIPORT_OID, .buffer = &value, .size = sizeof value};
    start(0);
    be->PendOids = 1;
    verify_expect("oid-timeout");
    struct ndis_request *request = ndis_oid_begin(rig.adapter, &query);
    ck_assert_uint_eq(verify_seen("oid-timeout"), 0);
    ndis_oid_limit_ms = 0;
    ndis_watchdog();
    ndis_watchdog();
    ck_assert_uint_eq(verify_seen("oid-timeout"), 1);
    CALL(void, MiniportReleaseOids, void)();
    ck_assert_int_eq(ndis_oid_end(request, &query), NDIS_STATUS_SUCCESS);
    stop();
}
END_TEST

/* --- sends ------------------------------------------------------------------------------------------------------- */

static struct fake_list *held_send(void) {
    static uint8_t packet[100];
    packet_make(packet, sizeof packet, 6, 3);
    struct fake_list *list = fake_list_create(rig.stack, &(struct fake_packet){.data = packet, .size = 100}, 1);
    be->HoldSends = 1;
    return list;
}

static void end_send(struct fake_list *list, NDIS_STATUS status) {
    fake_list_wait(list);
    ck_assert_int_eq(fake_list_status(list), status);
    fake_list_free(list);
}

START_TEST(a_send_that_is_held_for_too_long_is_told_once) {
    start(0);
    struct fake_list *list = held_send();
    fake_send(rig.stack, &list, 1, PASSIVE_LEVEL);
    verify_expect("send-timeout");
    ndis_send_limit_ms = 0;
    ndis_watchdog();
    ndis_watchdog();
    ck_assert_uint_eq(verify_seen("send-timeout"), 1);
    CALL(void, MiniportReleaseSends, void)();
    end_send(list, NDIS_STATUS_SUCCESS);
    stop();
}
END_TEST

START_TEST(sends_are_cancelled_by_their_id) {
    int ids[2];
    struct fake_list *lists[2];
    start(0);
    for (unsigned i = 0; i < 2; i++) {
        lists[i] = held_send();
        NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(fake_list_nbl(lists[i]), &ids[i]);
    }
    fake_send(rig.stack, lists, 2, DISPATCH_LEVEL);
    ndis_cancel_send(rig.adapter, &ids[1]);
    ck_assert_uint_eq(seen->CancelledSends, 1);
    end_send(lists[1], NDIS_STATUS_SEND_ABORTED);
    ck_assert(!fake_list_completed(lists[0]));
    CALL(void, MiniportReleaseSends, void)();
    end_send(lists[0], NDIS_STATUS_SUCCESS);
    stop();
}
END_TEST

START_TEST(clones_carry_the_data_of_their_original) {
    start(0);
    fake_set_clones(rig.stack, true);
    for (unsigned how = 1; how <= 2; how++) {
        be->Echo = how;
        echo_one(PASSIVE_LEVEL);
        echo_one(DISPATCH_LEVEL);
    }
    fake_set_returns(rig.stack, FAKE_RETURN_REVERSED);
    echo_one(PASSIVE_LEVEL);
    stop();
}
END_TEST

static void pause(void *unused) {
    (void)unused;
    ck_assert_int_eq(ndis_filter_attach(rig.adapter), NDIS_STATUS_SUCCESS);
}

START_TEST(a_pause_waits_for_clones_that_the_stack_returns_in_any_order) {
    enum { COUNT = 6 };
    struct fake_list *lists[COUNT];
    uint8_t packet[200];
    start(0);
    packet_make(packet, sizeof packet, 4, 9);
    be->Echo = 1;
    fake_set_returns(rig.stack, FAKE_RETURN_HOLD);
    fake_set_clones(rig.stack, true);
    for (unsigned i = 0; i < COUNT; i++)
        lists[i] =
            fake_list_create(rig.stack, &(struct fake_packet){.data = packet, .size = sizeof packet, .headroom = i}, 1);
    fake_send(rig.stack, lists, COUNT, PASSIVE_LEVEL);
    ck_assert_uint_eq(fake_held(rig.stack), COUNT);
    ck_assert_uint_eq(fake_return(rig.stack, 2, 5, DISPATCH_LEVEL), 2);
    PETHREAD thread = rig_thread(pause, NULL);
    for (unsigned tries = 0; ndis_adapter_state(rig.adapter) != NDIS_PAUSING; tries++) sched_relax(tries);
    ck_assert_uint_eq(fake_return(rig.stack, COUNT, 77, PASSIVE_LEVEL), COUNT - 2);
    ps_thread_join(thread);
    ck_assert_int_eq(ndis_adapter_state(rig.adapter), NDIS_RUNNING);
    for (unsigned i = 0; i < COUNT; i++) end_send(lists[i], NDIS_STATUS_SUCCESS);
    stop();
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
    start(0);
    be->Echo = 2;
    fake_on_indicate(rig.stack, send_more, &left);
    uint8_t packet[300];
    packet_make(packet, sizeof packet, 6, 1);
    fake_set_returns(rig.stack, FAKE_RETURN_AT_ONCE);
    ck_assert_uint_eq(
        fake_send_packets(rig.stack, &(struct fake_packet){.data = packet, .size = sizeof packet}, 1, PASSIVE_LEVEL),
        1);
    ck_assert_uint_eq(fake_received_count(rig.stack), 5);
    ck_assert_uint_eq(fake_received_at(rig.stack, 4)->size, sizeof packet); /* the innermost came first */
    fake_on_indicate(rig.stack, NULL, NULL);
    stop();
}
END_TEST

START_TEST(fragments_and_what_is_made_of_them_again_have_the_same_bytes) {
    uint8_t packet[1000], bytes[1000];
    uint32_t pieces[] = {33, 500, 7};
    start(0);
    packet_make(packet, sizeof packet, 4, 4);
    struct fake_list *list =
        fake_list_create(rig.stack,
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
    stop();
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
    start(0);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(changes[i].change(rig.adapter), NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(seen->PauseReason, changes[i].reason);
        ck_assert_uint_eq(seen->Pauses, i + 1);
        ck_assert_uint_eq(seen->Restarts, i + 2);
    }
    ck_assert_uint_eq(seen->PnpEvents[NdisDevicePnPEventFilterListChanged], 2);
    ck_assert_int_eq(ndis_filter_detach(rig.adapter), NDIS_STATUS_INVALID_STATE);
    stop();
}
END_TEST

START_TEST(a_restart_tells_the_attributes_and_takes_back_changed_ones) {
    start(0);
    ck_assert_uint_eq(seen->RestartMtu, 1500);
    be->Mtu = 1400;
    ck_assert_int_eq(ndis_filter_attach(rig.adapter), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(ndis_adapter_mtu(rig.adapter), 1400);
    be->Mtu = 0;
    ck_assert_int_eq(ndis_filter_detach(rig.adapter), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(seen->RestartMtu, 1400);
    stop();
}
END_TEST

START_TEST(after_a_failed_restart_the_adapter_stays_paused) {
    start(0);
    be->RestartStatus = NDIS_STATUS_RESOURCES;
    ck_assert_int_eq(ndis_filter_attach(rig.adapter), NDIS_STATUS_RESOURCES);
    ck_assert_int_eq(ndis_adapter_state(rig.adapter), NDIS_PAUSED);
    be->RestartStatus = NDIS_STATUS_SUCCESS;
    ck_assert_int_eq(ndis_restart(rig.adapter), NDIS_STATUS_SUCCESS);
    stop();
}
END_TEST

START_TEST(pause_and_restart_may_pend) {
    start(0);
    be->PendPause = be->PendRestart = 1;
    PETHREAD thread = rig_thread(pause, NULL);
    for (unsigned tries = 0; *(volatile ULONG *)&seen->Pauses == 0; tries++) sched_relax(tries);
    ck_assert_int_eq(ndis_adapter_state(rig.adapter), NDIS_PAUSING);
    CALL(void, MiniportPauseEnd, void)();
    for (unsigned tries = 0; *(volatile ULONG *)&seen->Restarts < 2; tries++) sched_relax(tries);
    ck_assert_int_eq(ndis_adapter_state(rig.adapter), NDIS_RESTARTING);
    CALL(void, MiniportRestartEnd, NDIS_STATUS)(NDIS_STATUS_SUCCESS);
    ps_thread_join(thread);
    ck_assert_int_eq(ndis_adapter_state(rig.adapter), NDIS_RUNNING);
    be->PendPause = be->PendRestart = 0;
    stop();
}
END_TEST

START_TEST(a_surprise_removal_is_told_then_pauses_then_halts) {
    start(0);
    struct rig second = another();
    seen->Orders = 0;
    rig_surprise_remove(&second);
    ck_assert_uint_eq(seen->Orders, 3);
    ck_assert_uint_eq(seen->Order[0], MINIPORT_DID_SURPRISE);
    ck_assert_uint_eq(seen->Order[1], MINIPORT_DID_PAUSE);
    ck_assert_uint_eq(seen->Order[2], MINIPORT_DID_HALT);
    ck_assert_uint_eq(seen->HaltAction, NdisHaltDeviceSurpriseRemoved);
    rig_stop(&second);
    stop();
}
END_TEST

START_TEST(each_notice_reaches_the_miniport) {
    ULONG profile = NdisPowerProfileBattery;
    start(0);
    ck_assert_uint_eq(seen->PnpEvents[NdisDevicePnPEventPowerProfileChanged], 1);
    for (unsigned event = 0; event < NdisDevicePnPEventMaximum; event++) {
        ULONG before = seen->PnpEvents[event];
        ndis_notify(rig.adapter, (NDIS_DEVICE_PNP_EVENT)event, &profile, sizeof profile);
        ck_assert_uint_eq(seen->PnpEvents[event], before + 1);
    }
    stop();
}
END_TEST

/* --- hangs, resets, shutdown ------------------------------------------------------------------------------------- */

START_TEST(a_miniport_that_hangs_is_reset_when_its_time_has_come) {
    start(0);
    ck_assert(!ndis_check_for_hang(rig.adapter, 3));
    ck_assert_uint_eq(seen->HangChecks, 0); /* it has asked for four seconds */
    ck_assert(!ndis_check_for_hang(rig.adapter, 1));
    ck_assert_uint_eq(seen->HangChecks, 1);
    be->Hung = be->AddressingReset = 1;
    ULONG filters = seen->FilterSets;
    ck_assert(ndis_check_for_hang(rig.adapter, 4));
    ck_assert_uint_eq(seen->Resets, 1);
    ck_assert_uint_eq(seen->FilterSets, filters + 1);
    ck_assert_uint_eq(fake_status_count(rig.stack, NDIS_STATUS_RESET_START), 1);
    ck_assert_uint_eq(fake_status_count(rig.stack, NDIS_STATUS_RESET_END), 1);
    stop();
}
END_TEST

START_TEST(a_miniport_is_reset_when_a_request_pends_over_two_checks) {
    ULONG value = 0;
    struct ndis_oid query = {
        .type = NdisRequestQueryInformation, .oid = MINIPORT_OID, .buffer = &value, .size = sizeof value};
    start(0);
    be->PendOids = 1;
    struct ndis_request *request = ndis_oid_begin(rig.adapter, &query);
    ck_assert(!ndis_check_for_hang(rig.adapter, 4));
    ck_assert(ndis_check_for_hang(rig.adapter, 4));
    ck_assert_int_eq(ndis_oid_end(request, &query), NDIS_STATUS_REQUEST_ABORTED);
    stop();
}
END_TEST

static void reset(void *unused) {
    (void)unused;
    ck_assert_int_eq(ndis_reset(rig.adapter), NDIS_STATUS_SUCCESS);
}

START_TEST(a_reset_may_pend) {
    start(0);
    be->PendReset = 1;
    PETHREAD thread = rig_thread(reset, NULL);
    for (unsigned tries = 0; *(volatile ULONG *)&seen->Resets == 0; tries++) sched_relax(tries);
    CALL(void, MiniportResetEnd, void)();
    ps_thread_join(thread);
    verify_expect("ndis-reset-complete");
    CALL(void, MiniportResetEnd, void)();
    ck_assert_uint_eq(verify_seen("ndis-reset-complete"), 1);
    stop();
}
END_TEST

START_TEST(sends_must_not_outlive_a_reset) {
    start(0);
    struct fake_list *list = held_send();
    fake_send(rig.stack, &list, 1, PASSIVE_LEVEL);
    ck_assert_int_eq(ndis_reset(rig.adapter), NDIS_STATUS_SUCCESS);
    end_send(list, NDIS_STATUS_RESET_IN_PROGRESS);
    list = held_send();
    fake_send(rig.stack, &list, 1, PASSIVE_LEVEL);
    be->KeepOverReset = 1;
    verify_expect("ndis-reset-outstanding");
    ndis_reset(rig.adapter);
    ck_assert_uint_eq(verify_seen("ndis-reset-outstanding"), 1);
    CALL(void, MiniportReleaseSends, void)();
    end_send(list, NDIS_STATUS_SUCCESS);
    stop();
}
END_TEST

START_TEST(adapters_that_are_left_hear_that_the_system_goes_down) {
    start(0);
    uint64_t before = host_exports[EXPORT_KeGetCurrentIrql].calls; /* MiniportShutdownEx calls it, and nothing else */
    rig_forget(&rig);
    ck_assert_uint_eq(host_exports[EXPORT_KeGetCurrentIrql].calls, before + 1);
}
END_TEST

START_TEST(shutdown_comes_at_passive_level_and_after_a_bug_check_at_the_highest) {
    start(0);
    ndis_shutdown_all(NdisShutdownPowerOff);
    ck_assert_uint_eq(seen->Shutdowns, 1);
    ck_assert_uint_eq(seen->ShutdownIrql, PASSIVE_LEVEL);
    ndis_shutdown_all(NdisShutdownBugCheck);
    ck_assert_uint_eq(seen->Shutdowns, 2);
    ck_assert_uint_eq(seen->ShutdownIrql, HIGH_LEVEL);
    stop();
}
END_TEST

/* --- status ------------------------------------------------------------------------------------------------------ */

START_TEST(indications_must_carry_what_their_code_says) {
    static const struct {
        NDIS_STATUS code;
        NDIS_OBJECT_HEADER header;
        ULONG size;
        const char *rule; /* NULL: fine */
    } cases[] = {
        {NDIS_STATUS_LINK_STATE, {NDIS_OBJECT_TYPE_DEFAULT, 1, 40}, 40, NULL},
        {NDIS_STATUS_LINK_STATE, {NDIS_OBJECT_TYPE_DEFAULT, 1, 40}, 39, "ndis-status"},
        {NDIS_STATUS_LINK_STATE, {NDIS_OBJECT_TYPE_DEFAULT, 1, 36}, 40, "ndis-object-header"},
        {NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG, {NDIS_OBJECT_TYPE_OFFLOAD, 5, 188}, 188, NULL},
        {NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG, {NDIS_OBJECT_TYPE_OFFLOAD, 6, 216}, 216, "ndis-object-header"},
        {NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG, {NDIS_OBJECT_TYPE_DEFAULT, 5, 188}, 188, "ndis-object-header"},
        {NDIS_STATUS_OPER_STATUS, {NDIS_OBJECT_TYPE_DEFAULT, 1, 12}, 12, NULL},
        {NDIS_STATUS_PACKET_FILTER, {0, 0, 0}, 4, NULL},
        {NDIS_STATUS_PACKET_FILTER, {0, 0, 0}, 2, "ndis-status"},
        {NDIS_STATUS_MEDIA_CONNECT, {0, 0, 0}, 0, "ndis-status"},
        {NDIS_STATUS_RESET_START, {0, 0, 0}, 0, "ndis-status"},
    };
    _Alignas(8) uint8_t buffer[256] = {0};
    start(0);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned before = fake_status_count(rig.stack, cases[i].code);
        memcpy(buffer, &cases[i].header, sizeof cases[i].header);
        verify_expect(cases[i].rule);
        CALL(void, MiniportIndicateStatus, NDIS_STATUS, PVOID, ULONG)(cases[i].code, buffer, cases[i].size);
        if (cases[i].rule) ck_assert_uint_eq(verify_seen(cases[i].rule), 1);
        ck_assert_uint_eq(fake_status_count(rig.stack, cases[i].code), before + !cases[i].rule);
    }
    verify_expect(NULL);
    stop();
}
END_TEST

TEST_CASES(ndis, ndis_is_6_82_unless_told_otherwise, ndis_may_be_6_30, ndis_may_be_6_89,
           a_miniport_that_is_newer_than_ndis_is_refused, an_older_miniport_gets_what_its_own_version_has,
           slots_of_newer_versions_must_be_left_alone, attributes_are_those_of_the_version,
           requests_of_each_type_are_answered, a_miniport_that_reports_or_writes_too_much_is_caught,
           a_pending_request_ends_when_it_is_completed,
           requests_are_cancelled_by_their_id_also_those_that_wait_for_their_turn,
           direct_requests_run_at_once_and_at_dispatch_level, synchronous_requests_cannot_pend,
           synchronous_requests_came_with_6_80, a_request_that_pends_for_too_long_is_told_once,
           a_send_that_is_held_for_too_long_is_told_once, sends_are_cancelled_by_their_id,
           clones_carry_the_data_of_their_original, a_pause_waits_for_clones_that_the_stack_returns_in_any_order,
           the_stack_may_send_while_it_receives, fragments_and_what_is_made_of_them_again_have_the_same_bytes,
           filters_and_protocols_come_and_go_by_pause_and_restart,
           a_restart_tells_the_attributes_and_takes_back_changed_ones, after_a_failed_restart_the_adapter_stays_paused,
           pause_and_restart_may_pend, a_surprise_removal_is_told_then_pauses_then_halts,
           each_notice_reaches_the_miniport, a_miniport_that_hangs_is_reset_when_its_time_has_come, a_reset_may_pend,
           sends_must_not_outlive_a_reset, a_miniport_is_reset_when_a_request_pends_over_two_checks,
           adapters_that_are_left_hear_that_the_system_goes_down,
           shutdown_comes_at_passive_level_and_after_a_bug_check_at_the_highest,
           indications_must_carry_what_their_code_says)
