/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Captures: what another process sees of a session, and that the session does not mind.
 */
#include "test/api/watched.h"

#include "core/tap.h"
#include "host/program.h"

START_TEST(packets_of_both_directions_are_captured_in_order) {
    WARREN_CAPTURED captured[64];
    begin();
    send_one(1000); /* before: not seen */
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Watched", 0);
    ck_assert_ptr_nonnull(capture);
    ck_assert_uint_eq(counted(capture).ToStackSeen, 0);
    ck_assert_uint_eq(api.ReadCapture(capture, captured, 64, 0), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_TIMEOUT);
    for (uint32_t round = 0; round < 20; round++) {
        for (uint32_t at = 0; at < 8; at++) {
            send_one(round * 100 + at);
            receive_one(round * 100 + 50 + at);
        }
        ck_assert_uint_eq(api.ReadCapture(capture, captured, 16, INFINITE), 16);
        DWORD64 time = 0;
        uint32_t next[2] = {round * 100 + 50, round * 100};
        for (unsigned at = 0; at < 16; at++) {
            ck_assert_uint_ge(captured[at].Timestamp, time);
            time = captured[at].Timestamp;
            is(&captured[at], next[captured[at].Direction]++, captured[at].Direction);
        }
    }
    ck_assert_uint_gt(captured[0].Timestamp, 132223104000000000); /* after 2020 */
    ck_assert_uint_eq(counted(capture).ToStackSeen, 160);
    ck_assert_uint_eq(counted(capture).ToClientSeen, 160);
    ck_assert_uint_eq(counted(capture).ToStackDropped + counted(capture).ToClientDropped, 0);
    api.EndCapture(capture);
    /* After it, nothing is copied any more. */
    send_one(1);
    capture = api.StartCapture(L"Watched", 0);
    ck_assert_uint_eq(counted(capture).ToStackSeen, 160);
    ck_assert_uint_eq(api.ReadCapture(capture, captured, 1, 0), 0);
    api.EndCapture(capture);
    end();
}
END_TEST

START_TEST(a_capture_takes_no_more_of_a_packet_than_was_asked_for) {
    WARREN_CAPTURED captured;
    uint8_t packet[LENGTH];
    begin();
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Watched", 40);
    send_one(7);
    ck_assert_uint_eq(api.ReadCapture(capture, &captured, 1, INFINITE), 1);
    make(packet, 7);
    ck_assert_uint_eq(captured.Length, LENGTH);
    ck_assert_uint_eq(captured.Captured, 40);
    ck_assert_mem_eq(captured.Data, packet, 40);
    api.EndCapture(capture);
    end();
}
END_TEST

START_TEST(a_capture_that_is_too_slow_loses_packets_and_the_session_none) {
    WARREN_CAPTURED captured[64];
    uint32_t expected = 0;
    DWORD count;
    begin();
    uint64_t before = fake_received_count(stack);
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Watched", 0);
    for (uint32_t at = 0; at < 4000; at++) send_one(at);
    fake_wait_received(stack, before + 4000);
    uint64_t dropped = counted(capture).ToStackDropped;
    ck_assert_uint_eq(counted(capture).ToStackSeen, 4000);
    ck_assert_uint_gt(dropped, 0);
    while ((count = api.ReadCapture(capture, captured, 64, 0)) != 0)
        for (DWORD at = 0; at < count; at++) is(&captured[at], expected++, WARREN_CAPTURED_TO_STACK);
    ck_assert_uint_eq(expected + dropped, 4000);
    /* Then it goes on. */
    send_one(9999);
    ck_assert_uint_eq(api.ReadCapture(capture, captured, 64, INFINITE), 1);
    is(captured, 9999, WARREN_CAPTURED_TO_STACK);
    api.EndCapture(capture);
    end();
}
END_TEST

START_TEST(batches_are_captured_around_the_rings_many_times) {
    static WARREN_CAPTURED captured[3 * BATCH];
    uint32_t next[2] = {0, 0}, wanted = 4 * TAP_CAPACITY / ring_record_size(sizeof(struct tap_packet) + LENGTH);
    begin();
    fake_keep_received(stack, false);
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Watched", 0);
    ck_assert_ptr_nonnull(capture);
    for (uint32_t first = 0; first < wanted; first += BATCH) {
        send_batch(first);
        receive_batch(first);
        while (next[0] + next[1] < 2 * (first + BATCH)) {
            DWORD count = api.ReadCapture(capture, captured, 1 + first % (3 * BATCH), INFINITE);
            ck_assert_uint_gt(count, 0);
            for (DWORD at = 0; at < count; at++)
                is(&captured[at], next[captured[at].Direction]++, captured[at].Direction);
        }
    }
    WARREN_CAPTURE_STATISTICS all = counted(capture);
    ck_assert_uint_eq(all.ToStackSeen, next[TAP_TO_STACK]);
    ck_assert_uint_eq(all.ToClientSeen, next[TAP_TO_CLIENT]);
    ck_assert_uint_eq(next[TAP_TO_STACK], next[TAP_TO_CLIENT]);
    ck_assert_uint_eq(all.ToStackDropped + all.ToClientDropped, 0);
    api.EndCapture(capture);
    end();
}
END_TEST

