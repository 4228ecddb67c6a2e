/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What Warren is measured against: one copy of the same bytes, which any way through memory needs; two copies by two
 * threads, which any way from one to the other and into memory of its own needs; and Linux's own TUN device, a packet per
 * system call, and with offloads, as many packets per system call as those allow.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench/mover.h"

static uint32_t size, bundle;

/* --- one copy ----------------------------------------------------------------------------------------------------- */

/* From packets that are somewhere to the next place of a ring, as the driver's copy goes. */
#define SOURCES 64u

static uint8_t *ring, *sources;
static uint32_t stride;

static bool copy_begin(uint32_t wanted_size, uint32_t wanted_bundle, const char **why) {
    size = wanted_size;
    bundle = wanted_bundle;
    stride = (size + 63) & ~63u;
    ring = aligned_alloc(4096, CAPACITY + 65536);
    sources = aligned_alloc(64, (size_t)SOURCES * stride);
    *why = "no memory";
    if (!ring || !sources) return false;
    memset(ring, 1, CAPACITY + 65536);
    for (unsigned at = 0; at < SOURCES; at++) packet_make(sources + (size_t)at * stride, size);
    return true;
}

static uint32_t record(void) { return (size + 16 + 15) & ~15u; }

static struct result copy_run(uint64_t packets) {
    struct result result = {.packets = packets};
    uint64_t start = now(), start_cpu = cpu();
    uint32_t at = 0;
    for (uint64_t packet = 0; packet < packets; packet++) {
        memcpy(ring + at, sources + (packet % SOURCES) * stride, size);
        __asm__ volatile("" ::: "memory");
        at = (at + record()) & (CAPACITY - 1);
    }
    result.nanoseconds = now() - start;
    result.cpu = cpu() - start_cpu;
    return result;
}

static void copy_end(void) {
    free(ring);
    free(sources);
}

const struct mover mover_copy = {"copy", copy_begin, copy_run, copy_end};

/* --- from one thread to another, and into its own memory ---------------------------------------------------------- */

static struct {
    _Alignas(128) uint64_t tail; /* atomic: packets that were written */
    _Alignas(128) uint64_t head; /* atomic: that were copied out */
} line;

#define HANDOVER_ROOM 8192u

static void *handover_read(void *context) {
    uint64_t packets = *(uint64_t *)context, head = 0;
    uint32_t at = 0;
    while (head < packets) {
        uint64_t tail = __atomic_load_n(&line.tail, __ATOMIC_ACQUIRE);
        for (; head < tail; head++, at = (at + record()) & (CAPACITY - 1)) {
            memcpy(sources + (head % SOURCES) * stride, ring + at, size);
            __asm__ volatile("" ::: "memory");
        }
        __atomic_store_n(&line.head, head, __ATOMIC_RELEASE);
        if (head == tail) __builtin_ia32_pause();
    }
    return NULL;
}

static struct result handover_run(uint64_t packets) {
    struct result result = {.packets = packets};
    static uint8_t model[65536];
    uint64_t room = CAPACITY / record() < HANDOVER_ROOM ? CAPACITY / record() : HANDOVER_ROOM;
    uint32_t at = 0;
    pthread_t thread;
    packet_make(model, size);
    line.tail = line.head = 0;
    uint64_t start = now(), start_cpu = cpu();
    pthread_create(&thread, NULL, handover_read, &packets);
    for (uint64_t packet = 0; packet < packets;) {
        uint64_t many = packets - packet < bundle ? packets - packet : bundle;
        while (packet + many - __atomic_load_n(&line.head, __ATOMIC_ACQUIRE) > room) __builtin_ia32_pause();
        for (; many; many--, packet++, at = (at + record()) & (CAPACITY - 1)) {
            memcpy(ring + at, model, size);
            __asm__ volatile("" ::: "memory");
        }
        __atomic_store_n(&line.tail, packet, __ATOMIC_RELEASE);
    }
    pthread_join(thread, NULL);
    result.nanoseconds = now() - start;
    result.cpu = cpu() - start_cpu;
    return result;
}

const struct mover mover_handover = {"handover", copy_begin, handover_run, copy_end};

/* --- Linux's TUN device ------------------------------------------------------------------------------------------- */

/* One thread writes packets into the first device; Linux routes them to the second, where another thread reads them. */
static int in = -1, out = -1;
static bool offloads;
/* A write carries so many packets: TCP segments that Linux may leave together. */
static uint32_t together, payload;
static uint8_t packet[65536];
static struct virtio_net_hdr segmented;

#define TCP_HEADERS 40u /* IPv4 and TCP, without options */

static int device(const char *name) {
    struct ifreq request = {.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | (offloads ? IFF_VNET_HDR : 0))};
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    if (fd >= 0 && ioctl(fd, TUNSETIFF, &request) == 0 &&
        (!offloads || ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) == 0))
        return fd;
    if (fd >= 0) close(fd);
    return -1;
}

