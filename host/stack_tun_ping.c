/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pings sent by the Linux network stack that the adapters are a part of.
 */
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host/stack_tun.h"

#define REQUEST_MAX 1500

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint16_t checksum(const uint8_t *data, size_t size) {
    uint32_t sum = 0;
    for (size_t at = 0; at + 1 < size; at += 2) sum += (uint32_t)data[at] << 8 | data[at + 1];
    if (size & 1) sum += (uint32_t)data[size - 1] << 8;
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* Type, code, checksum, identifier, sequence, data: the same in both versions. Of what a raw socket gets, an IPv4 header
 * comes first. */
static bool is_reply(const uint8_t *packet, size_t size, bool six, const uint8_t *request, size_t length) {
    size_t header = six || !size ? 0 : (packet[0] & 15u) * 4;
    if (size < header + length) return false;
    packet += header;
    return packet[0] == (six ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) && !memcmp(packet + 4, request + 4, length - 4);
}

static enum tun_ping await(int fd, bool six, const uint8_t *request, size_t length, unsigned timeout) {
    int64_t until = now_ms() + timeout;
    uint8_t packet[REQUEST_MAX + 100];
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int64_t left = until - now_ms();
        if (left <= 0 || poll(&ready, 1, (int)left) == 0) return TUN_PING_LATE;
        ssize_t size = recv(fd, packet, sizeof packet, MSG_DONTWAIT);
        if (size > 0 && is_reply(packet, (size_t)size, six, request, length)) return TUN_PING_ANSWERED;
    }
}

enum tun_ping tun_ping(bool six, const void *address, const void *data, size_t size, unsigned timeout_ms) {
    static uint16_t sequence;
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 to = {.sin6_family = AF_INET6};
    uint16_t identifier = (uint16_t)getpid(), number = __atomic_add_fetch(&sequence, 1, __ATOMIC_RELAXED);
    uint8_t request[REQUEST_MAX] = {six ? ICMP6_ECHO_REQUEST : ICMP_ECHO};
    size_t length = 8 + size;
    if (length > sizeof request) return TUN_PING_IMPOSSIBLE;
    memcpy(six ? (void *)&to.sin6_addr : (void *)&four.sin_addr, address, six ? 16 : 4);
    memcpy(request + 4, &identifier, 2);
    memcpy(request + 6, &number, 2);
    memcpy(request + 8, data, size);
    uint16_t sum = htons(checksum(request, length)); /* of version 6 Linux makes its own */
    memcpy(request + 2, &sum, 2);
    int fd = socket(six ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, six ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
    if (fd < 0) return TUN_PING_IMPOSSIBLE;
    enum tun_ping result = TUN_PING_IMPOSSIBLE;
    const struct sockaddr *name = six ? (const struct sockaddr *)&to : (const struct sockaddr *)&four;
    if (sendto(fd, request, length, 0, name, six ? sizeof to : sizeof four) == (ssize_t)length)
        result = await(fd, six, request, length, timeout_ms);
    close(fd);
    return result;
}
