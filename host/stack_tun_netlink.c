/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * rtnetlink for the TUN stack: one socket per request, since there are few.
 */
#include "host/stack_tun_netlink.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct message {
    struct nlmsghdr header;
    union {
        struct ifinfomsg link;
        struct ifaddrmsg address;
    };
    char attributes[256];
};

static void *attribute_begin(struct message *message, unsigned short type) {
    struct rtattr *attribute = (struct rtattr *)((char *)message + NLMSG_ALIGN(message->header.nlmsg_len));
    attribute->rta_type = type;
    attribute->rta_len = RTA_LENGTH(0);
    message->header.nlmsg_len = NLMSG_ALIGN(message->header.nlmsg_len) + RTA_LENGTH(0);
    return attribute;
}

static void attribute_end(struct message *message, void *begun) {
    struct rtattr *attribute = begun;
    attribute->rta_len = (unsigned short)((char *)message + message->header.nlmsg_len - (char *)attribute);
}

static void attribute_add(struct message *message, unsigned short type, const void *data, size_t size) {
    struct rtattr *attribute = attribute_begin(message, type);
    memcpy(RTA_DATA(attribute), data, size);
    message->header.nlmsg_len += (uint32_t)size;
    attribute_end(message, attribute);
}

/* Sends the request and receives one answer (an acknowledgement when the caller asked for no data). */
static int request(struct message *message, void *answer, size_t room) {
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    union {
        struct nlmsghdr header;
        char bytes[512];
    } acknowledgement;
    int error = 0, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) return errno;
    if (!answer) {
        message->header.nlmsg_flags |= NLM_F_ACK;
        answer = &acknowledgement;
        room = sizeof acknowledgement;
    }
    message->header.nlmsg_flags |= NLM_F_REQUEST;
    if (sendto(fd, message, message->header.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0) {
        error = errno;
        goto close_socket;
    }
    ssize_t size = recv(fd, answer, room, 0);
    if (size < (ssize_t)sizeof(struct nlmsghdr)) {
        error = size < 0 ? errno : EPROTO;
        goto close_socket;
    }
    struct nlmsghdr *header = answer;
    if (header->nlmsg_type == NLMSG_ERROR) error = -((struct nlmsgerr *)NLMSG_DATA(header))->error;
close_socket:
    close(fd);
    return error;
}

static struct message link_message(int index, unsigned short type) {
    return (struct message){
        .header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)), .nlmsg_type = type},
        .link = {.ifi_family = AF_UNSPEC, .ifi_index = index},
    };
}

/* Its own request: refused where Linux has no IPv6, and that is no error. */
static void link_no_made_up_addresses(int index) {
    struct message message = link_message(index, RTM_SETLINK);
    uint8_t none = IN6_ADDR_GEN_MODE_NONE;
    void *families = attribute_begin(&message, IFLA_AF_SPEC | NLA_F_NESTED);
    void *six = attribute_begin(&message, AF_INET6 | NLA_F_NESTED);
    attribute_add(&message, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof none);
    attribute_end(&message, six);
    attribute_end(&message, families);
    (void)request(&message, NULL, 0);
}

int link_configure(int index, uint32_t mtu, uint32_t queue_length) {
    link_no_made_up_addresses(index);
    struct message message = link_message(index, RTM_NEWLINK);
    message.link.ifi_flags = message.link.ifi_change = IFF_UP;
    attribute_add(&message, IFLA_MTU, &mtu, sizeof mtu);
    attribute_add(&message, IFLA_TXQLEN, &queue_length, sizeof queue_length);
    return request(&message, NULL, 0);
}

int link_set_mtu(int index, uint32_t mtu) {
    struct message message = link_message(index, RTM_NEWLINK);
    attribute_add(&message, IFLA_MTU, &mtu, sizeof mtu);
    return request(&message, NULL, 0);
}

static void counters_from(const struct rtnl_link_stats64 *from, struct link_counters *to) {
    to->rx_packets = from->rx_packets;
    to->tx_packets = from->tx_packets;
    to->rx_dropped = from->rx_dropped;
    to->tx_dropped = from->tx_dropped;
    to->rx_errors = from->rx_errors;
    to->tx_errors = from->tx_errors;
}

int link_get(int index, uint32_t *mtu, struct link_counters *counters) {
    struct message message = link_message(index, RTM_GETLINK);
    union {
        struct nlmsghdr header;
        char bytes[16384];
    } answer;
    int error = request(&message, &answer, sizeof answer);
    if (error) return error;
    int left = (int)IFLA_PAYLOAD(&answer.header);
    for (struct rtattr *at = IFLA_RTA(NLMSG_DATA(&answer.header)); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        struct rtnl_link_stats64 stats = {0};
        size_t size = RTA_PAYLOAD(at) < sizeof stats ? RTA_PAYLOAD(at) : sizeof stats;
        if (at->rta_type == IFLA_MTU && mtu) memcpy(mtu, RTA_DATA(at), sizeof *mtu);
        if (at->rta_type == IFLA_STATS64 && counters) {
            memcpy(&stats, RTA_DATA(at), size);
            counters_from(&stats, counters);
        }
    }
    return 0;
}

/* A running link answers at once; else its next notifications are looked at. */
int link_wait_running(int index, int milliseconds) {
    struct sockaddr_nl self = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK}, kernel = {.nl_family = AF_NETLINK};
    struct message question = link_message(index, RTM_GETLINK);
    union {
        struct nlmsghdr header;
        char bytes[16384];
    } answer;
    int result = ETIMEDOUT, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) return errno;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    if (bind(fd, (struct sockaddr *)&self, sizeof self) < 0 ||
        sendto(fd, &question, question.header.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0) {
        result = errno;
        goto close_socket;
    }
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (poll(&wait, 1, milliseconds) > 0) {
        ssize_t size = recv(fd, &answer, sizeof answer, 0);
        const struct ifinfomsg *link = NLMSG_DATA(&answer.header);
        if (size >= (ssize_t)NLMSG_LENGTH(sizeof *link) && answer.header.nlmsg_type == RTM_NEWLINK &&
            link->ifi_index == index && (link->ifi_flags & IFF_RUNNING) && (link->ifi_flags & IFF_LOWER_UP)) {
            result = 0;
            break;
        }
    }
close_socket:
    close(fd);
    return result;
}

static struct message address_message(unsigned short type, int index, bool six, const void *address, uint8_t prefix) {
    struct message message = {
        .header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifaddrmsg)), .nlmsg_type = type},
        .address = {.ifa_family = six ? AF_INET6 : AF_INET, .ifa_prefixlen = prefix, .ifa_index = (unsigned)index},
    };
    /* The other end of a tunnel cannot have our address: there is nothing to detect. */
    if (six) message.address.ifa_flags = IFA_F_NODAD;
    attribute_add(&message, IFA_LOCAL, address, six ? 16 : 4);
    attribute_add(&message, IFA_ADDRESS, address, six ? 16 : 4);
    return message;
}

int address_add(int index, bool six, const void *address, uint8_t prefix_length) {
    struct message message = address_message(RTM_NEWADDR, index, six, address, prefix_length);
    message.header.nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
    return request(&message, NULL, 0);
}

int address_delete(int index, bool six, const void *address, uint8_t prefix_length) {
    struct message message = address_message(RTM_DELADDR, index, six, address, prefix_length);
    return request(&message, NULL, 0);
}
