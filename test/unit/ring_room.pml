/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The other half of core/ring.h's wake-up protocol for spin, on the same machine as ring.pml: a producer that waits for
 * room, and a consumer that looks for such a one only when at most half of the ring is still to be freed, as far as it
 * knows.
 *
 * producer: ring_reserve, ring_arm_room, wait for the event, ring_publish_to
 * consumer: ring_take, ring_free_to; it is woken for what is published, which ring.pml has shown
 *
 * A producer that nobody tells sleeps for ever, with a consumer that waits for more: an invalid end state. With
 * NEVER_LOOKS the consumer keeps the half to itself even when it knows of nothing more to free; NO_PRODUCER_FENCE and
 * NO_CONSUMER_FENCE leave the fence (R) of either side out. All of them must fail.
 */
#define ITEMS 6
#define ROOM 4

byte tail = 0, head = 0; /* shared memory */
byte want_room = 0;
bool event = false; /* auto-reset */

bool producer_pending = false; /* store buffers: want_room of the producer, head of the consumer */
byte producer_value;
bool consumer_pending = false;
byte consumer_value;

#define STORE(side, value) atomic { !side##_pending -> side##_value = value; side##_pending = true }
#define FENCE(side) (!side##_pending)

active proctype memory()
{
end:
    do
    :: atomic { producer_pending -> want_room = producer_value; producer_pending = false }
    :: atomic { consumer_pending -> head = consumer_value; consumer_pending = false }
    od
}

active proctype producer()
{
    byte made = 0;
    byte seen = 0;

    do
    :: made == ITEMS -> break
    :: made < ITEMS && made - seen < ROOM ->
        made++;
        tail = made
    :: made < ITEMS && made - seen == ROOM ->
        seen = head;
        if
        :: made - seen < ROOM
        :: else ->
            STORE(producer, 1);
#ifndef NO_PRODUCER_FENCE
            FENCE(producer);
#endif
            seen = head;
            if
            :: made - seen == ROOM -> atomic { event -> event = false }
            :: else -> STORE(producer, 0)
            fi
        fi
    od
}

active proctype consumer()
{
    byte freed = 0;
    byte known = 0;
    byte wanted;

    do
    :: freed == ITEMS -> break
    :: freed < ITEMS && freed == known ->
        (tail != known);
        known = tail
    :: freed < known ->
        if /* one by one, or all at once */
        :: freed++
        :: freed = known
        fi;
        STORE(consumer, freed);
        if
#ifdef NEVER_LOOKS
        :: known - freed <= ROOM / 2 && known - freed > 0 ->
#else
        :: known - freed <= ROOM / 2 ->
#endif
#ifndef NO_CONSUMER_FENCE
            FENCE(consumer);
#endif
            wanted = want_room;
            if
            :: wanted ->
                atomic { FENCE(consumer) -> wanted = want_room; want_room = 0 }
                if
                :: wanted -> event = true
                :: else
                fi
            :: else
            fi
        :: else
        fi
    od
}
