/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The control device and the attach request: who may open it, what it refuses, and what NDIS may ask.
 */
#include "test/common/testing.h"
#include "test/driver/rig.h"

#include <stdlib.h>
#include <string.h>

#include <gen/brand.h>

#include "nt/win32.h"

START_TEST(rule_3_only_system_and_administrators_may_open) {
    struct rig rig = rig_start();
    struct client client;

    se_set_process_token(ps_client_process, SE_TOKEN_USER);
    ck_assert_int_eq(client_open(&rig, &client), STATUS_ACCESS_DENIED);
    se_set_process_token(ps_client_process, SE_TOKEN_ADMINISTRATOR);
    ck_assert(NT_SUCCESS(client_open(&rig, &client)));
    client_close(&client);
    se_set_process_token(ps_client_process, SE_TOKEN_SYSTEM);
    ck_assert(NT_SUCCESS(client_open(&rig, &client)));
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

static struct pnp_property sddl_property(const WCHAR *sddl, ULONG size, ULONG type) {
    static const DEVPROPKEY key = {BRAND_PROPERTY_GUID_INIT, BRAND_PROPERTY_SDDL};
    return (struct pnp_property){.key = key, .type = type, .data = sddl, .size = size};
}

START_TEST(rule_3_an_sddl_property_lets_ordinary_users_in) {
    static const WCHAR sddl[] = L"D:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;GRGW;;;BU)";
    struct pnp_property property = sddl_property(sddl, sizeof(sddl), DEVPROP_TYPE_STRING);
    struct rig rig = rig_start_with(&property, 1);
    struct client client;

    ck_assert_ptr_nonnull(rig.adapter);
    se_set_process_token(ps_client_process, SE_TOKEN_USER);
    ck_assert(NT_SUCCESS(client_open(&rig, &client)));
    ck_assert(NT_SUCCESS(client_attach(&client, CAPACITY, CAPACITY)));
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_3_an_unusable_sddl_property_fails_the_adapter) {
    static const WCHAR garbage[] = L"everybody";
    struct pnp_property properties[] = {sddl_property(garbage, sizeof(garbage), DEVPROP_TYPE_STRING),
                                        sddl_property(garbage, 4, DEVPROP_TYPE_UINT32)};

    for (unsigned at = 0; at < 2; at++) {
        struct rig rig = rig_start_with(&properties[at], 1);

        ck_assert_ptr_null(rig.adapter);
        rig_stop(&rig);
    }
}
END_TEST

static NTSTATUS open_below(const struct rig *rig, const WCHAR *below) {
    WCHAR path[128] = L"\\??\\" BRAND_DEVICE_PREFIX L"-";
    size_t length = sizeof(L"\\??\\" BRAND_DEVICE_PREFIX L"-") / sizeof(WCHAR) - 1;
    UNICODE_STRING guid, name;
    HANDLE handle;
    NTSTATUS status;

    ck_assert(NT_SUCCESS(RtlStringFromGUID((GUID *)pnp_net_cfg_instance_id(rig->node), &guid)));
    memcpy(path + length, guid.Buffer, guid.Length);
    length += guid.Length / sizeof(WCHAR);
    RtlFreeUnicodeString(&guid);
    while (*below != 0) path[length++] = *below++;
    path[length] = 0;
    RtlInitUnicodeString(&name, path);
    status = io_open(ps_client_process, &name, GENERIC_READ, &handle);
    if (NT_SUCCESS(status)) ob_close(ps_client_process, handle);
    return status;
}

START_TEST(rule_3_names_below_the_device_do_not_open) {
    struct rig rig = rig_start();

    ck_assert(NT_SUCCESS(open_below(&rig, L"")));
    ck_assert_int_eq(open_below(&rig, L"\\file"), STATUS_OBJECT_NAME_INVALID);
    ck_assert_int_eq(open_below(&rig, L"\\"), STATUS_OBJECT_NAME_INVALID);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_4_one_session_at_a_time) {
    struct rig rig = rig_start();
    struct client first = client_attached(&rig, CAPACITY), second;

    ck_assert(NT_SUCCESS(client_open(&rig, &second)));
    ck_assert_int_eq(client_attach(&second, CAPACITY, CAPACITY), STATUS_SHARING_VIOLATION);
    ck_assert_int_eq(client_attach(&first, CAPACITY, CAPACITY), STATUS_INVALID_DEVICE_STATE);
    /* Only its owner may end it. */
    ck_assert_int_eq(client_detach(&second), STATUS_INVALID_DEVICE_STATE);
    ck_assert(NT_SUCCESS(client_detach(&first)));
    ck_assert_int_eq(client_detach(&first), STATUS_INVALID_DEVICE_STATE);
    ck_assert(NT_SUCCESS(client_attach(&second, CAPACITY, CAPACITY)));
    client_close(&second);
    client_close(&first);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_4_bad_attach_requests_name_their_cause) {
    struct rig rig = rig_start();
    struct client client;
    struct abi_attach_in good, in;
    static const uint32_t capacities[] = {0,
                                          1,
                                          RING_CAPACITY_MIN - 1,
                                          RING_CAPACITY_MIN + 1,
                                          RING_CAPACITY_MIN / 2,
                                          3 * RING_CAPACITY_MIN,
                                          RING_CAPACITY_MAX * 2,
                                          0xFFFFFFFFu};
    uint8_t large[64] = {0};

    ck_assert(NT_SUCCESS(client_open(&rig, &client)));
    good = client_attach_input(&client, CAPACITY, CAPACITY);
    for (unsigned at = 0; at < sizeof(capacities) / sizeof(*capacities); at++) {
        ck_assert_int_eq(client_attach(&client, capacities[at], CAPACITY), STATUS_INVALID_PARAMETER);
        ck_assert_int_eq(client_attach(&client, CAPACITY, capacities[at]), STATUS_INVALID_PARAMETER);
    }
    in = good;
    in.version++;
    ck_assert_int_eq(client_attach_raw(&client, &in, sizeof(in), sizeof(client.out)), STATUS_REVISION_MISMATCH);
    in = good;
    in.size--;
    ck_assert_int_eq(client_attach_raw(&client, &in, sizeof(in), sizeof(client.out)), STATUS_INVALID_PARAMETER);
    ck_assert_int_eq(client_attach_raw(&client, &good, sizeof(good) - 1, sizeof(client.out)), STATUS_INVALID_PARAMETER);
    ck_assert_int_eq(client_attach_raw(&client, &good, sizeof(good), sizeof(client.out) - 1), STATUS_INVALID_PARAMETER);
    ck_assert_int_eq(client_attach_raw(&client, NULL, 0, 0), STATUS_INVALID_PARAMETER);
    memcpy(large, &good, sizeof(good));
    ck_assert_int_eq(client_attach_raw(&client, large, sizeof(large), sizeof(client.out)), STATUS_INVALID_PARAMETER);
    /* Handles that are none, that are no events, that may not be signalled. */
    in = good;
    in.data_event = 0x12344;
    ck_assert_int_eq(client_attach_raw(&client, &in, sizeof(in), sizeof(client.out)), STATUS_INVALID_HANDLE);
    in = good;
    in.kick_event = (uint64_t)(ULONG_PTR)client.device;
    ck_assert_int_eq(client_attach_raw(&client, &in, sizeof(in), sizeof(client.out)), STATUS_OBJECT_TYPE_MISMATCH);
    in = good;
    in.room_event = 0;
    ck_assert_int_eq(client_attach_raw(&client, &in, sizeof(in), sizeof(client.out)), STATUS_INVALID_HANDLE);
    ck_assert_int_eq(io_control(ps_client_process, client.device, 0x12345678, NULL, 0, NULL, 0, NULL),
                     STATUS_INVALID_DEVICE_REQUEST);
    ck_assert_int_eq(io_control(ps_client_process, client.device, ABI_CTL_COUNTERS, NULL, 0, large, 8, NULL),
                     STATUS_BUFFER_TOO_SMALL);
    /* After all that a right one still works, and left nothing behind. */
    ck_assert(NT_SUCCESS(client_attach(&client, CAPACITY, RING_CAPACITY_MAX)));
    ck_assert_uint_eq(client.out.view_size, abi_view_size(CAPACITY, RING_CAPACITY_MAX));
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_3_32_bit_callers_are_refused_clearly) {
    struct rig rig = rig_start();
    struct client client;

    ck_assert(NT_SUCCESS(client_open(&rig, &client)));
    io_pretend_32bit = true;
    ck_assert_int_eq(client_attach(&client, CAPACITY, CAPACITY), STATUS_NOT_SUPPORTED);
    io_pretend_32bit = false;
    ck_assert(NT_SUCCESS(client_attach(&client, CAPACITY, CAPACITY)));
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

/* Each call that attach makes and that may fail, failed in turn. */
START_TEST(rule_4_an_attach_that_fails_half_way_undoes_itself) {
    static const char *const calls[] = {"ExAllocatePoolWithTag", "ZwCreateSection",     "MmMapViewInSystemSpace",
                                        "IoAllocateMdl",         "MmProbeAndLockPages", "MmMapLockedPagesSpecifyCache",
                                        "PsCreateSystemThread",  "ZwMapViewOfSection"};
    struct rig rig = rig_start();
    struct client client;

    ck_assert(NT_SUCCESS(client_open(&rig, &client)));
    for (unsigned at = 0; at < sizeof(calls) / sizeof(*calls); at++) {
        unsigned views = mm_user_view_count(ps_client_process);

        ck_assert_msg(fault_arm(calls[at], 0), "%s cannot be failed", calls[at]);
        ck_assert_msg(!NT_SUCCESS(client_attach(&client, CAPACITY, CAPACITY)), "%s failed, attach did not", calls[at]);
        ck_assert_uint_eq(mm_user_view_count(ps_client_process), views);
        ck_assert(!ndis_adapter_connected(rig.adapter));
        ck_assert(NT_SUCCESS(client_attach(&client, CAPACITY, CAPACITY)));
        ck_assert(NT_SUCCESS(client_detach(&client)));
        ck_assert(NT_SUCCESS(mm_unmap_user_view(ps_client_process, (void *)(ULONG_PTR)client.out.view)));
        client.out.view = 0;
    }
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

static void attach_detach(void *context) {
    const struct rig *rig = context;

    for (unsigned at = 0; at < 30; at++) {
        struct client client;
        NTSTATUS status;

        ck_assert(NT_SUCCESS(client_open(rig, &client)));
        status = client_attach(&client, CAPACITY, CAPACITY);
        ck_assert(NT_SUCCESS(status) || status == STATUS_SHARING_VIOLATION);
        if (NT_SUCCESS(status) && at % 2) ck_assert(NT_SUCCESS(client_detach(&client)));
        client_close(&client);
    }
}

START_TEST(rule_4_attach_detach_and_close_race_safely) {
    struct rig rig = rig_start();
    PETHREAD threads[3];

    for (unsigned at = 0; at < 3; at++) threads[at] = rig_thread(attach_detach, &rig);
    for (unsigned at = 0; at < 3; at++) ps_thread_join(threads[at]);
    ck_assert(!ndis_adapter_connected(rig.adapter));
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_4_the_view_survives_detach) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);

    ck_assert(NT_SUCCESS(client_detach(&client)));
    ck_assert_uint_eq(client_state(&client, 0), RING_STATE_CLOSED);
    memset((void *)(ULONG_PTR)(client.out.view + client.out.to_stack_offset), 0xAA, CAPACITY);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(rule_7_the_adapter_answers_what_ndis_asks) {
    struct rig rig = rig_start();
    struct client client = client_attached(&rig, CAPACITY);
    uint8_t packet[100];
    struct fake_packet sent = {.data = packet, .size = sizeof(packet)};
    NDIS_STATISTICS_INFO statistics;
    NDIS_INTERRUPT_MODERATION_PARAMETERS moderation;
    ULONG number = 0, written = 0;
    ULONG64 counter = 0;
    char text[128];
    static const NDIS_OID numbers[] = {OID_GEN_TRANSMIT_BUFFER_SPACE, OID_GEN_RECEIVE_BUFFER_SPACE,
                                       OID_GEN_TRANSMIT_BLOCK_SIZE,   OID_GEN_RECEIVE_BLOCK_SIZE,
                                       OID_GEN_MAXIMUM_TOTAL_SIZE,    OID_GEN_VENDOR_ID,
                                       OID_GEN_VENDOR_DRIVER_VERSION};

    ck_assert_uint_eq(ndis_adapter_mtu(rig.adapter), 65535);
    for (unsigned at = 0; at < sizeof(numbers) / sizeof(*numbers); at++) {
        ck_assert_int_eq(ndis_query(rig.adapter, numbers[at], &number, sizeof(number), &written), NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(written, sizeof(number));
        ck_assert_uint_ne(number, 0);
        ck_assert_int_eq(ndis_query(rig.adapter, numbers[at], &number, 3, &written), NDIS_STATUS_BUFFER_TOO_SHORT);
    }
    ck_assert_int_eq(ndis_query(rig.adapter, OID_GEN_VENDOR_DESCRIPTION, text, sizeof(text), &written),
                     NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(strlen(text) + 1, written);
    packet_make(packet, sizeof(packet), 4, 1);
    ck_assert_uint_eq(fake_send_packets(rig.stack, &sent, 1, DISPATCH_LEVEL), 1);
    client_send(&client, packet, sizeof(packet));
    fake_wait_received(rig.stack, 1);
    ck_assert_int_eq(ndis_query(rig.adapter, OID_GEN_XMIT_OK, &counter, sizeof(counter), &written),
                     NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(counter, 1);
    ck_assert_int_eq(ndis_query(rig.adapter, OID_GEN_RCV_OK, &number, sizeof(number), &written), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(written, sizeof(number));
    ck_assert_uint_eq(number, 1);
    ck_assert_int_eq(ndis_query(rig.adapter, OID_GEN_STATISTICS, &statistics, sizeof(statistics), &written),
                     NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(statistics.ifHCOutUcastPkts, 1);
    ck_assert_uint_eq(statistics.ifHCOutOctets, sizeof(packet));
    ck_assert_uint_eq(statistics.ifHCInUcastPkts, 1);
    ck_assert_uint_eq(statistics.ifHCInOctets, sizeof(packet));
    ck_assert_int_eq(ndis_query(rig.adapter, OID_GEN_INTERRUPT_MODERATION, &moderation, sizeof(moderation), &written),
                     NDIS_STATUS_SUCCESS);
    ck_assert_int_eq(moderation.InterruptModeration, NdisInterruptModerationNotSupported);
    number = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST;
    ck_assert_int_eq(ndis_set(rig.adapter, OID_GEN_CURRENT_PACKET_FILTER, &number, sizeof(number)),
                     NDIS_STATUS_SUCCESS);
    ck_assert_int_eq(ndis_set(rig.adapter, OID_GEN_CURRENT_PACKET_FILTER, &number, 2), NDIS_STATUS_INVALID_LENGTH);
    ck_assert_int_eq(ndis_query(rig.adapter, 0xFEDCBA98, &number, sizeof(number), &written), NDIS_STATUS_NOT_SUPPORTED);
    ck_assert_int_eq(ndis_set(rig.adapter, 0xFEDCBA98, &number, sizeof(number)), NDIS_STATUS_NOT_SUPPORTED);
    client_close(&client);
    rig_stop(&rig);
}
END_TEST

START_TEST(an_initialize_that_fails_half_way_undoes_itself) {
    static const char *const calls[] = {"ExAllocatePoolWithTag",
                                        "ExAllocateCacheAwareRundownProtection",
                                        "NdisAllocateNetBufferListPool",
                                        "NdisAllocateMdl",
                                        "NdisAllocateNetBufferAndNetBufferList",
                                        "NdisMSetMiniportAttributes",
                                        "NdisOpenConfigurationEx",
                                        "NdisRegisterDeviceEx"};
    struct rig keeper = rig_start();

    for (unsigned at = 0; at < sizeof(calls) / sizeof(*calls); at++) {
        for (unsigned skip = 0; skip < 2; skip++) {
            struct rig rig;

            ck_assert_msg(fault_arm(calls[at], skip), "%s cannot be failed", calls[at]);
            rig = rig_start_with(NULL, 0);
            fault_arm(NULL, 0);
            ck_assert_msg(rig.adapter == NULL || skip == 1, "%s failed, the adapter did not", calls[at]);
            rig_stop(&rig);
        }
    }
    rig_stop(&keeper);
}
END_TEST

TEST_CASES(control, rule_3_only_system_and_administrators_may_open, rule_3_an_sddl_property_lets_ordinary_users_in,
           rule_3_an_unusable_sddl_property_fails_the_adapter, rule_3_names_below_the_device_do_not_open,
           rule_4_one_session_at_a_time, rule_4_bad_attach_requests_name_their_cause,
           rule_3_32_bit_callers_are_refused_clearly, rule_4_an_attach_that_fails_half_way_undoes_itself,
           rule_4_attach_detach_and_close_race_safely, rule_4_the_view_survives_detach,
           rule_7_the_adapter_answers_what_ndis_asks, an_initialize_that_fails_half_way_undoes_itself)
