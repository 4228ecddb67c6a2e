/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A program's whole life with an adapter, written so that any one failure may happen anywhere in it: the call that it
 * hits says so and logs why, the same call succeeds the next time, and nothing is lost that was accepted.
 */
#include "test/api/library.h"
#include "test/common/testing.h"

#include <string.h>

#include "host/fault.h"

#define PACKETS 12u
#define LENGTH 300u

static void make(uint8_t *packet, uint32_t seed) {
    memset(packet, 0, LENGTH);
    packet[0] = 0x45;
    packet[2] = LENGTH >> 8;
    packet[3] = LENGTH & 0xff;
    packet[20] = (uint8_t)seed;
}

/* A call said no: there was a failure, it has a code, and (but for the loader's) a line in the log. */
static void refused(const char *call, bool logged) {
    DWORD error = GetLastError();
    ck_assert_msg(fault_failed() != NULL, "%s failed (%u) though nothing did", call, error);
    ck_assert_msg(error != ERROR_SUCCESS, "%s failed without an error code", call);
    ck_assert_msg(!logged || library_errors() > 0, "%s failed (%u) and logged nothing", call, error);
    library_forget_log();
}

static WINTUN_ADAPTER_HANDLE create(void) {
    WINTUN_ADAPTER_HANDLE adapter = api.CreateAdapter(L"Life", L"Warren test", NULL);
    if (adapter != NULL) return adapter;
    refused("CreateAdapter", true);
    adapter = api.CreateAdapter(L"Life", L"Warren test", NULL);
    ck_assert_msg(adapter != NULL, "CreateAdapter fails twice: %u", GetLastError());
    return adapter;
}

static WINTUN_SESSION_HANDLE start(WINTUN_ADAPTER_HANDLE adapter) {
    WINTUN_SESSION_HANDLE session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
    if (session != NULL) return session;
    refused("StartSession", true);
    session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
    ck_assert_msg(session != NULL, "StartSession fails twice: %u", GetLastError());
    return session;
}

/* Each of the stack's packets is taken and arrives, or is refused: never anything else. */
static void to_client(struct fake_stack *stack, WINTUN_SESSION_HANDLE session) {
    static const uint32_t pieces[] = {20, 100};
    uint8_t packet[LENGTH];
    bool accepted[PACKETS];
    DWORD size;
    BYTE *got;

    for (uint32_t at = 0; at < PACKETS; at++) {
        struct fake_packet sent = {.data = packet, .size = LENGTH, .pieces = pieces, .piece_count = at % 3};
        make(packet, at);
        accepted[at] = fake_send_packets(stack, &sent, 1, at % 2 ? DISPATCH_LEVEL : PASSIVE_LEVEL) == 1;
        if (!accepted[at]) ck_assert_msg(fault_failed() != NULL, "packet %u is refused though nothing failed", at);
    }
    for (uint32_t at = 0; at < PACKETS; at++) {
        if (!accepted[at]) continue;
        while ((got = api.ReceivePacket(session, &size)) == NULL) {
            ck_assert_uint_eq(GetLastError(), ERROR_NO_MORE_ITEMS);
            WaitForSingleObject(api.GetReadWaitEvent(session), INFINITE);
        }
        make(packet, at);
        ck_assert_uint_eq(size, LENGTH);
        ck_assert_mem_eq(got, packet, LENGTH);
        api.ReleaseReceivePacket(session, got);
    }
    ck_assert_ptr_null(api.ReceivePacket(session, &size));
    ck_assert_uint_eq(GetLastError(), ERROR_NO_MORE_ITEMS);
}

/* All that the library took for sending arrives. */
static void to_stack(struct fake_stack *stack, WINTUN_SESSION_HANDLE session) {
    uint64_t before = fake_received_count(stack);

    for (uint32_t at = 0; at < PACKETS; at++) {
        BYTE *packet = api.AllocateSendPacket(session, LENGTH);
        ck_assert_msg(packet != NULL, "AllocateSendPacket: %u", GetLastError());
        make(packet, at);
        api.SendPacket(session, packet);
    }
    fake_wait_received(stack, before + PACKETS);
    for (uint32_t at = 0; at < PACKETS; at++) {
        uint8_t expected[LENGTH];
        make(expected, at);
        ck_assert_mem_eq(fake_received_at(stack, before + at)->data, expected, LENGTH);
    }
}

static void live(WINTUN_ADAPTER_HANDLE adapter) {
    struct ndis_adapter *miniport = ndis_adapter_find(NULL);
    struct fake_stack *stack = fake_of(miniport);

    for (unsigned round = 0; round < 2; round++) {
        WINTUN_SESSION_HANDLE session = start(adapter);
        to_client(stack, session);
        to_stack(stack, session);
        ck_assert_int_eq(ndis_pause(miniport), NDIS_STATUS_SUCCESS);
        ck_assert_int_eq(ndis_restart(miniport), NDIS_STATUS_SUCCESS);
        ck_assert_int_eq(ndis_set_power(miniport, NdisDeviceStateD3), NDIS_STATUS_SUCCESS);
        ck_assert_int_eq(ndis_set_power(miniport, NdisDeviceStateD0), NDIS_STATUS_SUCCESS);
        to_client(stack, session);
        to_stack(stack, session);
        api.EndSession(session);
    }
}

START_TEST(a_whole_life_survives_any_failure) {
    NET_LUID luid = {0};
    WINTUN_ADAPTER_HANDLE adapter, opened;

    library_start(true);
    adapter = create();
    api.GetAdapterLUID(adapter, &luid);
    ck_assert_uint_eq(luid.Info.IfType, 53);
    if ((opened = api.OpenAdapter(L"Life")) == NULL) {
        refused("OpenAdapter", true);
        opened = api.OpenAdapter(L"Life");
    }
    ck_assert_msg(opened != NULL, "OpenAdapter fails twice: %u", GetLastError());
    if (api.GetRunningDriverVersion() == 0) refused("GetRunningDriverVersion", true);
    live(adapter);
    api.CloseAdapter(opened);
    api.CloseAdapter(adapter);
    adapter = create();
    live(adapter);
    api.CloseAdapter(adapter);
    library_stop();
}
END_TEST

TEST_CASES(life, a_whole_life_survives_any_failure)
