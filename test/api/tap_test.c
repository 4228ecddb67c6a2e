/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Captures under ill will: what is in the memory that both sides share, and who else has its name.
 */
#include "test/api/watched.h"

#include "core/tap.h"
#include "host/fault.h"
#include "host/program.h"

static void scribble(struct tap_shared *shared, unsigned direction, uint32_t head, uint32_t number) {
    __atomic_store_n(&shared->ring[direction].head, head * number, __ATOMIC_RELAXED);
    __atomic_store_n(&shared->ring[direction].tail, head, __ATOMIC_RELAXED);
    __atomic_store_n(&shared->ring[direction].want_wake, number, __ATOMIC_RELAXED);
    __atomic_store_n(&shared->ring[direction].want_room, number, __ATOMIC_RELAXED);
    __atomic_store_n(&shared->ring[direction].state, number, __ATOMIC_RELAXED);
    __atomic_store_n(&shared->capacity, number, __ATOMIC_RELAXED);
    __atomic_store_n(&shared->snap, number % 2 ? 0xffffffffu : number, __ATOMIC_RELAXED);
    __atomic_store_n(&shared->attached, 0xffffffffu - number, __ATOMIC_RELAXED);
}

START_TEST(nothing_that_a_capturing_process_writes_harms_the_session) {
    static const uint32_t heads[] = {16, 1, 0x80000000u, 0xfffffff0u, 0x7fffffffu};
    struct tap_shared *shared;
    begin();
    uint64_t before = fake_received_count(stack), sent = 0;
    for (unsigned at = 0; at < sizeof heads / sizeof *heads; at++) {
        HANDLE memory = library_tap(adapter, &shared);
        scribble(shared, TAP_TO_STACK, 0, 1);
        for (uint32_t number = 0; number < 3000; number++, sent++) {
            if (number % 100 == 0) scribble(shared, TAP_TO_STACK, heads[at], number);
            send_one(number);
        }
        for (uint32_t number = 0; number < 48; number++) {
            scribble(shared, TAP_TO_CLIENT, heads[at], number % 3 ? 0 : number);
            receive_batch(number);
        }
        ck_assert(UnmapViewOfFile(shared));
        ck_assert(CloseHandle(memory));
        fake_wait_received(stack, before + sent); /* an end takes no pains for what is on its way */
        api.EndSession(session);
        session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
        ck_assert_ptr_nonnull(session);
    }
    end();
}
END_TEST

START_TEST(the_longest_packet_is_cut_whatever_the_capturing_process_wants) {
    WARREN_CAPTURED captured;
    struct tap_shared *shared;
    begin();
    HANDLE memory = library_tap(adapter, &shared);
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Watched", 0xffffffff);
    for (unsigned at = 0; at < 20; at++) {
        BYTE *packet;
        while ((packet = api.AllocateSendPacket(session, WINTUN_MAX_IP_PACKET_SIZE)) == NULL) SwitchToThread();
        memset(packet, (int)at, WINTUN_MAX_IP_PACKET_SIZE);
        memcpy(packet, (uint8_t[]){0x45, 0, 0xff, 0xff}, 4);
        api.SendPacket(session, packet);
        ck_assert_uint_eq(api.ReadCapture(capture, &captured, 1, INFINITE), 1);
        ck_assert_uint_eq(captured.Length, WINTUN_MAX_IP_PACKET_SIZE);
        ck_assert_uint_eq(captured.Captured, TAP_SNAP_MAX);
        ck_assert_uint_eq(captured.Data[TAP_SNAP_MAX - 1], at);
        __atomic_store_n(&shared->snap, 0xffffffffu - at, __ATOMIC_RELAXED);
    }
    api.EndCapture(capture);
    ck_assert(UnmapViewOfFile(shared));
    ck_assert(CloseHandle(memory));
    end();
}
END_TEST

struct vandal {
    WCHAR name[128];
    uint32_t stop;
};

/* Writes over all that is not a record while packets pass. */
static void vandalize(void *context) {
    struct vandal *self = context;
    HANDLE memory = OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, self->name);
    struct tap_shared *shared = MapViewOfFile(memory, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    ck_assert_ptr_nonnull(shared);
    for (uint32_t number = 1; !__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE); number = number * 1664525 + 1013904223) {
        for (unsigned direction = 0; direction < 2; direction++) scribble(shared, direction, number & ~15u, number | 1);
        SwitchToThread();
    }
}

START_TEST(a_capturing_process_that_never_stops_writing_harms_nothing) {
    struct vandal vandal = {.stop = 0};
    begin();
    library_tap_name(adapter, vandal.name);
    uint64_t before = fake_received_count(stack);
    struct program *program = program_start("vandal", vandalize, &vandal, 0);
    for (uint32_t at = 0; at < 100; at++) {
        send_batch(at);
        receive_batch(at);
    }
    __atomic_store_n(&vandal.stop, 1, __ATOMIC_RELEASE);
    program_end(program);
    fake_wait_received(stack, before + 100 * (uint64_t)BATCH);
    end();
}
END_TEST

