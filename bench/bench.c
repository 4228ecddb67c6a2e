/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Measures, in turns. Prints lines of comma-separated values, the first of which is their kind; bench/report.py makes
 * tables and a plot of them.
 */
#include "bench/bench.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct options options = {.rounds = 7, .milliseconds = 60};

static uint64_t clock_of(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t now(void) { return clock_of(CLOCK_MONOTONIC); }
uint64_t cpu(void) { return clock_of(CLOCK_PROCESS_CPUTIME_ID); }

void packet_make(uint8_t *packet, uint32_t size) {
    uint32_t sum = 0;
    memset(packet, 0x5a, size);
    memset(packet, 0, 20);
    packet[0] = 0x45;
    packet[2] = (uint8_t)(size >> 8);
    packet[3] = (uint8_t)size;
    packet[8] = 64;
    packet[9] = 253; /* for experiments (RFC 3692) */
    memcpy(packet + 12, (uint8_t[]){10, 77, 0, 2, 10, 78, 0, 2}, 8);
    for (unsigned at = 0; at < 20; at += 2) sum += (uint32_t)packet[at] << 8 | packet[at + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
    packet[10] = (uint8_t)(sum >> 8);
    packet[11] = (uint8_t)sum;
}

uint64_t mover_calibrate(const struct mover *mover, uint64_t nanoseconds) {
    uint64_t packets = 2000;
    for (;;) {
        struct result result = mover->run(packets);
        if (result.nanoseconds > nanoseconds / 4 || packets > 1u << 30)
            return 1 + packets * nanoseconds / (result.nanoseconds ? result.nanoseconds : 1);
        packets *= 3;
    }
}

/* --- the two paths, beside what they are measured against --------------------------------------------------------- */

static const struct mover *const movers[] = {&mover_copy,        &mover_handover,  &mover_tun,
                                             &mover_tun_offload, &mover_to_client, &mover_to_stack};
#define MOVERS (sizeof movers / sizeof *movers)
#define FIRST_OWN 4u

static bool told[MOVERS]; /* that one is missing */

static void print(const struct mover *mover, uint32_t size, uint32_t bundle, unsigned round, struct result result) {
    printf("path,%s,%u,%u,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", mover->name, size, bundle, round,
           result.packets, result.lost, result.nanoseconds, result.cpu);
    fflush(stdout);
}

/* One of them at a time is set up: they share names of devices. */
static void measure(uint32_t size, uint32_t bundle) {
    uint64_t packets[MOVERS] = {0};
    for (unsigned round = 0; round < options.rounds; round++) {
        for (unsigned at = 0; at < MOVERS; at++) {
            const char *why = NULL;
            if (told[at] || (options.mover && strcmp(options.mover, movers[at]->name) != 0)) continue;
            if (movers[at]->begin(size, bundle, &why)) {
                if (!packets[at])
                    packets[at] = mover_calibrate(movers[at], options.milliseconds * 1000000ull);
                else
                    movers[at]->run(packets[at] / 8 + 1); /* to warm up */
                print(movers[at], size, bundle, round, movers[at]->run(packets[at]));
            } else {
                fprintf(stderr, "bench: without %s: %s\n", movers[at]->name, why);
                told[at] = true;
            }
            movers[at]->end();
        }
    }
}

/* What the driver calls of the kernel, by name, and per packet. */
static void count_calls(uint32_t size, uint32_t bundle) {
    for (unsigned at = FIRST_OWN; at < MOVERS; at++) {
        const char *why;
        if (!movers[at]->begin(size, bundle, &why)) continue;
        movers[at]->run(64 * 500);
        for (unsigned call = 0; call < EXPORT_COUNT; call++) host_exports[call].driver_calls = 0;
        host_watch.count = true;
        struct result result = movers[at]->run(64 * 5000);
        host_watch.count = false;
        for (unsigned call = 0; call < EXPORT_COUNT; call++)
            if (host_exports[call].driver_calls)
                printf("calls,%s,%u,%u,%" PRIu64 ",%s,%" PRIu64 "\n", movers[at]->name, size, bundle, result.packets,
                       host_exports[call].name, host_exports[call].driver_calls);
        movers[at]->end();
    }
}

/* With the rules on: the same runs break none, or the host ends this program. */
static void obey(uint32_t size, uint32_t bundle) {
    for (unsigned at = FIRST_OWN; at < MOVERS; at++) {
        const char *why;
        if (movers[at]->begin(size, bundle, &why)) movers[at]->run(64 * 100);
        movers[at]->end();
    }
    printf("rules,%u,%u,good\n", size, bundle);
}

static void each_shape(void (*what)(uint32_t size, uint32_t bundle)) {
    static const uint32_t sizes[] = {64, 512, 1420, 9000, 65535}, bundles[] = {1, 8, 64};
    struct tunnel tunnel = tunnel_open(0, CAPACITY);
    paths_use(&tunnel);
    for (unsigned s = 0; s < 5; s++)
        for (unsigned b = 0; b < 3; b++)
            if ((!options.size || options.size == sizes[s]) && (!options.bundle || options.bundle == bundles[b]))
                what(sizes[s], bundles[b]);
    paths_use(NULL);
    tunnel_close(&tunnel);
}

static void paths(void) { each_shape(measure); }

static void calls(void) { each_shape(count_calls); }

static void rules(void) { each_shape(obey); }

static void scale(void) {
    struct tunnel tunnel = tunnel_open(0, CAPACITY);
    paths_use(&tunnel);
    scaling();
    tunnel_close(&tunnel);
}

/* --- what to do --------------------------------------------------------------------------------------------------- */

static const struct part {
    const char *name;
    void (*run)(void);
    bool verify;
} parts[] = {{"rules", rules, true},
             {"costs", costs, false},
             {"paths", paths, false},
             {"calls", calls, false},
             {"latency", latency, false},
             {"overload", overload, false},
             {"scaling", scale, false},
             {"rules", rules, true}, /* before and after */
             {"instructions", instructions, false}};
#define PARTS (sizeof parts / sizeof *parts)
#define PARTS_ALL (PARTS - 1) /* the last is for instructions.sh only */

static void usage(void) {
    fprintf(stderr, "usage: bench --driver FILE --library FILE --null FILE [--rounds N] [--milliseconds N] [--size N]\n"
                    "             [--bundle N] [--mover NAME] [PART...]\nparts:");
    for (unsigned at = 0; at < PARTS; at++) fprintf(stderr, " %s", parts[at].name);
    fprintf(stderr, " (all)\n");
    exit(2);
}

static void options_from(int argc, char **argv) {
    enum { DRIVER = 256, LIBRARY, NOTHING, ROUNDS, MILLISECONDS, SIZE, BUNDLE, MOVER };
    static const struct option known[] = {{"driver", required_argument, NULL, DRIVER},
                                          {"library", required_argument, NULL, LIBRARY},
                                          {"null", required_argument, NULL, NOTHING},
                                          {"rounds", required_argument, NULL, ROUNDS},
                                          {"milliseconds", required_argument, NULL, MILLISECONDS},
                                          {"size", required_argument, NULL, SIZE},
                                          {"bundle", required_argument, NULL, BUNDLE},
                                          {"mover", required_argument, NULL, MOVER},
                                          {0}};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        unsigned number = optarg ? (unsigned)strtoul(optarg, NULL, 10) : 0;
        switch (c) {
        case DRIVER: options.driver = optarg; break;
        case LIBRARY: options.library = optarg; break;
        case NOTHING: options.null_driver = optarg; break;
        case ROUNDS: options.rounds = number; break;
        case MILLISECONDS: options.milliseconds = number; break;
        case SIZE: options.size = number; break;
        case BUNDLE: options.bundle = number; break;
        case MOVER: options.mover = optarg; break;
        default: usage();
        }
    }
    if (!options.driver || !options.library || !options.null_driver || !options.rounds || !options.milliseconds)
        usage();
}

static const struct part *part_find(const char *name) {
    for (unsigned at = 0; at < PARTS; at++)
        if (!strcmp(parts[at].name, name)) return &parts[at];
    fprintf(stderr, "bench: there is no part %s\n", name);
    usage();
    return NULL;
}

static void part_run(const struct part *part) {
    fprintf(stderr, "%s\n", part->name);
    world_start(part->verify);
    part->run();
    world_stop();
    fflush(stdout);
}

int main(int argc, char **argv) {
    options_from(argc, argv);
    for (int at = optind; at < argc; at++) part_find(argv[at]);
    for (int at = optind; at < argc; at++) part_run(part_find(argv[at]));
    for (unsigned at = 0; optind == argc && at < PARTS_ALL; at++) part_run(&parts[at]);
    return 0;
}
