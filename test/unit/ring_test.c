/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#include "test/common/testing.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/abi.h"

#define CAPACITY RING_CAPACITY_MIN

struct pair {
    struct ring_shared *shared;
    uint8_t *records;
    struct ring_producer producer;
    struct ring_consumer consumer;
};

static struct pair pair_make(uint32_t start) {
    struct pair pair = {.shared = aligned_alloc(RING_LINE, sizeof(struct ring_shared)),
                        .records = aligned_alloc(4096, CAPACITY + RING_SLACK)};

    memset(pair.shared, 0, sizeof(*pair.shared));
    memset(pair.records, 0xEE, CAPACITY + RING_SLACK);
    ring_producer_init(&pair.producer, pair.shared, pair.records, CAPACITY);
    ring_consumer_init(&pair.consumer, pair.shared, pair.records, CAPACITY);
    /* As after long use: the positions run free. */
    pair.shared->head = pair.shared->tail = start;
    pair.producer.tail = pair.producer.published = pair.producer.head = start;
    pair.consumer.head = pair.consumer.freed = pair.consumer.tail = start;
    return pair;
}

static void pair_free(struct pair *pair) {
    free(pair->shared);
    free(pair->records);
}

static bool put(struct pair *pair, uint32_t length, uint8_t fill) {
    struct ring_record *record;

    if (ring_reserve(&pair->producer, length, &record) != RING_OK) return false;
    *record = (struct ring_record){.length = length};
    memset(ring_record_data(record), fill, length);
    return true;
}

START_TEST(what_goes_in_comes_out_also_where_the_position_overflows) {
    struct pair pair = pair_make(0xFFFFF000u);
    struct ring_record header, *record;

    for (unsigned at = 0; at < 1000; at++) {
        uint32_t length = 1 + at * 7919 % RING_PACKET_MAX;

        ck_assert(put(&pair, length, (uint8_t)at));
        ring_publish(&pair.producer);
        ck_assert_int_eq(ring_take(&pair.consumer, &header, &record), RING_OK);
        ck_assert_uint_eq(header.length, length);
        for (uint32_t byte = 0; byte < length; byte++)
            ck_assert_uint_eq(((uint8_t *)ring_record_data(record))[byte], (uint8_t)at);
        ring_free(&pair.consumer);
    }
    ck_assert_int_eq(ring_take(&pair.consumer, &header, &record), RING_EMPTY);
    pair_free(&pair);
}
END_TEST

START_TEST(a_full_ring_holds_exactly_its_capacity) {
    struct pair pair = pair_make(48);
    struct ring_record header, *record;
    unsigned count = 0;

    while (put(&pair, 1008, 1)) count++;
    ck_assert_uint_eq(count, CAPACITY / 1024);
    ring_publish(&pair.producer);
    ck_assert(!put(&pair, 1, 1));
    ck_assert_int_eq(ring_take(&pair.consumer, &header, &record), RING_OK);
    ck_assert(!put(&pair, 1, 1)); /* taken is not free */
    ring_free(&pair.consumer);
    ck_assert(put(&pair, 1008, 1));
    pair_free(&pair);
}
END_TEST

START_TEST(the_largest_packet_at_the_last_place_stays_in_the_slack) {
    struct pair pair = pair_make(CAPACITY - RING_ALIGN);
    struct ring_record header, *record;

    ck_assert_uint_eq(ring_record_size(RING_PACKET_MAX), RING_SLACK + RING_ALIGN);
    ck_assert(put(&pair, RING_PACKET_MAX, 0x5A)); /* ASan watches the end */
    ring_publish(&pair.producer);
    ck_assert_int_eq(ring_take(&pair.consumer, &header, &record), RING_OK);
    ck_assert_ptr_eq(record, pair.records + CAPACITY - RING_ALIGN);
    pair_free(&pair);
}
END_TEST

START_TEST(rewinding_takes_reservations_back) {
    struct pair pair = pair_make(0);
    struct ring_record header, *record;
    uint32_t before;

    ck_assert(put(&pair, 100, 1));
    before = pair.producer.tail;
    ck_assert(put(&pair, 200, 2));
    ring_rewind(&pair.producer, before);
    ck_assert(put(&pair, 300, 3));
    ring_publish(&pair.producer);
    ck_assert_int_eq(ring_take(&pair.consumer, &header, &record), RING_OK);
    ck_assert_uint_eq(header.length, 100);
    before = pair.consumer.head;
    ck_assert_int_eq(ring_take(&pair.consumer, &header, &record), RING_OK);
    ck_assert_uint_eq(header.length, 300);
    ring_put_back(&pair.consumer, before);
    ck_assert_int_eq(ring_take(&pair.consumer, &header, &record), RING_OK);
    ck_assert_uint_eq(header.length, 300);
    pair_free(&pair);
}
END_TEST