START_TEST(each_direction_drops_for_itself_and_to_the_packet) {
    static WARREN_CAPTURED captured[BATCH];
    uint32_t room = TAP_CAPACITY / ring_record_size(sizeof(struct tap_packet) + LENGTH), next = 0;
    uint32_t batches = (room + BATCH - 1) / BATCH + 3;
    DWORD count;
    begin();
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Watched", 0);
    for (uint32_t at = 0; at < batches; at++) receive_batch(at * BATCH);
    send_batch(0);
    WARREN_CAPTURE_STATISTICS all = counted(capture);
    ck_assert_uint_eq(all.ToClientSeen, batches * BATCH);
    ck_assert_uint_eq(all.ToClientDropped, batches * BATCH - room);
    ck_assert_uint_eq(all.ToStackSeen, BATCH);
    ck_assert_uint_eq(all.ToStackDropped, 0);
    while ((count = api.ReadCapture(capture, captured, BATCH, 0)) != 0)
        for (DWORD at = 0; at < count; at++)
            if (captured[at].Direction == WARREN_CAPTURED_TO_CLIENT) is(&captured[at], next++, TAP_TO_CLIENT);
    ck_assert_uint_eq(next, room);
    api.EndCapture(capture);
    end();
}
END_TEST

START_TEST(nothing_is_copied_while_nobody_captures) {
    struct tap_shared *shared;
    begin();
    HANDLE memory = library_tap(adapter, &shared);
    send_batch(0);
    receive_batch(0);
    send_one(1);
    receive_one(1);
    ck_assert_uint_eq(shared->magic, TAP_MAGIC);
    for (unsigned direction = 0; direction < 2; direction++) {
        ck_assert_uint_eq(shared->count[direction].seen, 0);
        ck_assert_uint_eq(shared->ring[direction].tail, 0);
        const uint8_t *records = tap_records(shared, direction);
        for (unsigned at = 0; at < TAP_HALF; at++) ck_assert_uint_eq(records[at], 0);
    }
    ck_assert(UnmapViewOfFile(shared));
    ck_assert(CloseHandle(memory));
    end();
}
END_TEST

START_TEST(a_session_can_be_captured_while_a_capture_of_the_last_one_is_open) {
    WARREN_CAPTURED captured;
    begin();
    WARREN_CAPTURE_HANDLE old = api.StartCapture(L"Watched", 0);
    send_one(1);
    api.EndSession(session);
    session = api.StartSession(adapter, WINTUN_MIN_RING_CAPACITY);
    ck_assert_ptr_nonnull(session);
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Watched", 0);
    ck_assert_ptr_nonnull(capture);
    send_one(2);
    ck_assert_uint_eq(api.ReadCapture(old, &captured, 1, INFINITE), 1);
    is(&captured, 1, WARREN_CAPTURED_TO_STACK);
    ck_assert_uint_eq(api.ReadCapture(old, &captured, 1, INFINITE), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_HANDLE_EOF);
    ck_assert_uint_eq(api.ReadCapture(capture, &captured, 1, INFINITE), 1);
    is(&captured, 2, WARREN_CAPTURED_TO_STACK);
    api.EndCapture(old);
    send_one(3); /* the end of the old one has not ended this one */
    ck_assert_uint_eq(api.ReadCapture(capture, &captured, 1, INFINITE), 1);
    is(&captured, 3, WARREN_CAPTURED_TO_STACK);
    api.EndCapture(capture);
    end();
}
END_TEST

START_TEST(the_session_s_end_comes_after_its_last_packet) {
    WARREN_CAPTURED captured;
    begin();
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Watched", 0);
    send_one(3);
    api.EndSession(session);
    session = NULL;
    ck_assert_uint_eq(api.ReadCapture(capture, &captured, 1, INFINITE), 1);
    is(&captured, 3, WARREN_CAPTURED_TO_STACK);
    ck_assert_uint_eq(api.ReadCapture(capture, &captured, 1, INFINITE), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_HANDLE_EOF);
    api.EndCapture(capture);
    ck_assert_ptr_null(api.StartCapture(L"Watched", 0));
    ck_assert_uint_eq(GetLastError(), ERROR_NOT_READY);
    end();
}
END_TEST

