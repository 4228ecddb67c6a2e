/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Measures, in turns. Prints one line of comma-separated values for each run; bench/report.py makes table and plot of them.
 *
 *   bench --driver FILE --library FILE [--rounds N] [--milliseconds N] [--size N] [--bundle N]
 */
#include "bench/bench.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static const struct mover *const movers[] = {&mover_memcpy, &mover_tun, &mover_to_client, &mover_to_stack};
#define MOVERS (sizeof movers / sizeof *movers)

static struct {
    const char *driver, *library;
    unsigned rounds, milliseconds, size, bundle;
} options = {.rounds = 7, .milliseconds = 60};

static bool told[MOVERS]; /* that one is missing */

/* So many packets as take about the time that a run shall have. */
static uint64_t calibrate(const struct mover *mover) {
    uint64_t packets = 2000;
    for (;;) {
        struct result result = mover->run(packets);
        uint64_t wanted = options.milliseconds * 1000000ull;
        if (result.nanoseconds > wanted / 4 || packets > 1u << 30)
            return 1 + packets * wanted / (result.nanoseconds ? result.nanoseconds : 1);
        packets *= 3;
    }
}

static void print(const struct mover *mover, uint32_t size, uint32_t bundle, unsigned round, struct result result) {
    printf("%s,%u,%u,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", mover->name, size, bundle, round,
           result.packets, result.lost, result.nanoseconds, result.cpu);
    fflush(stdout);
}

static void measure(uint32_t size, uint32_t bundle) {
    bool have[MOVERS];
    uint64_t packets[MOVERS];
    for (unsigned at = 0; at < MOVERS; at++) {
        const char *why = NULL;
        have[at] = movers[at]->begin(size, bundle, &why);
        if (!have[at] && !told[at]) fprintf(stderr, "bench: without %s: %s\n", movers[at]->name, why);
        told[at] |= !have[at];
        if (have[at]) packets[at] = calibrate(movers[at]);
    }
    for (unsigned round = 0; round < options.rounds; round++)
        for (unsigned at = 0; at < MOVERS; at++)
            if (have[at]) print(movers[at], size, bundle, round, movers[at]->run(packets[at]));
    for (unsigned at = 0; at < MOVERS; at++) movers[at]->end();
}

/* With the rules on, which counts calls, and shows that the runs break none. */
static bool count_calls(uint32_t size, uint32_t bundle) {
    const struct mover *const own[] = {&mover_to_client, &mover_to_stack};
    for (unsigned at = 0; at < 2; at++) {
        const char *why;
        if (!own[at]->begin(size, bundle, &why)) return false;
        own[at]->run(bundle);
        uint64_t before = warren_kernel_calls();
        struct result result = own[at]->run(64 * 500);
        printf("calls,%s,%u,%u,%" PRIu64 ",%" PRIu64 "\n", own[at]->name, size, bundle, result.packets,
               warren_kernel_calls() - before);
        own[at]->end();
    }
    return true;
}

static void options_from(int argc, char **argv) {
    enum { DRIVER = 256, LIBRARY, ROUNDS, MILLISECONDS, SIZE, BUNDLE };
    static const struct option known[] = {{"driver", required_argument, NULL, DRIVER},
                                          {"library", required_argument, NULL, LIBRARY},
                                          {"rounds", required_argument, NULL, ROUNDS},
                                          {"milliseconds", required_argument, NULL, MILLISECONDS},
                                          {"size", required_argument, NULL, SIZE},
                                          {"bundle", required_argument, NULL, BUNDLE},
                                          {0}};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        unsigned number = optarg ? (unsigned)strtoul(optarg, NULL, 10) : 0;
        switch (c) {
        case DRIVER: options.driver = optarg; break;
        case LIBRARY: options.library = optarg; break;
        case ROUNDS: options.rounds = number; break;
        case MILLISECONDS: options.milliseconds = number; break;
        case SIZE: options.size = number; break;
        case BUNDLE: options.bundle = number; break;
        default: exit(2);
        }
    }
    if (!options.driver || !options.library || !options.rounds || !options.milliseconds || optind != argc) {
        fprintf(stderr, "usage: bench --driver FILE --library FILE [--rounds N] [--milliseconds N] [--size N] "
                        "[--bundle N]\n");
        exit(2);
    }
}

int main(int argc, char **argv) {
    static const uint32_t sizes[] = {64, 512, 1420, 9000, 65535}, bundles[] = {1, 8, 64};
    options_from(argc, argv);
    for (unsigned verify = 0; verify < 2; verify++) {
        if (!warren_start(options.driver, options.library, verify)) {
            fprintf(stderr, "bench: the host does not start\n");
            return 1;
        }
        if (!verify) printf("mover,size,bundle,round,packets,lost,nanoseconds,cpu\n");
        for (unsigned s = 0; s < 5; s++)
            for (unsigned b = 0; b < 3; b++) {
                if ((options.size && options.size != sizes[s]) || (options.bundle && options.bundle != bundles[b]))
                    continue;
                if (verify)
                    count_calls(sizes[s], bundles[b]);
                else
                    measure(sizes[s], bundles[b]);
            }
        warren_stop();
    }
    return 0;
}