START_TEST(impossible_positions_are_corrupt_and_change_nothing) {
    static const uint32_t wrong[] = {1, 8, 15, 0x7FFFFFF0u, 0xFFFFFFF0u, CAPACITY + 16, 2 * CAPACITY};
    struct ring_record header, *record;

    for (unsigned at = 0; at < sizeof(wrong) / sizeof(*wrong); at++) {
        struct pair pair = pair_make(0);
        struct ring_consumer before;

        pair.shared->tail = wrong[at];
        before = pair.consumer;
        ck_assert_int_eq(ring_take(&pair.consumer, &header, &record), RING_CORRUPT);
        ck_assert_mem_eq(&before, &pair.consumer, sizeof(before));
        ck_assert(!ring_arm_wake(&pair.consumer)); /* never sleeps on it */
        pair.shared->head = wrong[at];
        ck_assert_int_eq(ring_producer_refresh(&pair.producer), RING_CORRUPT);
        ck_assert_int_eq(ring_arm_room(&pair.producer, 1), RING_CORRUPT);
        pair_free(&pair);
    }
}
END_TEST

START_TEST(impossible_lengths_are_corrupt) {
    static const uint32_t wrong[] = {0, RING_PACKET_MAX + 1, 0x80000000u, 0xFFFFFFFFu, 0xFFFFFFF0u, 85};
    struct ring_record header, *record;

    for (unsigned at = 0; at < sizeof(wrong) / sizeof(*wrong); at++) {
        struct pair pair = pair_make(0);

        ck_assert_int_eq(ring_reserve(&pair.producer, 80, &record), RING_OK);
        *record = (struct ring_record){.length = wrong[at]};
        ring_publish(&pair.producer);
        ck_assert_int_eq(ring_take(&pair.consumer, &header, &record), RING_CORRUPT);
        ck_assert_uint_eq(pair.consumer.head, 0);
        pair_free(&pair);
    }
}
END_TEST

START_TEST(a_wake_up_is_owed_once_per_sleep) {
    struct pair pair = pair_make(0);

    ck_assert(put(&pair, 10, 1));
    ck_assert(!ring_publish(&pair.producer));  /* nobody sleeps */
    ck_assert(!ring_arm_wake(&pair.consumer)); /* there is something */
    ck_assert(put(&pair, 10, 1));
    ck_assert(!ring_publish(&pair.producer));
    struct ring_record header, *record;
    while (ring_take(&pair.consumer, &header, &record) == RING_OK);
    ring_free(&pair.consumer);
    ck_assert(ring_arm_wake(&pair.consumer));
    ck_assert(put(&pair, 10, 1));
    ck_assert(ring_publish(&pair.producer));
    ck_assert(put(&pair, 10, 1));
    ck_assert(!ring_publish(&pair.producer));
    pair_free(&pair);
}
END_TEST

START_TEST(room_is_told_once_to_who_waits_for_it) {
    struct pair pair = pair_make(0);
    struct ring_record header, *record;
    bool told;

    while (put(&pair, 1008, 1));
    ring_publish(&pair.producer);
    ck_assert_int_eq(ring_arm_room(&pair.producer, 1008), RING_FULL);
    do {
        ck_assert_int_eq(ring_take(&pair.consumer, &header, &record), RING_OK);
        told = ring_free(&pair.consumer);
    } while (!told);
    /* Not for the first bit of room, but as soon as half of it is free. */
    ck_assert_uint_eq(pair.consumer.tail - pair.consumer.freed, pair.consumer.capacity / 2);
    ck_assert_int_eq(ring_take(&pair.consumer, &header, &record), RING_OK);
    ck_assert(!ring_free(&pair.consumer));
    ck_assert_int_eq(ring_arm_room(&pair.producer, 1008), RING_OK);
    pair_free(&pair);
}
END_TEST

/* Two threads that really sleep (eventfd) and wake each other by the protocol alone: a lost wake-up is a hang, which
 * the runner's time limit turns into a failure. Sizes, bundles and pauses follow from the seed. */
struct run {
    struct pair pair;
    int wake, room;
    uint32_t seed, packets;
};

