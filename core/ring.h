/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A ring of packets between one producer and one consumer that do not trust each other.
 *
 *        freed      head                 tail=published      reserved
 *          |          |                     |                  |
 *   -------+##########+=====================+------------------+--------> free-running 32-bit byte positions
 *          | taken,   | records to be taken | being written by |
 *          | in use   |                     | the producer     |
 *          |                                                   |
 *          '---------------- never more than capacity ---------'
 *
 * A record lies at (position & (capacity - 1)): a 16-byte header, then the packet, padded to 16 bytes. It is never
 * split: one that starts before the end of the ring runs on into the RING_SLACK bytes behind it. The positions go on
 * as if it had wrapped, so the bytes that it skips at the start of the ring are exactly those that it used behind.
 *
 * Who writes what (struct ring_shared; each line of its own, so that neither side's stores disturb the other's):
 *   tail       producer only: everything before it is complete
 *   head       consumer only: everything before it is free again
 *   want_wake  consumer raises it before it sleeps; whoever takes it down (exchange) owes one wake-up
 *   want_room  producer raises it before it waits for room; whoever takes it down owes one wake-up
 *   state      driver only
 *
 * Barriers and their partners:
 *   (T) store-release of tail in ring_publish_to      ~ load-acquire of tail in ring_take, ring_arm_wake
 *   (H) store-release of head in ring_free_to         ~ load-acquire of head in ring_reserve, ring_arm_room
 *   (W) full fence in ring_publish_to, between the store of tail and the load of want_wake
 *                                                     ~ full fence in ring_arm_wake, between the store of want_wake and
 *                                                       the load of tail
 *   (R) full fence in ring_free_to, between the store of head and the load of want_room
 *                                                     ~ full fence in ring_arm_room, between the store of want_room and
 *                                                       the load of head
 * W and R are store-then-load on both sides (Dekker): with either fence missing, both sides may read the old value, the
 * one goes to sleep, and the other does not wake it. x64 reorders exactly this, too.
 *
 * Every word that the other side can write is read once, into a local, and checked; a value that cannot be is
 * RING_CORRUPT and changes nothing. What the producer wrote into a record may still change while it is read: a consumer
 * that does not trust the producer copies first and looks at the copy.
 */
#ifndef CORE_RING_H
#define CORE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/atomic.h"

#define RING_CAPACITY_MIN 0x20000u   /* 128 KiB */
#define RING_CAPACITY_MAX 0x4000000u /* 64 MiB */
#define RING_PACKET_MAX 0xFFFFu      /* bytes: the largest IP packet without jumbo options */
#define RING_ALIGN 16u
#define RING_SLACK 0x10000u /* what a record of RING_PACKET_MAX needs behind the end: its size less one RING_ALIGN */
#define RING_LINE 128u      /* x64 prefetches lines in pairs; some ARM64 lines are this long */

enum ring_state {
    RING_STATE_NONE = 0, /* memory that no driver has set up */
    RING_STATE_OPEN = 1,
    RING_STATE_CLOSED = 2,  /* the session has ended or the adapter has gone: no more packets either way */
    RING_STATE_CORRUPT = 3, /* the driver found a word that cannot be, and has stopped using the rings */
};

enum ring_result { RING_OK, RING_FULL, RING_EMPTY, RING_CORRUPT };

struct ring_shared {
    _Alignas(RING_LINE) uint32_t tail;
    _Alignas(RING_LINE) uint32_t head;
    _Alignas(RING_LINE) uint32_t want_wake;
    _Alignas(RING_LINE) uint32_t want_room;
    _Alignas(RING_LINE) uint32_t state;
};

/* The metadata has the meaning and the values of virtio-net's header. All zero unless negotiated (abi_attach_out). */
struct ring_record {
    uint32_t length;      /* bytes of the packet that follows, 1 to RING_PACKET_MAX */
    uint16_t client_mark; /* the client's own, for records that it holds; the driver writes 0 and never reads it */
    uint8_t flags;        /* 1: a checksum is to be filled in; 2: checksums were checked */
    uint8_t gso_type;     /* 0 none, 1 TCPv4, 4 TCPv6, 5 UDP */
    uint16_t hdr_len;     /* bytes of all headers, repeated in each segment */
    uint16_t gso_size;    /* bytes of payload per segment */
    uint16_t csum_start;  /* bytes from the packet's start to where the checksum begins */
    uint16_t csum_offset; /* bytes from csum_start to where it is stored */
};

