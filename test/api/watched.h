/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A session to look on at: an adapter, "Watched", and packets of which each has a number.
 */
#ifndef TEST_API_WATCHED_H
#define TEST_API_WATCHED_H

#include "test/api/library.h"
#include "test/common/testing.h"

#include <string.h>

#define LENGTH 200u

static WINTUN_ADAPTER_HANDLE adapter;
static WINTUN_SESSION_HANDLE session;
static struct fake_stack *stack;

static inline void begin(void) {
    library_start(true);
    adapter = api.CreateAdapter(L"Watched", L"Test", NULL);
    ck_assert_ptr_nonnull(adapter);
    session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
    ck_assert_ptr_nonnull(session);
    stack = fake_of(ndis_adapter_find(NULL));
}

static inline void end(void) {
    if (session) api.EndSession(session);
    session = NULL;
    api.CloseAdapter(adapter);
    library_stop();
}

static inline void make(uint8_t *packet, uint32_t number) {
    memset(packet, (int)(number & 0xff), LENGTH);
    packet[0] = 0x45;
    packet[2] = 0;
    packet[3] = LENGTH;
    memcpy(packet + 20, &number, sizeof number);
}

/* The program sends one. */
static inline void send_one(uint32_t number) {
    BYTE *packet;
    while ((packet = api.AllocateSendPacket(session, LENGTH)) == NULL) {
        ck_assert_uint_eq(GetLastError(), ERROR_BUFFER_OVERFLOW);
        SwitchToThread();
    }
    make(packet, number);
    api.SendPacket(session, packet);
}

/* The stack sends one, and the program takes it. */
static inline void receive_one(uint32_t number) {
    uint8_t packet[LENGTH];
    DWORD size;
    BYTE *got;
    make(packet, number);
    struct fake_packet sent = {.data = packet, .size = LENGTH};
    ck_assert_uint_eq(fake_send_packets(stack, &sent, 1, PASSIVE_LEVEL), 1);
    while ((got = api.ReceivePacket(session, &size)) == NULL)
        WaitForSingleObject(api.GetReadWaitEvent(session), INFINITE);
    ck_assert_mem_eq(got, packet, LENGTH);
    api.ReleaseReceivePacket(session, got);
}

static inline void is(const WARREN_CAPTURED *captured, uint32_t number, DWORD direction) {
    uint8_t packet[LENGTH];
    make(packet, number);
    ck_assert_uint_eq(captured->Direction, direction);
    ck_assert_uint_eq(captured->Length, LENGTH);
    ck_assert_uint_eq(captured->Captured, LENGTH);
    ck_assert_mem_eq(captured->Data, packet, LENGTH);
}

static inline WARREN_CAPTURE_STATISTICS counted(WARREN_CAPTURE_HANDLE capture) {
    WARREN_CAPTURE_STATISTICS statistics = {.Size = sizeof(statistics)};
    ck_assert(api.GetCaptureStatistics(capture, &statistics));
    return statistics;
}

#define BATCH 64u

/* As send_one and receive_one, BATCH of them in one call. */
static inline void send_batch(uint32_t first) {
    WARREN_PACKET packets[BATCH];
    DWORD made = 0;
    for (unsigned at = 0; at < BATCH; at++) packets[at].Length = LENGTH;
    while ((made += api.AllocatePackets(session, packets + made, BATCH - made)) < BATCH) SwitchToThread();
    for (uint32_t at = 0; at < BATCH; at++) make(packets[at].Data, first + at);
    api.SendPackets(session, packets, BATCH);
}

static inline void receive_batch(uint32_t first) {
    static uint8_t bytes[BATCH][LENGTH];
    struct fake_packet sent[BATCH];
    WARREN_PACKET packets[BATCH];
    for (uint32_t at = 0; at < BATCH; at++) {
        make(bytes[at], first + at);
        sent[at] = (struct fake_packet){.data = bytes[at], .size = LENGTH};
    }
    ck_assert_uint_eq(fake_send_packets(stack, sent, BATCH, PASSIVE_LEVEL), BATCH);
    for (DWORD taken = 0, count; taken < BATCH; taken += count) {
        while ((count = api.ReceivePackets(session, packets, BATCH - taken)) == 0)
            WaitForSingleObject(api.GetReadWaitEvent(session), INFINITE);
        for (DWORD at = 0; at < count; at++) ck_assert_mem_eq(packets[at].Data, bytes[taken + at], LENGTH);
        api.ReleasePackets(session, packets, count);
    }
}

#endif