static uint32_t next(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static uint32_t length_of(uint32_t seed, uint32_t number) {
    uint32_t state = seed ^ (number * 2654435761u) ^ 0x9E3779B9u;
    uint32_t value = next(&state);
    return value % 16 == 0 ? 1 + value / 16 % RING_PACKET_MAX : 1 + value / 16 % 200;
}

static void ring_bell(int fd) { ck_assert_int_eq(write(fd, &(uint64_t){1}, 8), 8); }

static void wait_bell(int fd) {
    uint64_t count;
    ck_assert_int_eq(read(fd, &count, 8), 8);
}

static void *produce(void *context) {
    struct run *run = context;
    struct ring_producer *ring = &run->pair.producer;
    uint32_t state = run->seed | 1;

    for (uint32_t number = 0; number < run->packets;) {
        uint32_t bundle = 1 + next(&state) % 8;

        for (; bundle != 0 && number < run->packets; bundle--, number++) {
            uint32_t length = length_of(run->seed, number);
            struct ring_record *record;
            enum ring_result result;

            while ((result = ring_reserve(ring, length, &record)) == RING_FULL) {
                if (ring_publish(ring)) ring_bell(run->wake);
                if (ring_arm_room(ring, length) == RING_FULL) wait_bell(run->room);
            }
            ck_assert_int_eq(result, RING_OK);
            *record = (struct ring_record){.length = length};
            memset(ring_record_data(record), (int)number, length);
        }
        if (ring_publish(ring)) ring_bell(run->wake);
    }
    return NULL;
}

static void *consume(void *context) {
    struct run *run = context;
    struct ring_consumer *ring = &run->pair.consumer;
    uint32_t state = ~run->seed | 1;

    for (uint32_t number = 0; number < run->packets;) {
        struct ring_record header, *record;
        enum ring_result result = ring_take(ring, &header, &record);

        if (result == RING_EMPTY) {
            if (ring->freed != ring->head && ring_free(ring)) ring_bell(run->room);
            if (ring_arm_wake(ring)) wait_bell(run->wake);
            continue;
        }
        ck_assert_int_eq(result, RING_OK);
        ck_assert_uint_eq(header.length, length_of(run->seed, number));
        ck_assert_uint_eq(*(uint8_t *)ring_record_data(record), (uint8_t)number);
        ck_assert_uint_eq(((uint8_t *)ring_record_data(record))[header.length - 1], (uint8_t)number);
        number++;
        if (next(&state) % 4 == 0 && ring_free(ring)) ring_bell(run->room);
    }
    return NULL;
}

START_TEST(two_threads_lose_no_packet_and_no_wake_up) {
    for (uint32_t seed = 1; seed <= 12; seed++) {
        struct run run = {.pair = pair_make(seed * 0x15555550u & ~15u),
                          .wake = eventfd(0, 0),
                          .room = eventfd(0, 0),
                          .seed = seed,
                          .packets = 20000};
        pthread_t producer, consumer;

        ck_assert_int_eq(pthread_create(&producer, NULL, produce, &run), 0);
        ck_assert_int_eq(pthread_create(&consumer, NULL, consume, &run), 0);
        pthread_join(producer, NULL);
        pthread_join(consumer, NULL);
        close(run.wake);
        close(run.room);
        pair_free(&run.pair);
    }
}
END_TEST

START_TEST(capacities_are_powers_of_two_in_range) {
    unsigned valid = 0;

    for (uint64_t capacity = 1; capacity <= 0xFFFFFFFFu; capacity *= 2) {
        valid += ring_capacity_valid((uint32_t)capacity);
        ck_assert(!ring_capacity_valid((uint32_t)capacity - 1));
        ck_assert(!ring_capacity_valid((uint32_t)capacity + 16));
    }
    ck_assert_uint_eq(valid, 10); /* 128 KiB to 64 MiB */
    ck_assert(!ring_capacity_valid(0));
}
END_TEST

START_TEST(the_view_holds_both_rings_in_whole_pages) {
    for (uint32_t capacity = RING_CAPACITY_MIN; capacity <= RING_CAPACITY_MAX; capacity *= 2) {
        struct abi_attach_in in = {ABI_VERSION, sizeof(in), capacity, RING_CAPACITY_MIN, 1, 1, 1};
        struct abi_attach_out out = abi_attach_reply(&in, 0x10000);

        ck_assert(abi_attach_valid(&in));
        ck_assert_uint_eq(out.to_client_offset % ABI_PAGE, 0);
        ck_assert_uint_eq(out.to_stack_offset % ABI_PAGE, 0);
        ck_assert_uint_ge(out.to_stack_offset, (uint64_t)out.to_client_offset + capacity + RING_SLACK);
        ck_assert_uint_ge(out.view_size, (uint64_t)out.to_stack_offset + RING_CAPACITY_MIN + RING_SLACK);
    }
}
END_TEST

TEST_CASES(ring, what_goes_in_comes_out_also_where_the_position_overflows, a_full_ring_holds_exactly_its_capacity,
           the_largest_packet_at_the_last_place_stays_in_the_slack, rewinding_takes_reservations_back,
           impossible_positions_are_corrupt_and_change_nothing, impossible_lengths_are_corrupt,
           a_wake_up_is_owed_once_per_sleep, room_is_told_once_to_who_waits_for_it,
           two_threads_lose_no_packet_and_no_wake_up, capacities_are_powers_of_two_in_range,
           the_view_holds_both_rings_in_whole_pages)