_Static_assert(sizeof(struct ring_record) == RING_ALIGN, "wire format");
_Static_assert(offsetof(struct ring_record, client_mark) == 4 && offsetof(struct ring_record, hdr_len) == 8,
               "wire format");
_Static_assert(sizeof(struct ring_shared) == 5 * RING_LINE, "wire format");
_Static_assert(offsetof(struct ring_shared, head) == RING_LINE && offsetof(struct ring_shared, state) == 4 * RING_LINE,
               "wire format");

/* Each side's private view. `shared` and `records` point into the shared memory; nothing else does. */
struct ring_producer {
    struct ring_shared *shared;
    uint8_t *records;
    uint32_t capacity;
    uint32_t tail;      /* next record is written here */
    uint32_t published; /* what the consumer may see */
    uint32_t head;      /* the consumer's, when last looked at */
};

struct ring_consumer {
    struct ring_shared *shared;
    uint8_t *records;
    uint32_t capacity;
    uint32_t head;  /* next record is taken from here */
    uint32_t freed; /* what the producer may overwrite */
    uint32_t tail;  /* the producer's, when last looked at */
};

static inline bool ring_capacity_valid(uint32_t capacity) {
    return capacity >= RING_CAPACITY_MIN && capacity <= RING_CAPACITY_MAX && (capacity & (capacity - 1)) == 0;
}

/* Bytes that a record with a packet of this length takes; length at most RING_PACKET_MAX. */
static inline uint32_t ring_record_size(uint32_t length) {
    return (length + (uint32_t)sizeof(struct ring_record) + RING_ALIGN - 1) & ~(RING_ALIGN - 1);
}

static inline struct ring_record *ring_record_at(uint8_t *records, uint32_t capacity, uint32_t position) {
    return (struct ring_record *)(records + (position & (capacity - 1)));
}

static inline void *ring_record_data(struct ring_record *record) { return record + 1; }

/* --- producer ---------------------------------------------------------------------------------------------------- */

static inline void ring_producer_init(struct ring_producer *ring, struct ring_shared *shared, void *records,
                                      uint32_t capacity) {
    *ring = (struct ring_producer){.shared = shared, .records = (uint8_t *)records, .capacity = capacity};
}

/* Looks at the consumer's head. RING_CORRUPT: it lies outside of what was published to it. */
static inline enum ring_result ring_producer_refresh(struct ring_producer *ring) {
    uint32_t head = atomic_load_acquire(&ring->shared->head); /* H */

    if (head - ring->head > ring->published - ring->head || head % RING_ALIGN != 0) return RING_CORRUPT;
    ring->head = head;
    return RING_OK;
}

static inline bool ring_has_room(const struct ring_producer *ring, uint32_t size) {
    return ring->capacity - (ring->tail - ring->head) >= size;
}

/* Room for one record, not visible until published; its header is the caller's to fill in, wholly. */
static inline enum ring_result ring_reserve(struct ring_producer *ring, uint32_t length, struct ring_record **record) {
    uint32_t size = ring_record_size(length);

    if (!ring_has_room(ring, size)) {
        enum ring_result result = ring_producer_refresh(ring);
        if (result != RING_OK) return result;
        if (!ring_has_room(ring, size)) return RING_FULL;
    }
    *record = ring_record_at(ring->records, ring->capacity, ring->tail);
    ring->tail += size;
    return RING_OK;
}

/* Takes reservations back, down to a `tail` remembered from before them. */
static inline void ring_rewind(struct ring_producer *ring, uint32_t tail) { ring->tail = tail; }

/* Shows the consumer everything before `tail`, a position between `published` and ring->tail. True: the consumer
 * sleeps, and the caller must wake it. */
static inline bool ring_publish_to(struct ring_producer *ring, uint32_t tail) {
    ring->published = tail;
    atomic_store_release(&ring->shared->tail, tail); /* T */
    atomic_fence_full();                             /* W */
    return atomic_load_relaxed(&ring->shared->want_wake) != 0 && atomic_exchange(&ring->shared->want_wake, 0) != 0;
}

