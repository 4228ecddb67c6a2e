/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The two paths of the shipped driver and library.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "host/kernel.h"

static struct tunnel *tunnels;
static unsigned tunnel_count = 1, sender_count = 1;
static uint32_t size, bundle;

void paths_use(struct tunnel *tunnel) { tunnels = tunnel; }

/* --- to the client ------------------------------------------------------------------------------------------------ */

#define SENDERS_MAX 4u
static struct volley *volleys[SENDERS_MAX];

struct sender {
    struct volley *volley;
    uint64_t packets; /* that are to arrive */
    uint64_t refused;
    PETHREAD thread;
};

/* The stack's thread. What finds no room is sent again, a little later. */
static void send_main(void *context) {
    struct sender *sender = context;
    for (uint64_t sent = 0; sent < sender->packets;) {
        uint32_t count = (uint32_t)(sender->packets - sent < bundle ? sender->packets - sent : bundle);
        uint32_t good = volley_send(sender->volley, count);
        sent += good;
        sender->refused += count - good;
        for (unsigned at = 0; good < count && at < 100; at++) __builtin_ia32_pause();
    }
}

static bool to_client_begin(uint32_t wanted_size, uint32_t wanted_bundle, const char **why) {
    size = wanted_size;
    bundle = wanted_bundle;
    *why = "no memory";
    for (unsigned at = 0; at < sender_count; at++)
        if (!(volleys[at] = volley_make(tunnels->wire, size, bundle))) return false;
    return true;
}

static void to_client_end(void) {
    for (unsigned at = 0; at < sender_count; at++) volley_free(volleys[at]);
    memset(volleys, 0, sizeof volleys);
}

/* As a program does that has nothing else to do: what there is, then sleep. */
static uint64_t take(struct tunnel *tunnel, uint64_t packets) {
    WARREN_PACKET batch[BUNDLE_MAX];
    HANDLE event = api.read_event(tunnel->session);
    uint64_t taken = 0;
    while (taken < packets) {
        DWORD count = 1;
        if (bundle > 1)
            count = api.receive(tunnel->session, batch, bundle);
        else if (!(batch[0].Data = api.receive_one(tunnel->session, &batch[0].Length)))
            count = 0;
        if (!count) {
            WaitForSingleObject(event, INFINITE);
            continue;
        }
        if (bundle > 1)
            api.release(tunnel->session, batch, count);
        else
            api.release_one(tunnel->session, batch[0].Data);
        taken += count;
    }
    return taken;
}

static struct result to_client_run(uint64_t packets) {
    struct sender senders[SENDERS_MAX] = {{0}};
    struct result result = {0};
    uint64_t start = now(), start_cpu = cpu();
    for (unsigned at = 0; at < sender_count; at++) {
        uint64_t share = packets / sender_count + (at == 0 ? packets % sender_count : 0);
        senders[at] = (struct sender){.volley = volleys[at], .packets = share};
        senders[at].thread = ps_thread_create(NULL, send_main, &senders[at], "sender");
    }
    result.packets = take(tunnels, packets);
    result.nanoseconds = now() - start;
    for (unsigned at = 0; at < sender_count; at++) {
        ps_thread_join(senders[at].thread);
        result.lost += senders[at].refused;
    }
    result.cpu = cpu() - start_cpu;
    return result;
}

const struct mover mover_to_client = {"to-client", to_client_begin, to_client_run, to_client_end};

/* --- to the stack ------------------------------------------------------------------------------------------------- */

static uint8_t model[65536];

static bool to_stack_begin(uint32_t wanted_size, uint32_t wanted_bundle, const char **why) {
    (void)why;
    size = wanted_size;
    bundle = wanted_bundle;
    packet_make(model, size);
    return true;
}

struct writer {
    struct tunnel *tunnel;
    uint64_t packets, full;
    PETHREAD thread;
};

static void write_main(void *context) {
    struct writer *writer = context;
    WARREN_PACKET batch[BUNDLE_MAX];
    WINTUN_SESSION_HANDLE session = writer->tunnel->session;
    HANDLE room = api.write_event(session);
    for (uint64_t sent = 0; sent < writer->packets;) {
        DWORD given, wanted = (DWORD)(writer->packets - sent < bundle ? writer->packets - sent : bundle);
        for (DWORD at = 0; at < wanted; at++) batch[at].Length = size;
        if (bundle > 1)
            given = api.allocate(session, batch, wanted);
        else
            given = (batch[0].Data = api.allocate_one(session, size)) != NULL;
        if (!given) {
            writer->full++;
            WaitForSingleObject(room, INFINITE);
            continue;
        }
        /* The program's own writing of the packet belongs to it; of the whole packet, as programs do. */
        for (DWORD at = 0; at < given; at++) memcpy(batch[at].Data, model, size);
        if (bundle > 1)
            api.send(session, batch, given);
        else
            api.send_one(session, batch[0].Data);
        sent += given;
    }
}

