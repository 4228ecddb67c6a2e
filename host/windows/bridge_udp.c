/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#include "host/windows/bridge_udp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits and nothing else, from low to high. */
static bool number_of(const char *text, unsigned long low, unsigned long high, unsigned long *value) {
    size_t length = strlen(text);
    if (!length || length > 5 || strspn(text, "0123456789") != length) return false;
    *value = strtoul(text, NULL, 10);
    return *value >= low && *value <= high;
}

/* ADDRESS:PORT; taken apart in place. */
static bool address_of(char *text, const char *what, struct bridge_address *address, char *why, size_t size) {
    struct in_addr four;
    unsigned long port;
    snprintf(address->text, sizeof address->text, "%s", text);
    memset(&address->at, 0, sizeof address->at);
    address->at.sin6_family = AF_INET6;
    char *colon = strrchr(text, ':'), *end = colon;
    if (!colon || !number_of(colon + 1, 1, 65535, &port)) {
        snprintf(why, size, "WARREN_HOST_BRIDGE: %s, %s, has no port from 1 to 65535 (ADDRESS:PORT)", what,
                 address->text);
        return false;
    }
    *colon = 0;
    address->at.sin6_port = htons((u_short)port);
    if (*text == '[' && end > text && end[-1] == ']') {
        end[-1] = 0;
        if (inet_pton(AF_INET6, text + 1, &address->at.sin6_addr) == 1) return true;
    } else if (inet_pton(AF_INET, text, &four) == 1) {
        uint8_t *bytes = address->at.sin6_addr.s6_addr;
        bytes[10] = bytes[11] = 0xff;
        memcpy(bytes + 12, &four, sizeof four);
        return true;
    }
    snprintf(why, size, "WARREN_HOST_BRIDGE: %s, %s, has no address in numbers (192.0.2.1:7000 or [2001:db8::1]:7000)",
             what, address->text);
    return false;
}

static bool is_four(const struct bridge_address *address) { return IN6_IS_ADDR_V4MAPPED(&address->at.sin6_addr); }

bool bridge_settings(const char *text, struct bridge_settings *settings, char *why, size_t size) {
    static const char usage[] = "udp:OWN-ADDRESS:PORT,PEER-ADDRESS:PORT[,mtu=BYTES]";
    char copy[256];
    unsigned long mtu = BRIDGE_MTU_MAX;
    if (!text || !*text) {
        snprintf(why, size, "WARREN_HOST_BRIDGE is not set: %s says where packets go", usage);
        return false;
    }
    if (strlen(text) >= sizeof copy || strncmp(text, "udp:", 4) != 0) {
        snprintf(why, size, "WARREN_HOST_BRIDGE: not of the form %s", usage);
        return false;
    }
    snprintf(copy, sizeof copy, "%s", text + 4);
    char *peer = strchr(copy, ','), *option = peer ? strchr(peer + 1, ',') : NULL;
    if (!peer) {
        snprintf(why, size, "WARREN_HOST_BRIDGE: there is no peer: %s", usage);
        return false;
    }
    *peer++ = 0;
    if (option) *option++ = 0;
    if (option && (strncmp(option, "mtu=", 4) != 0 || !number_of(option + 4, BRIDGE_MTU_MIN, BRIDGE_MTU_MAX, &mtu))) {
        snprintf(why, size, "WARREN_HOST_BRIDGE: %s is not mtu= and a number from %d to %d", option, BRIDGE_MTU_MIN,
                 BRIDGE_MTU_MAX);
        return false;
    }
    settings->mtu = (uint32_t)mtu;
    if (!address_of(copy, "its own end", &settings->own, why, size) ||
        !address_of(peer, "the peer's", &settings->peer, why, size))
        return false;
    if (is_four(&settings->own) == is_four(&settings->peer)) return true;
    snprintf(why, size, "WARREN_HOST_BRIDGE: one end is of IPv4, the other of IPv6");
    return false;
}

bool bridge_is_packet(const uint8_t *head, size_t size) {
    if (size < 20) return false;
    if (head[0] >> 4 == 4) {
        size_t header = (head[0] & 15u) * 4u, all = (size_t)head[2] << 8 | head[3];
        return header >= 20 && header <= all && all == size;
    }
    return head[0] >> 4 == 6 && size >= 40 && ((size_t)head[4] << 8 | head[5]) + 40 == size;
}