/* What was shared is what the capturing process must not believe. */
START_TEST(nothing_that_the_session_s_process_writes_harms_a_capture) {
    static const struct {
        uint32_t length, whole;
    } lies[] = {{0, LENGTH}, {8, LENGTH}, {0x10000, LENGTH}, {0xffffffff, LENGTH}, {0xffff, LENGTH}, {216, 199}};
    WARREN_CAPTURED captured[4];
    struct tap_shared *shared;
    begin();
    HANDLE memory = library_tap(adapter, &shared);
    for (unsigned at = 0; at < sizeof lies / sizeof *lies; at++) {
        WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Watched", 0);
        ck_assert_ptr_nonnull(capture);
        uint8_t *record = tap_records(shared, TAP_TO_STACK) + shared->ring[TAP_TO_STACK].tail;
        send_one(1);
        memcpy(record, &lies[at].length, sizeof(uint32_t));
        memcpy(record + sizeof(struct ring_record) + offsetof(struct tap_packet, length), &lies[at].whole,
               sizeof(uint32_t));
        receive_one(2);
        ck_assert_uint_eq(api.ReadCapture(capture, captured, 4, INFINITE), 1);
        is(captured, 2, WARREN_CAPTURED_TO_CLIENT);
        for (unsigned again = 0; again < 2; again++) {
            ck_assert_uint_eq(api.ReadCapture(capture, captured, 4, INFINITE), 0);
            ck_assert_uint_eq(GetLastError(), ERROR_INVALID_DATA);
        }
        api.EndCapture(capture);
    }
    shared->mark++;
    ck_assert_ptr_null(api.StartCapture(L"Watched", 0));
    ck_assert_uint_eq(GetLastError(), ERROR_NOT_READY);
    shared->magic = 0;
    ck_assert_ptr_null(api.StartCapture(L"Watched", 0));
    ck_assert_uint_eq(GetLastError(), ERROR_NOT_READY);
    ck_assert(UnmapViewOfFile(shared));
    ck_assert(CloseHandle(memory));
    end();
}
END_TEST

START_TEST(memory_that_is_too_small_is_not_captured_from) {
    WCHAR name[128];
    begin();
    library_tap_name(adapter, name);
    api.EndSession(session);
    session = NULL;
    HANDLE memory = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, TAP_RECORDS, name);
    ck_assert_ptr_nonnull(memory);
    struct tap_shared *shared = MapViewOfFile(memory, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    shared->magic = TAP_MAGIC;
    shared->capacity = TAP_CAPACITY;
    ck_assert_ptr_null(api.StartCapture(L"Watched", 0));
    ck_assert_uint_eq(GetLastError(), ERROR_ACCESS_DENIED);
    UnmapViewOfFile(shared);
    CloseHandle(memory);
    end();
}
END_TEST

START_TEST(a_session_that_cannot_be_made_capturable_works_all_the_same) {
    static const struct {
        const char *call;
        unsigned skip;
    } steps[] = {{"ConvertStringSecurityDescriptorToSecurityDescriptorW", 0},
                 {"CreateFileMappingW", 0},
                 {"CreateEventW", 3}, /* behind the session's own */
                 {"CreateEventW", 4},
                 {"MapViewOfFile", 0}};
    begin();
    for (unsigned at = 0; at < sizeof steps / sizeof *steps; at++) {
        api.EndSession(session);
        library_forget_log();
        ck_assert(fault_arm(steps[at].call, steps[at].skip));
        session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
        ck_assert_msg(session && library_said("cannot be captured"), "%s", steps[at].call);
        ck_assert_uint_eq(library_errors(), 0);
        uint64_t before = fake_received_count(stack);
        send_one(1);
        receive_one(2);
        fake_wait_received(stack, before + 1);
        ck_assert_ptr_null(api.StartCapture(L"Watched", 0));
        ck_assert_uint_eq(GetLastError(), ERROR_NOT_READY);
    }
    end();
}
END_TEST

START_TEST(a_name_that_is_taken_costs_the_capture_and_nothing_else) {
    struct tap_shared *shared;
    begin();
    HANDLE memory = library_tap(adapter, &shared);
    api.EndSession(session);
    session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY); /* the old memory still has the name */
    ck_assert_ptr_nonnull(session);
    ck_assert(library_said("cannot be captured"));
    uint64_t before = fake_received_count(stack);
    send_one(1);
    fake_wait_received(stack, before + 1);
    ck_assert_uint_eq(shared->count[TAP_TO_STACK].seen, 0);
    UnmapViewOfFile(shared);
    CloseHandle(memory);
    end();
}
END_TEST

TEST_CASES(taps, nothing_that_a_capturing_process_writes_harms_the_session,
           the_longest_packet_is_cut_whatever_the_capturing_process_wants,
           a_capturing_process_that_never_stops_writing_harms_nothing,
           nothing_that_the_session_s_process_writes_harms_a_capture, memory_that_is_too_small_is_not_captured_from,
           a_session_that_cannot_be_made_capturable_works_all_the_same,
           a_name_that_is_taken_costs_the_capture_and_nothing_else)
