/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * How long a wake-up takes: packets go to and fro between the client and the driver's thread, two wake-ups a turn, beside
 * two threads that do the same with two eventfds. And what idleness and a little traffic cost.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "host/kernel.h"

#define TURNS 20000u
#define QUIET_TURNS 2000u
#define QUIET 300000 /* nanoseconds before each turn, so that the other side is asleep for certain */
#define SIZE 100u

static uint64_t times[TURNS];

static int compare(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void pause_for(long nanoseconds) { nanosleep(&(struct timespec){.tv_nsec = nanoseconds}, NULL); }

static void print(const char *who, const char *when, unsigned turns) {
    qsort(times, turns, sizeof *times, compare);
    printf("latency,%s,%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", who, when, times[turns / 2], times[turns * 99 / 100],
           times[(uint64_t)turns * 999 / 1000]);
    fflush(stdout);
}

/* --- Warren ------------------------------------------------------------------------------------------------------- */

/* On the driver's thread, as TCP/IP answers. */
static void answer(struct wire *wire, uint32_t count) {
    while (count--) volley_send(wire->context, 1);
}

static void turn_warren(WINTUN_SESSION_HANDLE session, HANDLE event) {
    DWORD length;
    BYTE *packet = api.allocate_one(session, SIZE);
    packet_make(packet, SIZE);
    api.send_one(session, packet);
    while (!(packet = api.receive_one(session, &length))) WaitForSingleObject(event, INFINITE);
    api.release_one(session, packet);
}

static void warren(struct tunnel *tunnel, const char *when, unsigned turns, long quiet) {
    HANDLE event = api.read_event(tunnel->session);
    for (unsigned at = 0; at < turns; at++) {
        if (quiet) pause_for(quiet);
        uint64_t start = now();
        turn_warren(tunnel->session, event);
        times[at] = now() - start;
    }
    print("warren", when, turns);
}

/* --- eventfd ------------------------------------------------------------------------------------------------------ */

static int there, back;

static void *answer_eventfd(void *context) {
    uint64_t value;
    for (unsigned left = *(unsigned *)context; left--;) {
        if (read(there, &value, 8) != 8) break;
        value = 1;
        if (write(back, &value, 8) != 8) break;
    }
    return NULL;
}

static void event(const char *when, unsigned turns, long quiet) {
    pthread_t thread;
    there = eventfd(0, EFD_CLOEXEC);
    back = eventfd(0, EFD_CLOEXEC);
    pthread_create(&thread, NULL, answer_eventfd, &turns);
    for (unsigned at = 0; at < turns; at++) {
        if (quiet) pause_for(quiet);
        uint64_t start = now(), value = 1;
        if (write(there, &value, 8) != 8 || read(back, &value, 8) != 8) break;
        times[at] = now() - start;
    }
    pthread_join(thread, NULL);
    close(there);
    close(back);
    print("eventfd", when, turns);
}

/* --- with something else to do ------------------------------------------------------------------------------------ */

static bool busy; /* atomic */

static void *load(void *context) {
    (void)context;
    while (__atomic_load_n(&busy, __ATOMIC_RELAXED)) {
        volatile unsigned work = 0;
        for (unsigned at = 0; at < 1000; at++) work += at;
    }
    return NULL;
}

static void both(struct tunnel *tunnel, const char *when, unsigned turns, long quiet) {
    event(when, turns, quiet);
    warren(tunnel, when, turns, quiet);
}

/* --- idle, and nearly -------------------------------------------------------------------------------------------- */

static bool waiting; /* atomic */

static void wait_main(void *context) {
    struct tunnel *tunnel = context;
    HANDLE event = api.read_event(tunnel->session);
    DWORD length;
    while (__atomic_load_n(&waiting, __ATOMIC_RELAXED)) {
        BYTE *packet = api.receive_one(tunnel->session, &length);
        if (packet)
            api.release_one(tunnel->session, packet);
        else
            WaitForSingleObject(event, INFINITE);
    }
}

/* For a second: the processor time that it took, and how often either side was woken. */
static void rest(struct tunnel *tunnel, unsigned packets) {
    struct volley *volley = volley_make(tunnel->wire, SIZE, 1);
    WARREN_STATISTICS before, after;
    __atomic_store_n(&waiting, true, __ATOMIC_RELAXED);
    PETHREAD thread = ps_thread_create(ps_current_process(), wait_main, tunnel, "client");
    pause_for(50000000);
    before = tunnel_statistics(tunnel);
    uint64_t start_cpu = cpu();
    for (unsigned at = 0; volley && at < packets; at++) {
        pause_for(1000000000 / packets);
        volley_send(volley, 1);
    }
    if (!packets) sleep(1);
    uint64_t spent = cpu() - start_cpu;
    after = tunnel_statistics(tunnel);
    printf("idle,warren,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", packets, spent,
           (uint64_t)(after.ClientWakeUps - before.ClientWakeUps),
           (uint64_t)(after.DriverSleeps - before.DriverSleeps));
    __atomic_store_n(&waiting, false, __ATOMIC_RELAXED);
    if (volley) volley_send(volley, 1);
    ps_thread_join(thread);
    volley_free(volley);
}

/* The same with an eventfd and without Warren. */
static void *wait_eventfd(void *context) {
    uint64_t value;
    (void)context;
    while (__atomic_load_n(&waiting, __ATOMIC_RELAXED))
        if (read(there, &value, 8) != 8) break;
    return NULL;
}

static void rest_eventfd(unsigned packets) {
    pthread_t thread;
    uint64_t value = 1;
    there = eventfd(0, EFD_CLOEXEC);
    __atomic_store_n(&waiting, true, __ATOMIC_RELAXED);
    pthread_create(&thread, NULL, wait_eventfd, NULL);
    uint64_t start_cpu = cpu();
    for (unsigned at = 0; at < packets; at++) {
        pause_for(1000000000 / packets);
        if (write(there, &value, 8) != 8) break;
    }
    printf("idle,eventfd,%u,%" PRIu64 ",%u,0\n", packets, cpu() - start_cpu, packets);
    __atomic_store_n(&waiting, false, __ATOMIC_RELAXED);
    if (write(there, &value, 8) == 8) pthread_join(thread, NULL);
    close(there);
}

void latency(void) {
    struct tunnel tunnel = tunnel_open(0, CAPACITY);
    struct volley *volley = volley_make(tunnel.wire, SIZE, 1);
    pthread_t thread;
    if (!volley) exit(1);
    tunnel.wire->context = volley;
    tunnel.wire->heard = answer;
    for (unsigned round = 0; round < options.rounds; round++) {
        both(&tunnel, "to and fro", TURNS, 0);
        both(&tunnel, "after quiet", QUIET_TURNS, QUIET);
        __atomic_store_n(&busy, true, __ATOMIC_RELAXED);
        pthread_create(&thread, NULL, load, NULL);
        both(&tunnel, "to and fro with load", TURNS / 4, 0);
        __atomic_store_n(&busy, false, __ATOMIC_RELAXED);
        pthread_join(thread, NULL);
    }
    rest_eventfd(1000);
    rest(&tunnel, 0);
    rest(&tunnel, 1000);
    api.end_session(tunnel.session); /* after that nobody answers any more */
    volley_free(volley);
    api.close_adapter(tunnel.adapter);
}
