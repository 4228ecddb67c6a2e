/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * NDIS towards any miniport, by a small one that does as it is told (drivers/miniport.c): versions, requests, status
 * indications.
 */
#include "test/common/testing.h"

#include <string.h>

#include "host/ndis_objects.h"
#include "host/sched.h"
#include "test/driver/miniport_rig.h"

/* --- versions ---------------------------------------------------------------------------------------------------- */

static void check_version(uint16_t version, unsigned revision, unsigned size) {
    miniport_start(version);
    ck_assert_uint_eq(miniport_seen->Version & 0xff, version ? version & 0xff : 82);
    ck_assert_uint_eq(miniport_seen->Version >> 16, 6);
    ck_assert_uint_eq(miniport_seen->OidHeader.Revision, revision);
    ck_assert_uint_eq(miniport_seen->OidHeader.Size, size);
    miniport_stop();
}

START_TEST(ndis_is_6_82_unless_told_otherwise) { check_version(0, 2, 248); }
END_TEST

START_TEST(ndis_may_be_6_30) { check_version(NDIS_VERSION_OF(30), 1, 236); }
END_TEST

START_TEST(ndis_may_be_6_89) { check_version(NDIS_VERSION_OF(89), 2, 248); }
END_TEST

START_TEST(a_miniport_that_is_newer_than_ndis_is_refused) {
    NTSTATUS status = 0;
    miniport_start_as(L"Miniport89", 0);
    ck_assert_ptr_null(miniport_rig.adapter);
    ck_assert_uint_ne(pnp_problem(miniport_rig.node, &status), 0);
    ck_assert_uint_eq((ULONG)status, (ULONG)NDIS_STATUS_BAD_VERSION);
    miniport_stop();
}
END_TEST

START_TEST(an_older_miniport_gets_what_its_own_version_has) {
    miniport_start_as(L"Miniport30", NDIS_VERSION_OF(89));
    ck_assert_ptr_nonnull(miniport_rig.adapter);
    ck_assert_uint_eq(miniport_seen->Version & 0xff, 89);
    ck_assert_uint_eq(miniport_seen->OidHeader.Revision, 1);
    ULONG value = 0;
    verify_expect("oid-overrun");
    miniport_be->OidBehind = 1;
    miniport_oid(NDIS_OID_REGULAR, NdisRequestQueryInformation, &value, sizeof value);
    ck_assert_uint_eq(verify_seen("oid-overrun"), 1);
    miniport_stop();
}
END_TEST

START_TEST(slots_of_newer_versions_must_be_left_alone) {
    miniport_start_as(L"Miniport40", 0);
    miniport_be->Echo = 1;
    miniport_be->InfoSlot = 23;
    miniport_echo_one(PASSIVE_LEVEL);
    verify_expect("nbl-info-version");
    miniport_be->InfoSlot = 25;
    miniport_echo_one(PASSIVE_LEVEL);
    ck_assert_uint_ge(verify_seen("nbl-info-version"), 1);
    miniport_be->Echo = 0;
    miniport_stop();
}
END_TEST