/* TCP segments of `size` bytes each, with checksums that nobody has filled in yet. */
static void packet_join(void) {
    together = size < TCP_HEADERS + 1 ? 1 : (65535 - TCP_HEADERS) / (size - TCP_HEADERS);
    if (together > bundle) together = bundle;
    if (together < 1) together = 1;
    payload = size - TCP_HEADERS;
    uint32_t total = TCP_HEADERS + together * payload, sum;
    packet_make(packet, total);
    packet[9] = IPPROTO_TCP;
    sum = (uint32_t)ntohs(*(uint16_t *)(packet + 10)) + 253 - IPPROTO_TCP;
    *(uint16_t *)(packet + 10) = htons((uint16_t)(sum + (sum >> 16)));
    memset(packet + 20, 0, 20);
    packet[21] = 80;
    packet[32] = 5 << 4;
    packet[33] = 0x10; /* ACK */
    /* Of the pseudo header: source, destination, protocol, length. */
    sum = IPPROTO_TCP + 20 + together * payload;
    for (unsigned at = 12; at < 20; at += 2) sum += (uint32_t)packet[at] << 8 | packet[at + 1];
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    packet[36] = (uint8_t)(sum >> 8);
    packet[37] = (uint8_t)sum;
    segmented = (struct virtio_net_hdr){.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 20, .csum_offset = 16};
    if (together == 1) return;
    segmented.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
    segmented.gso_size = (uint16_t)payload;
    segmented.hdr_len = TCP_HEADERS;
}

static bool tun_open(const char **why) {
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

static bool tun_begin(uint32_t wanted_size, uint32_t wanted_bundle, const char **why) {
    size = wanted_size;
    bundle = wanted_bundle;
    together = 1;
    offloads = false;
    packet_make(packet, size);
    return tun_open(why);
}

static bool tun_offload_begin(uint32_t wanted_size, uint32_t wanted_bundle, const char **why) {
    size = wanted_size;
    bundle = wanted_bundle;
    offloads = true;
    packet_join();
    return tun_open(why);
}

struct tun_reader {
    uint64_t wanted, got; /* got: atomic */
    bool stop;            /* atomic */
};

/* How many packets came in one read. */
static uint64_t tun_take(void) {
    static uint8_t into[65536];
    struct virtio_net_hdr header = {0};
    struct iovec parts[] = {{&header, sizeof header}, {into, sizeof into}};
    ssize_t length = offloads ? readv(out, parts, 2) - (ssize_t)sizeof header : read(out, into, sizeof into);
    /* Others than ours: neighbours, multicast. */
    if (length < (ssize_t)size || into[16] != 10 || into[17] != 78) return 0;
    return header.gso_size ? ((uint64_t)length - TCP_HEADERS + header.gso_size - 1) / header.gso_size : 1;
}

static void *tun_read(void *context) {
    struct tun_reader *reader = context;
    struct pollfd poll_for = {.fd = out, .events = POLLIN};
    while (__atomic_load_n(&reader->got, __ATOMIC_RELAXED) < reader->wanted &&
           !__atomic_load_n(&reader->stop, __ATOMIC_RELAXED)) {
        if (poll(&poll_for, 1, 100) > 0) __atomic_fetch_add(&reader->got, tun_take(), __ATOMIC_RELAXED);
    }
    return NULL;
}

static bool tun_give(void) {
    uint32_t length = together > 1 || offloads ? TCP_HEADERS + together * payload : size;
    struct iovec parts[] = {{&segmented, sizeof segmented}, {packet, length}};
    return offloads ? writev(in, parts, 2) == (ssize_t)(length + sizeof segmented)
                    : write(in, packet, length) == (ssize_t)length;
}

/* Not more under way than the device's queue holds. What has not come out after a while is lost, and not waited for. */
#define WINDOW 4096u
#define GIVE_UP 3000000u /* nanoseconds without any packet */

struct progress {
    uint64_t got, when;
};

static bool stalled(struct progress *progress, const struct tun_reader *reader) {
    uint64_t got = __atomic_load_n(&reader->got, __ATOMIC_RELAXED), time = now();
    if (got != progress->got) *progress = (struct progress){got, time};
    return time - progress->when > GIVE_UP;
}

static struct result tun_run(uint64_t packets) {
    struct tun_reader reader = {.wanted = packets};
    struct result result = {0};
    pthread_t thread;
    uint64_t start = now(), start_cpu = cpu(), sent = 0, lost = 0;
    struct progress progress = {0, start};
    pthread_create(&thread, NULL, tun_read, &reader);
    while (sent < packets) {
        uint64_t got = __atomic_load_n(&reader.got, __ATOMIC_RELAXED);
        if (sent - lost < got + WINDOW) {
            if (tun_give()) sent += together;
        } else if (stalled(&progress, &reader)) {
            lost = sent - progress.got;
            progress.when = now();
        }
    }
    while (__atomic_load_n(&reader.got, __ATOMIC_RELAXED) < packets && !stalled(&progress, &reader)) sched_yield();
    stalled(&progress, &reader);
    result.nanoseconds = progress.when - start;
    __atomic_store_n(&reader.stop, true, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    result.cpu = cpu() - start_cpu;
    result.packets = reader.got;
    result.lost = sent > reader.got ? sent - reader.got : 0;
    return result;
}

static void tun_end(void) {
    if (in >= 0) close(in);
    if (out >= 0) close(out);
    in = out = -1;
}

const struct mover mover_tun = {"tun", tun_begin, tun_run, tun_end};
const struct mover mover_tun_offload = {"tun-offload", tun_offload_begin, tun_run, tun_end};
