/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the TUN stack needs of the system below it: on Linux a TUN device and a few rtnetlink requests (stack_tun_device.c,
 * stack_tun_netlink.c), on Windows datagrams (host/windows/stack_udp.c). Without NT's headers, whose names clash with
 * theirs. Everything is synchronous and, where it returns int, returns 0 or a POSIX error number.
 */
#ifndef HOST_STACK_TUN_NETLINK_H
#define HOST_STACK_TUN_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

/* A TUN device of the name, or (name NULL or taken) of the first free one. Returns its descriptor, which does not
 * block, or -1 with one line in `why`. */
int link_open(const char *name, char made[16], int *index, char *why, size_t why_size);
void link_close(int fd);
int link_set_carrier(int fd, bool on);
/* One packet; its size, or -1 with errno (EAGAIN: there is none). */
ssize_t link_read(int fd, const struct iovec *parts, int count);
ssize_t link_write(int fd, const struct iovec *parts, int count);

/* What wakes a thread that waits for packets; -1: none can be made. */
int link_wake_open(void);
void link_wake_close(int wake);
void link_wake(int wake);
void link_wait(int wake, int fd); /* for that, or (fd not -1) a packet */

/* Linux's own counters of a link. Its send direction is ours to the client: what it drops there never reached us. */
struct link_counters {
    uint64_t rx_packets, tx_packets, rx_dropped, tx_dropped, rx_errors, tx_errors;
};

/* Up, with this MTU and this many packets of queue, and without the addresses that Linux would make up for IPv6. */
int link_configure(int index, uint32_t mtu, uint32_t queue_length);
int link_set_mtu(int index, uint32_t mtu);
int link_get(int index, uint32_t *mtu, struct link_counters *counters); /* either may be NULL */
/* Until Linux says that the device is running. The time bounds the wait for each notification. */
int link_wait_running(int index, int milliseconds);
/* The address is in network order, of 4 bytes or (six) of 16. */
int address_add(int index, bool six, const void *address, uint8_t prefix_length);
int address_delete(int index, bool six, const void *address, uint8_t prefix_length);

#endif
