/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What Warren is measured against: one copy of the same bytes, which any way through memory needs, and Linux's own TUN
 * device, a packet per system call.
 */
#include "bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static uint32_t size;

/* --- one copy ----------------------------------------------------------------------------------------------------- */

/* From packets that are somewhere to the next place of a large ring, as the driver's copy goes. */
#define RING (8u << 20)
#define SOURCES 256u

static uint8_t *ring, *sources;
static uint32_t stride;

static bool copy_begin(uint32_t wanted, uint32_t bundle, const char **why) {
    (void)bundle;
    size = wanted;
    stride = (size + 63) & ~63u;
    ring = malloc(RING + 65536);
    sources = malloc((size_t)SOURCES * stride);
    *why = "no memory";
    if (!ring || !sources) return false;
    memset(ring, 1, RING + 65536);
    for (unsigned at = 0; at < SOURCES; at++) packet_make(sources + (size_t)at * stride, size);
    return true;
}

static struct result copy_run(uint64_t packets) {
    struct result result = {.packets = packets};
    uint64_t start = now(), start_cpu = cpu();
    uint32_t at = 0;
    for (uint64_t packet = 0; packet < packets; packet++) {
        memcpy(ring + at, sources + (packet % SOURCES) * stride, size);
        __asm__ volatile("" ::: "memory");
        at += (size + 16 + 15) & ~15u;
        if (at >= RING) at -= RING;
    }
    result.nanoseconds = now() - start;
    result.cpu = cpu() - start_cpu;
    return result;
}

static void copy_end(void) {
    free(ring);
    free(sources);
}

const struct mover mover_memcpy = {"memcpy", copy_begin, copy_run, copy_end};

/* --- Linux's TUN device ------------------------------------------------------------------------------------------- */

/* One thread writes packets into the first device; Linux routes them to the second, where another thread reads them. */
static int in = -1, out = -1;

static int device(const char *name) {
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    if (fd >= 0 && ioctl(fd, TUNSETIFF, &request) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

static bool tun_begin(uint32_t wanted, uint32_t bundle, const char **why) {
    (void)bundle;
    size = wanted;
    in = device("bench0");
    out = device("bench1");
    *why = "no TUN device can be made (root in a network namespace of one's own, and /dev/net/tun)";
    if (in < 0 || out < 0) return false;
    *why = "the devices cannot be set up (ip)";
    /* NOLINTNEXTLINE(cert-env33-c): a fixed line, in a namespace of our own */
    return system("ip link set bench0 mtu 65535 up && ip link set bench1 mtu 65535 txqueuelen 10000 up && "
                  "ip addr add 10.77.0.1/24 dev bench0 && ip addr add 10.78.0.1/24 dev bench1 && "
                  "sysctl -qw net.ipv4.ip_forward=1 && sysctl -qw net.ipv4.conf.all.rp_filter=0 && "
                  "sysctl -qw net.ipv4.conf.bench0.rp_filter=0") == 0;
}

struct tun_reader {
    uint64_t wanted, got; /* got: atomic */
    bool stop;            /* atomic */
};

static void *tun_read(void *context) {
    struct tun_reader *reader = context;
    static uint8_t packet[65536];
    struct pollfd poll_for = {.fd = out, .events = POLLIN};
    while (__atomic_load_n(&reader->got, __ATOMIC_RELAXED) < reader->wanted &&
           !__atomic_load_n(&reader->stop, __ATOMIC_RELAXED)) {
        if (poll(&poll_for, 1, 100) <= 0) continue;
        /* Others than ours: neighbours, multicast. */
        if (read(out, packet, sizeof packet) == (ssize_t)size && packet[16] == 10 && packet[17] == 78)
            __atomic_fetch_add(&reader->got, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

/* Not more under way than the device's queue holds. */
#define WINDOW 4096u

static struct result tun_run(uint64_t packets) {
    struct tun_reader reader = {.wanted = packets};
    struct result result = {0};
    static uint8_t packet[65536];
    pthread_t thread;
    packet_make(packet, size);
    uint64_t start = now(), start_cpu = cpu(), sent = 0, idle = 0;
    pthread_create(&thread, NULL, tun_read, &reader);
    while (sent < packets) {
        uint64_t got = __atomic_load_n(&reader.got, __ATOMIC_RELAXED);
        if (sent - got < WINDOW) {
            if (write(in, packet, size) == (ssize_t)size) sent++;
            idle = 0;
        } else if (++idle > 10000000) {
            break; /* some were lost: nobody will come any more */
        }
    }
    uint64_t limit = now() + 2000000000u;
    while (__atomic_load_n(&reader.got, __ATOMIC_RELAXED) < packets && now() < limit) sched_yield();
    __atomic_store_n(&reader.stop, true, __ATOMIC_RELAXED);
    result.nanoseconds = now() - start;
    pthread_join(thread, NULL);
    result.cpu = cpu() - start_cpu;
    result.packets = reader.got;
    result.lost = packets - reader.got;
    return result;
}

static void tun_end(void) {
    if (in >= 0) close(in);
    if (out >= 0) close(out);
    in = out = -1;
}

const struct mover mover_tun = {"tun", tun_begin, tun_run, tun_end};