START_TEST(wrong_uses_have_their_error_codes) {
    WARREN_CAPTURED captured;
    WARREN_CAPTURE_STATISTICS none = {.Size = 0};
    begin();
    ck_assert_ptr_null(api.StartCapture(NULL, 0));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert_ptr_null(api.StartCapture(L"Nobody", 0));
    ck_assert_uint_eq(GetLastError(), ERROR_NOT_FOUND);
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Watched", 0);
    ck_assert_ptr_null(api.StartCapture(L"Watched", 0));
    ck_assert_uint_eq(GetLastError(), ERROR_SHARING_VIOLATION);
    send_one(1); /* the first is none the worse for it */
    ck_assert_uint_eq(api.ReadCapture(capture, &captured, 1, INFINITE), 1);
    ck_assert_uint_eq(api.ReadCapture(capture, NULL, 1, 0), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    ck_assert_uint_eq(api.ReadCapture(NULL, &captured, 1, 0), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_HANDLE);
    ck_assert(!api.GetCaptureStatistics(capture, &none));
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    api.EndCapture(capture);
    ck_assert_uint_eq(api.ReadCapture(capture, &captured, 1, 0), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_HANDLE);
    api.EndCapture(capture);
    ck_assert_uint_eq(GetLastError(), ERROR_INVALID_HANDLE);
    api.EndCapture(NULL);
    end();
}
END_TEST

/* --- other processes ---------------------------------------------------------------------------------------------- */

static void watch_and_die(void *unused) {
    struct api mine;
    (void)unused;
    library_load(&mine);
    ck_assert_ptr_nonnull(mine.StartCapture(L"Watched", 0));
}

START_TEST(a_capturing_process_that_dies_leaves_its_place_to_the_next) {
    WARREN_CAPTURED captured;
    begin();
    program_end(program_start("watcher", watch_and_die, NULL, 0));
    for (uint32_t at = 0; at < 4000; at++) send_one(at); /* into a ring that nobody empties */
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Watched", 0);
    ck_assert_ptr_nonnull(capture);
    ck_assert_uint_eq(api.ReadCapture(capture, &captured, 1, 0), 0);
    send_one(5);
    ck_assert_uint_eq(api.ReadCapture(capture, &captured, 1, INFINITE), 1);
    is(&captured, 5, WARREN_CAPTURED_TO_STACK);
    api.EndCapture(capture);
    end();
}
END_TEST

static void user_watches(void *result) {
    struct api mine;
    se_set_process_token(PsGetCurrentProcess(), SE_TOKEN_USER);
    library_load(&mine);
    *(DWORD *)result = mine.StartCapture(L"Watched", 0) ? ERROR_SUCCESS : GetLastError();
}

START_TEST(users_cannot_look_on) {
    DWORD result = ERROR_SUCCESS;
    begin();
    program_end(program_start("user", user_watches, &result, 0));
    ck_assert_uint_eq(result, ERROR_ACCESS_DENIED);
    end();
}
END_TEST

struct watched {
    PRKEVENT ready, go;
};

static void be_watched(void *context) {
    struct watched *self = context;
    struct api mine;
    library_load(&mine);
    WINTUN_ADAPTER_HANDLE own = mine.CreateAdapter(L"Theirs", L"Test", NULL);
    ck_assert_ptr_nonnull(own);
    ck_assert_ptr_nonnull(mine.StartSession(own, WINTUN_MIN_RING_CAPACITY));
    KeSetEvent(self->ready, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(self->go, Executive, KernelMode, FALSE, NULL);
}

START_TEST(the_end_of_a_session_s_process_ends_the_capture) {
    KEVENT ready, go;
    struct watched other = {.ready = &ready, .go = &go};
    WARREN_CAPTURED captured;
    KeInitializeEvent(&ready, NotificationEvent, FALSE);
    KeInitializeEvent(&go, NotificationEvent, FALSE);
    library_start(true);
    struct program *program = program_start("watched", be_watched, &other, 0);
    KeWaitForSingleObject(&ready, Executive, KernelMode, FALSE, NULL);
    WARREN_CAPTURE_HANDLE capture = api.StartCapture(L"Theirs", 0);
    ck_assert_ptr_nonnull(capture);
    KeSetEvent(&go, IO_NO_INCREMENT, FALSE);
    program_end(program);
    ck_assert_uint_eq(api.ReadCapture(capture, &captured, 1, INFINITE), 0);
    ck_assert_uint_eq(GetLastError(), ERROR_HANDLE_EOF);
    api.EndCapture(capture);
    library_stop();
}
END_TEST

TEST_CASES(captures, packets_of_both_directions_are_captured_in_order,
           a_capture_takes_no_more_of_a_packet_than_was_asked_for,
           a_capture_that_is_too_slow_loses_packets_and_the_session_none,
           batches_are_captured_around_the_rings_many_times, each_direction_drops_for_itself_and_to_the_packet,
           nothing_is_copied_while_nobody_captures, a_session_can_be_captured_while_a_capture_of_the_last_one_is_open,
           the_session_s_end_comes_after_its_last_packet, wrong_uses_have_their_error_codes,
           a_capturing_process_that_dies_leaves_its_place_to_the_next, users_cannot_look_on,
           the_end_of_a_session_s_process_ends_the_capture)