static struct result to_stack_run(uint64_t packets) {
    struct writer writers[64] = {{.tunnel = tunnels}};
    struct result result = {.packets = packets};
    uint64_t before[64] = {0}, start = now(), start_cpu = cpu();
    for (unsigned at = 0; at < tunnel_count; at++) {
        uint64_t share = packets / tunnel_count + (at == 0 ? packets % tunnel_count : 0);
        before[at] = __atomic_load_n(&tunnels[at].wire->received, __ATOMIC_RELAXED);
        writers[at] = (struct writer){.tunnel = &tunnels[at], .packets = share};
        if (at) writers[at].thread = ps_thread_create(ps_current_process(), write_main, &writers[at], "writer");
    }
    write_main(&writers[0]);
    for (unsigned at = 0; at < tunnel_count; at++) {
        if (at) ps_thread_join(writers[at].thread);
        while (__atomic_load_n(&tunnels[at].wire->received, __ATOMIC_ACQUIRE) - before[at] < writers[at].packets)
            SwitchToThread();
        result.lost += writers[at].full;
    }
    result.nanoseconds = now() - start;
    result.cpu = cpu() - start_cpu;
    return result;
}

static void to_stack_end(void) {}

const struct mover mover_to_stack = {"to-stack", to_stack_begin, to_stack_run, to_stack_end};

/* --- scaling ------------------------------------------------------------------------------------------------------ */

static void print(const char *what, unsigned value, unsigned round, struct result result) {
    printf("scaling,%s,%u,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", what, value, round, result.packets,
           result.lost, result.nanoseconds, result.cpu);
    fflush(stdout);
}

/* In turns with the first value, which the others are compared with. */
static void vary(const char *what, const struct mover *mover, const unsigned *values, unsigned count,
                 void (*set)(unsigned value)) {
    uint64_t packets = 0;
    for (unsigned round = 0; round < options.rounds; round++) {
        for (unsigned at = 0; at < count; at++) {
            const char *why;
            set(values[at]);
            if (!mover->begin(1420, 64, &why)) return;
            if (!packets) packets = mover_calibrate(mover, options.milliseconds * 1000000ull);
            mover->run(packets); /* to warm up: a new session's memory is new */
            print(what, values[at], round, mover->run(packets));
            mover->end();
        }
    }
}

static void set_senders(unsigned value) { sender_count = value; }

static void set_capacity(unsigned value) { tunnel_capacity(tunnels, value); }

static void set_adapters(unsigned value) { tunnel_count = value; }

/* Of adapters that are written to at once, for a fixed time: what the one with the least got of what the one with the most
 * got. */
static void fairness(unsigned count) {
    struct writer writers[64] = {{0}};
    uint64_t before[64] = {0}, least = UINT64_MAX, most = 0;
    uint64_t share = 40000;
    for (unsigned at = 0; at < count; at++) {
        before[at] = __atomic_load_n(&tunnels[at].wire->received, __ATOMIC_RELAXED);
        writers[at] = (struct writer){.tunnel = &tunnels[at], .packets = share};
        writers[at].thread = ps_thread_create(ps_current_process(), write_main, &writers[at], "writer");
    }
    /* When the first is done, how far are the others? */
    for (bool done = false; !done;) {
        SwitchToThread();
        for (unsigned at = 0; at < count; at++)
            done |= __atomic_load_n(&tunnels[at].wire->received, __ATOMIC_ACQUIRE) - before[at] >= share;
    }
    for (unsigned at = 0; at < count; at++) {
        uint64_t got = __atomic_load_n(&tunnels[at].wire->received, __ATOMIC_ACQUIRE) - before[at];
        least = got < least ? got : least;
        most = got > most ? got : most;
    }
    for (unsigned at = 0; at < count; at++) {
        ps_thread_join(writers[at].thread);
        while (__atomic_load_n(&tunnels[at].wire->received, __ATOMIC_ACQUIRE) - before[at] < share) SwitchToThread();
    }
    printf("fairness,%u,%" PRIu64 ",%" PRIu64 "\n", count, least, most);
}

void scaling(void) {
    static const unsigned senders[] = {1, 2, 4}, adapters[] = {1, 8, 64},
                          capacities[] = {CAPACITY, 0x20000, 0x80000, 0x200000, 0x4000000};
    static struct tunnel many[64];
    struct tunnel *one = tunnels;
    vary("senders", &mover_to_client, senders, 3, set_senders);
    sender_count = 1;
    vary("capacity-to-client", &mover_to_client, capacities, 5, set_capacity);
    vary("capacity-to-stack", &mover_to_stack, capacities, 5, set_capacity);
    tunnel_capacity(one, CAPACITY);
    for (unsigned at = 0; at < 64; at++) many[at] = tunnel_open(at + 1, 0x400000);
    tunnels = many;
    bundle = 64;
    vary("adapters", &mover_to_stack, adapters, 3, set_adapters);
    for (unsigned round = 0; round < options.rounds; round++) {
        fairness(2);
        fairness(8);
    }
    tunnel_count = 1;
    for (unsigned at = 0; at < 64; at++) tunnel_close(&many[at]);
    tunnels = one;
}
