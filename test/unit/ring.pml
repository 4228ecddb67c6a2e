/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The wake-up protocol of core/ring.h for spin, on a machine that delays stores (TSO, as x64): each side has a store
 * buffer of one entry that drains whenever it likes; a full fence waits until it has.
 *
 * producer: ring_publish_to        consumer: ring_take, ring_arm_wake, wait for the event
 *
 * The consumer must get every item: a lost wake-up is a state in which it sleeps for ever, an invalid end state.
 * NO_PRODUCER_FENCE and NO_CONSUMER_FENCE leave the fence (W) of either side out, and must fail. The want_room protocol
 * (R) is the same with head for tail and the roles exchanged.
 */
#define ITEMS 3

byte tail = 0;      /* shared memory */
byte want_wake = 1; /* as the driver starts it */
bool event = false; /* auto-reset */

bool producer_pending = false; /* store buffers */
byte producer_value;
bool consumer_pending = false;
byte consumer_value;

#define STORE(side, value) atomic { !side##_pending -> side##_value = value; side##_pending = true }
#define FENCE(side) (!side##_pending)

active proctype memory()
{
end:
    do
    :: atomic { producer_pending -> tail = producer_value; producer_pending = false }
    :: atomic { consumer_pending -> want_wake = consumer_value; consumer_pending = false }
    od
}

active proctype producer()
{
    byte item = 0;
    byte wanted;

    do
    :: item < ITEMS ->
        item++;
        STORE(producer, item);
#ifndef NO_PRODUCER_FENCE
        FENCE(producer);
#endif
        wanted = want_wake;
        if
        :: wanted ->
            /* a locked exchange drains the store buffer, too */
            atomic { FENCE(producer) -> wanted = want_wake; want_wake = 0 }
            if
            :: wanted -> event = true
            :: else
            fi
        :: else
        fi
    :: else -> break
    od
}

active proctype consumer()
{
    byte taken = 0;
    byte seen;

    do
    :: taken == ITEMS -> break
    :: else ->
        seen = tail;
        if
        :: seen != taken -> taken = seen
        :: else ->
            STORE(consumer, 1);
#ifndef NO_CONSUMER_FENCE
            FENCE(consumer);
#endif
            seen = tail;
            if
            :: seen == taken -> atomic { event -> event = false }
            :: else -> STORE(consumer, 0)
            fi
        fi
    od
}