START_TEST(attributes_are_those_of_the_version) {
    miniport_start(0);
    miniport_be->OffloadRevision = 5;
    miniport_be->OffloadSize = 188;
    miniport_be->NativeWifi = 1;
    struct rig second = miniport_another();
    ck_assert_int_eq(miniport_seen->OffloadStatus, NDIS_STATUS_SUCCESS);
    ck_assert_int_eq(miniport_seen->NativeWifiStatus, NDIS_STATUS_NOT_SUPPORTED);
    miniport_be->NativeWifi = 0;
    miniport_be->OffloadRevision = 6; /* of 6.83 */
    miniport_be->OffloadSize = 216;
    verify_expect("ndis-object-header");
    struct rig third = miniport_another();
    ck_assert_uint_ge(verify_seen("ndis-object-header"), 1);
    ck_assert_int_ne(miniport_seen->OffloadStatus, NDIS_STATUS_SUCCESS);
    rig_stop(&third);
    rig_stop(&second);
    miniport_stop();
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
    miniport_start(0);
    ck_assert_int_eq(miniport_oid(NDIS_OID_REGULAR, NdisRequestQueryInformation, words, sizeof(ULONG)),
                     NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(words[0], 42);
    words[0] = 5;
    ck_assert_int_eq(miniport_oid(NDIS_OID_REGULAR, NdisRequestSetInformation, words, sizeof(ULONG)),
                     NDIS_STATUS_SUCCESS);
    words[0] = 0;
    ck_assert_int_eq(miniport_oid(NDIS_OID_REGULAR, NdisRequestQueryStatistics, words, sizeof(ULONG)),
                     NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(words[0], 5);
    ck_assert_int_eq(ndis_oid_run(miniport_rig.adapter, &method), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(words[1], ~5u);
    ck_assert_uint_eq(method.used, sizeof words);
    method.out_size = sizeof(ULONG);
    ck_assert_int_eq(ndis_oid_run(miniport_rig.adapter, &method), NDIS_STATUS_BUFFER_TOO_SHORT);
    ck_assert_uint_eq(method.needed, sizeof words);
    miniport_stop();
}
END_TEST

START_TEST(a_miniport_that_reports_or_writes_too_much_is_caught) {
    ULONG value[4] = {0};
    miniport_start(0);
    verify_expect("oid-bytes");
    miniport_be->OidWritten = 8;
    miniport_oid(NDIS_OID_REGULAR, NdisRequestQueryInformation, value, sizeof(ULONG));
    ck_assert_uint_eq(verify_seen("oid-bytes"), 1);
    miniport_be->OidWritten = 0;
    verify_expect("oid-overrun");
    miniport_be->OidOverrun = 1;
    miniport_oid(NDIS_OID_REGULAR, NdisRequestQueryInformation, value, sizeof(ULONG));
    ck_assert_uint_eq(verify_seen("oid-overrun"), 1);
    miniport_stop();
}
END_TEST

START_TEST(a_pending_request_ends_when_it_is_completed) {
    ULONG value = 0;
    struct ndis_oid query = {
        .type = NdisRequestQueryInformation, .oid = MINIPORT_OID, .buffer = &value, .size = sizeof value};
    miniport_start(0);
    miniport_be->PendOids = 1;
    struct ndis_request *request = ndis_oid_begin(miniport_rig.adapter, &query);
    ck_assert(ndis_oid_pending(request));
    CALL(void, MiniportReleaseOids, void)();
    ck_assert(!ndis_oid_pending(request));
    ck_assert_int_eq(ndis_oid_end(request, &query), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, 42);
    miniport_stop();
}
END_TEST

struct asked {
    struct ndis_oid query;
    ULONG value;
};

static void ask(void *context) { ndis_oid_run(miniport_rig.adapter, &((struct asked *)context)->query); }

START_TEST(requests_are_cancelled_by_their_id_also_those_that_wait_for_their_turn) {
    struct asked asked[2];
    int ids[2];
    miniport_start(0);
    miniport_be->PendOids = 1;
    for (unsigned i = 0; i < 2; i++)
        asked[i] = (struct asked){.query = {.type = NdisRequestQueryInformation,
                                            .oid = MINIPORT_OID,
                                            .buffer = &asked[i].value,
                                            .size = sizeof(ULONG),
                                            .id = &ids[i]}};
    struct ndis_request *first = ndis_oid_begin(miniport_rig.adapter, &asked[0].query);
    PETHREAD second = rig_thread(ask, &asked[1]);
    for (unsigned tries = 0; ndis_oid_cancel(miniport_rig.adapter, &ids[1]) == 0; tries++) sched_relax(tries);
    ck_assert_uint_eq(miniport_seen->OidCancels, 0);
    ck_assert_uint_eq(ndis_oid_cancel(miniport_rig.adapter, &ids[0]), 1);
    ck_assert_uint_eq(miniport_seen->OidCancels, 1);
    ck_assert_int_eq(ndis_oid_end(first, &asked[0].query), NDIS_STATUS_REQUEST_ABORTED);
    ps_thread_join(second);
    ck_assert_int_eq(asked[1].query.status, NDIS_STATUS_REQUEST_ABORTED);
    ck_assert_uint_eq(miniport_seen->Oids, 1);
    ck_assert_uint_eq(ndis_oid_cancel(miniport_rig.adapter, &ids[0]), 0);
    miniport_stop();
}
END_TEST

START_TEST(direct_requests_run_at_once_and_at_dispatch_level) {
    enum { COUNT = 8 };
    struct asked asked[COUNT];
    struct ndis_request *requests[COUNT];
    int ids[2];
    KIRQL irql;
    miniport_start(0);
    miniport_be->PendOids = 1;
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    for (unsigned i = 0; i < COUNT; i++) {
        asked[i] = (struct asked){.query = {.path = NDIS_OID_DIRECT,
                                            .type = NdisRequestQueryInformation,
                                            .oid = MINIPORT_OID,
                                            .buffer = &asked[i].value,
                                            .size = sizeof(ULONG),
                                            .id = &ids[i % 2]}};
        requests[i] = ndis_oid_begin(miniport_rig.adapter, &asked[i].query);
        ck_assert(ndis_oid_pending(requests[i]));
    }
    ck_assert_uint_eq(miniport_seen->DirectIrql, DISPATCH_LEVEL);
    ck_assert_uint_eq(ndis_oid_cancel(miniport_rig.adapter, &ids[1]), COUNT / 2);
    KeLowerIrql(irql);
    ck_assert_uint_eq(miniport_seen->DirectOidCancels, 1);
    CALL(void, MiniportReleaseOids, void)();
    for (unsigned i = 0; i < COUNT; i++)
        ck_assert_int_eq(ndis_oid_end(requests[i], &asked[i].query),
                         i % 2 ? NDIS_STATUS_REQUEST_ABORTED : NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(asked[COUNT - 2].value, 42);
    miniport_stop();
}
END_TEST

START_TEST(synchronous_requests_cannot_pend) {
    ULONG value = 0;
    miniport_start(0);
    ck_assert_int_eq(miniport_oid(NDIS_OID_SYNCHRONOUS, NdisRequestQueryInformation, &value, sizeof value),
                     NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, 42);
    miniport_be->PendOids = 1;
    verify_expect("oid-synchronous-pending");
    miniport_oid(NDIS_OID_SYNCHRONOUS, NdisRequestQueryInformation, &value, sizeof value);
    ck_assert_uint_eq(verify_seen("oid-synchronous-pending"), 1);
    miniport_stop();
}
END_TEST

START_TEST(synchronous_requests_came_with_6_80) {
    ULONG value = 0;
    miniport_start(NDIS_VERSION_OF(70));
    ck_assert_int_eq(miniport_oid(NDIS_OID_SYNCHRONOUS, NdisRequestQueryInformation, &value, sizeof value),
                     NDIS_STATUS_NOT_SUPPORTED);
    miniport_stop();
}
END_TEST

START_TEST(a_request_that_pends_for_too_long_is_told_once) {
    ULONG value = 0;
    struct ndis_oid query = {
        .type = NdisRequestQueryInformation, .oid = MINIPORT_OID, .buffer = &value, .size = sizeof value};
    miniport_start(0);
    miniport_be->PendOids = 1;
    verify_expect("oid-timeout");
    struct ndis_request *request = ndis_oid_begin(miniport_rig.adapter, &query);
    ck_assert_uint_eq(verify_seen("oid-timeout"), 0);
    ndis_oid_limit_ms = 0;
    ndis_watchdog();
    ndis_watchdog();
    ck_assert_uint_eq(verify_seen("oid-timeout"), 1);
    CALL(void, MiniportReleaseOids, void)();
    ck_assert_int_eq(ndis_oid_end(request, &query), NDIS_STATUS_SUCCESS);
    miniport_stop();
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
    miniport_start(0);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned before = fake_status_count(miniport_rig.stack, cases[i].code);
        memcpy(buffer, &cases[i].header, sizeof cases[i].header);
        verify_expect(cases[i].rule);
        CALL(void, MiniportIndicateStatus, NDIS_STATUS, PVOID, ULONG)(cases[i].code, buffer, cases[i].size);
        if (cases[i].rule) ck_assert_uint_eq(verify_seen(cases[i].rule), 1);
        ck_assert_uint_eq(fake_status_count(miniport_rig.stack, cases[i].code), before + !cases[i].rule);
    }
    verify_expect(NULL);
    miniport_stop();
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
           indications_must_carry_what_their_code_says)
