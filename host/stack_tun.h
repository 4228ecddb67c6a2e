/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The Linux network stack behind an adapter: one TUN device each.
 */
#ifndef HOST_STACK_TUN_H
#define HOST_STACK_TUN_H

#include "host/netstack.h"
#include "host/stack_tun_netlink.h"

struct tun_counters {
    uint64_t from_linux, from_linux_bytes;                          /* packets read and sent to the miniport */
    uint64_t sends_completed, sends_failed, sends_failed_resources; /* of these; failed includes the resources ones */
    uint64_t bundles;                                               /* calls of ndis_stack_send */
    uint64_t to_linux, to_linux_bytes;                              /* packets indicated and written */
    uint64_t indications;                                           /* calls of indicate */
    uint64_t to_linux_dropped;                                      /* Linux had no room: EAGAIN, ENOBUFS, ENOMEM */
    uint64_t to_linux_refused;                                      /* Linux wanted none of it: not IP, link down */
    uint64_t waits_for_lists;                                       /* the miniport held every list that there is */
    struct link_counters linux_link;                                /* what Linux itself counted */
};

/* The device of an adapter that is bound to this stack, NULL otherwise. It lives until the adapter is unbound. */
struct tun_stack *tun_of(struct ndis_adapter *adapter);
void tun_counters(struct tun_stack *tun, struct tun_counters *to);
const char *tun_name(struct tun_stack *tun);
/* The four return 0 or a Linux error number. The address is in network order, of 4 bytes or (six) of 16. */
int tun_address_add(struct tun_stack *tun, bool six, const void *address, uint8_t prefix_length);
int tun_address_delete(struct tun_stack *tun, bool six, const void *address, uint8_t prefix_length);
int tun_mtu_get(struct tun_stack *tun, uint32_t *mtu);
int tun_mtu_set(struct tun_stack *tun, uint32_t mtu);

/* Whether TUN devices can be made here at all. If not, writes one line that says why and what to do. */
bool tun_probe(char *why, size_t why_size);

/* What became of an adapter, kept after it has gone. */
struct tun_report {
    char name[16];
    struct tun_counters counters;
    bool has_driver;                          /* the miniport answered OID_GEN_STATISTICS */
    uint64_t driver_in, driver_out;           /* packets: indicated, sent */
    uint64_t driver_in_lost, driver_out_lost; /* discards and errors */
};
void tun_for_each_report(void (*visit)(const struct tun_report *report, void *context), void *context);

/* An echo request by the Linux stack to an address in network order, and whether its reply came. */
enum tun_ping { TUN_PING_ANSWERED, TUN_PING_LATE, TUN_PING_IMPOSSIBLE };
enum tun_ping tun_ping(bool six, const void *address, const void *data, size_t size, unsigned timeout_ms);

#endif
