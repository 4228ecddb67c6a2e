/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What happens when the client does not come. First it stays away for a while, with a ring that is large enough; then so
 * long that the ring is full.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "host/kernel.h"

#define SIZE 1420u
#define AWAY 10000000u /* nanoseconds */
/* 10 Gbit/s: as much as comes meanwhile is what a 16 MiB ring must hold (12.5 MB). */
#define BYTES_PER_NANOSECOND 1.25

/* A fixed number of packets, at a steady rate; what finds no room is lost, as on Windows. */
struct flood {
    struct volley *volley;
    uint64_t packets, lost;
};

static void flood_main(void *context) {
    struct flood *flood = context;
    uint64_t start = now();
    for (uint64_t sent = 0; sent < flood->packets; sent += BUNDLE_MAX) {
        while ((double)(now() - start) * BYTES_PER_NANOSECOND < (double)(sent * SIZE)) __builtin_ia32_pause();
        flood->lost += BUNDLE_MAX - volley_send(flood->volley, BUNDLE_MAX);
    }
}

static uint64_t drain(struct tunnel *tunnel) {
    WARREN_PACKET batch[BUNDLE_MAX];
    uint64_t taken = 0;
    for (DWORD count; (count = api.receive(tunnel->session, batch, BUNDLE_MAX)); taken += count)
        api.release(tunnel->session, batch, count);
    return taken;
}

/* In the middle of it the client stays away. */
static void away(struct tunnel *tunnel) {
    struct flood flood = {.volley = volley_make(tunnel->wire, SIZE, BUNDLE_MAX),
                          .packets = (uint64_t)(4 * AWAY * BYTES_PER_NANOSECOND / SIZE) / BUNDLE_MAX * BUNDLE_MAX};
    HANDLE event = api.read_event(tunnel->session);
    WARREN_STATISTICS before = tunnel_statistics(tunnel);
    uint64_t taken = 0;
    bool was_away = false;
    PETHREAD thread = ps_thread_create(NULL, flood_main, &flood, "flood");
    while (taken + __atomic_load_n(&flood.lost, __ATOMIC_RELAXED) < flood.packets) {
        if (!was_away && taken > flood.packets / 4) {
            uint64_t until = now() + AWAY;
            while (now() < until) SwitchToThread();
            was_away = true;
        }
        uint64_t count = drain(tunnel);
        taken += count;
        if (!count) WaitForSingleObject(event, 10);
    }
    ps_thread_join(thread);
    WARREN_STATISTICS after = tunnel_statistics(tunnel);
    printf("away,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", flood.packets, taken, flood.lost,
           (uint64_t)(after.ToClientDroppedFull - before.ToClientDroppedFull));
    volley_free(flood.volley);
}

/* Nobody takes anything until the ring has refused; then one bundle of room is made, and one bundle sent. */
static void full(struct tunnel *tunnel) {
    struct volley *volley = volley_make(tunnel->wire, SIZE, BUNDLE_MAX);
    WARREN_STATISTICS before = tunnel_statistics(tunnel);
    WARREN_PACKET batch[BUNDLE_MAX];
    uint64_t sent = 0, good = 0;
    uint32_t last = BUNDLE_MAX;
    while (volley && last) {
        last = volley_send(volley, BUNDLE_MAX);
        sent += BUNDLE_MAX;
        good += last;
    }
    DWORD room = api.receive(tunnel->session, batch, BUNDLE_MAX);
    api.release(tunnel->session, batch, room);
    uint32_t again = volley_send(volley, BUNDLE_MAX);
    WARREN_STATISTICS after = tunnel_statistics(tunnel);
    uint64_t taken = room + drain(tunnel);
    printf("full,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%u,%u\n", sent + BUNDLE_MAX, good + again, taken,
           (uint64_t)(after.ToClientDroppedFull - before.ToClientDroppedFull), room, again);
    volley_free(volley);
}

void overload(void) {
    struct tunnel tunnel = tunnel_open(0, CAPACITY);
    for (unsigned round = 0; round < options.rounds; round++) away(&tunnel);
    full(&tunnel);
    tunnel_close(&tunnel);
}