static inline bool ring_publish(struct ring_producer *ring) { return ring_publish_to(ring, ring->tail); }

/* Asks to be told when there is room for a record of this length. RING_FULL: the consumer will tell, once, when it
 * has freed half of the ring, or all that it knows of; the caller tries again then. RING_OK: there is room already, nobody will tell. */
static inline enum ring_result ring_arm_room(struct ring_producer *ring, uint32_t length) {
    enum ring_result result;

    atomic_store_relaxed(&ring->shared->want_room, 1);
    atomic_fence_full(); /* R */
    result = ring_producer_refresh(ring);
    if (result == RING_OK && !ring_has_room(ring, ring_record_size(length))) return RING_FULL;
    atomic_store_relaxed(&ring->shared->want_room, 0);
    return result;
}

/* --- consumer ---------------------------------------------------------------------------------------------------- */

static inline void ring_consumer_init(struct ring_consumer *ring, struct ring_shared *shared, void *records,
                                      uint32_t capacity) {
    *ring = (struct ring_consumer){.shared = shared, .records = (uint8_t *)records, .capacity = capacity};
}

/* The next record: a copy of its header in `header`, the place of the record itself in `record`. It stays the
 * consumer's until freed. RING_CORRUPT leaves the ring where it was. */
static inline enum ring_result ring_take(struct ring_consumer *ring, struct ring_record *header,
                                         struct ring_record **record) {
    struct ring_record *at;
    union {
        uint64_t words[2];
        struct ring_record header;
    } copy;
    uint32_t size;

    if (ring->head == ring->tail) {
        uint32_t tail = atomic_load_acquire(&ring->shared->tail); /* T */

        if (tail == ring->head) return RING_EMPTY;
        if (tail - ring->head > ring->capacity - (ring->head - ring->freed) || tail % RING_ALIGN != 0)
            return RING_CORRUPT;
        ring->tail = tail;
    }
    at = ring_record_at(ring->records, ring->capacity, ring->head);
    copy.words[0] = atomic_load_relaxed_64(&((const uint64_t *)at)[0]);
    copy.words[1] = atomic_load_relaxed_64(&((const uint64_t *)at)[1]);
    if (copy.header.length == 0 || copy.header.length > RING_PACKET_MAX) return RING_CORRUPT;
    size = ring_record_size(copy.header.length);
    if (size > ring->tail - ring->head) return RING_CORRUPT;
    ring->head += size;
    *header = copy.header;
    *record = at;
    return RING_OK;
}

/* Takes what was taken back into the ring, down to a `head` remembered from before. */
static inline void ring_put_back(struct ring_consumer *ring, uint32_t head) { ring->head = head; }

/* Gives everything before `head` back, a position between `freed` and ring->head. True: the producer waits for room,
 * and the caller must wake it. As long as more than half of the ring is known to be still in use, nobody looks for such a
 * one: what is in use will be freed, too, and a producer that is woken for each little room would sleep and be woken
 * all the time. */
static inline bool ring_free_to(struct ring_consumer *ring, uint32_t head) {
    ring->freed = head;
    atomic_store_release(&ring->shared->head, head); /* H */
    if (ring->tail - head > ring->capacity / 2) return false;
    atomic_fence_full(); /* R */
    return atomic_load_relaxed(&ring->shared->want_room) != 0 && atomic_exchange(&ring->shared->want_room, 0) != 0;
}

static inline bool ring_free(struct ring_consumer *ring) { return ring_free_to(ring, ring->head); }

/* Asks for a wake-up. True: the ring is empty, and the producer will wake, once, when that changes. False: there is
 * something to take (or to find corrupt), nobody owes a wake-up; one that was already under way may still come. */
static inline bool ring_arm_wake(struct ring_consumer *ring) {
    atomic_store_relaxed(&ring->shared->want_wake, 1);
    atomic_fence_full();                                        /* W */
    if (atomic_load_acquire(&ring->shared->tail) == ring->head) /* T */
        return true;
    atomic_store_relaxed(&ring->shared->want_wake, 0);
    return false;
}

#endif
