/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The bridge's settings, and what may pass it.
 */
#ifndef HOST_WINDOWS_BRIDGE_UDP_H
#define HOST_WINDOWS_BRIDGE_UDP_H

#include <winsock2.h>

#include <ws2tcpip.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bridge_address {
    struct sockaddr_in6 at; /* IPv4 as an address of IPv6 */
    char text[64];
};
struct bridge_settings {
    struct bridge_address own, peer;
    uint32_t mtu;
};
#define BRIDGE_MTU_MIN 576
#define BRIDGE_MTU_MAX 65507 /* what a datagram of IPv4 holds */

/* "udp:OWN:PORT,PEER:PORT[,mtu=N]", with addresses in numbers, those of IPv6 in brackets. False with a line in `why`. */
bool bridge_settings(const char *text, struct bridge_settings *settings, char *why, size_t size);

struct bridge_counters {
    uint64_t all, packets, strangers, garbage, too_large, unheard;
};

/* Whether it says of itself that it is an IP packet of this size. */
bool bridge_is_packet(const uint8_t *head, size_t size);

#endif
