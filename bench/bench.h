/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the benchmark's files share.
 *
 *   bench.c     which parts to measure; each prints lines of comma-separated values, which report.py makes tables of
 *   baseline.c  what Warren is measured against: copies, Linux's TUN device, eventfd
 *   stack.c     a network stack that does nothing but make packets and take them
 *   world.c     the host with the shipped driver and library, adapters and sessions
 *   paths.c     the two paths, for the comparison with the baselines, and for several threads, adapters, capacities
 *   costs.c     what the host's own calls cost, and what a driver costs that does nothing
 *   latency.c   how long a wake-up takes, and what idleness costs
 *   overload.c  what happens when the client does not come
 *   instructions.c  one bundle after the other, for a tool that counts instructions
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "bench/mover.h"
#include "host/win32.h"

#include "include/warren.h"

/* --- stack.c ------------------------------------------------------------------------------------------------------ */

/* One for each adapter. */
struct wire {
    struct ndis_adapter *adapter;
    uint64_t received; /* atomic: packets that were indicated */
    /* Called by the driver's thread for a bundle, if it is set. */
    void (*heard)(struct wire *wire, uint32_t count);
    void *context;
};
extern struct wire *wire_last; /* of the adapter that was bound last */
void wire_use(void);           /* the host's stack, from the next adapter on */

/* Packets to send, as often as one likes. */
struct volley;
struct volley *volley_make(struct wire *wire, uint32_t size, uint32_t bundle);
void volley_free(struct volley *volley);
/* The next bundle, or its first `count` lists. Returns how many of them found room. */
uint32_t volley_send(struct volley *volley, uint32_t count);

/* --- world.c ------------------------------------------------------------------------------------------------------ */

struct options {
    const char *driver, *library, *null_driver, *mover;
    unsigned rounds, milliseconds, size, bundle;
};
extern struct options options;

/* The client library, as programs load it. */
struct api {
    WINTUN_CREATE_ADAPTER_FUNC *create_adapter;
    WINTUN_CLOSE_ADAPTER_FUNC *close_adapter;
    WINTUN_START_SESSION_FUNC *start_session;
    WINTUN_END_SESSION_FUNC *end_session;
    WINTUN_GET_READ_WAIT_EVENT_FUNC *read_event;
    WINTUN_RECEIVE_PACKET_FUNC *receive_one;
    WINTUN_RELEASE_RECEIVE_PACKET_FUNC *release_one;
    WINTUN_ALLOCATE_SEND_PACKET_FUNC *allocate_one;
    WINTUN_SEND_PACKET_FUNC *send_one;
    WARREN_GET_WRITE_WAIT_EVENT_FUNC *write_event;
    WARREN_RECEIVE_PACKETS_FUNC *receive;
    WARREN_RELEASE_PACKETS_FUNC *release;
    WARREN_ALLOCATE_PACKETS_FUNC *allocate;
    WARREN_SEND_PACKETS_FUNC *send;
    WARREN_GET_ADAPTER_STATISTICS_FUNC *statistics;
};
extern struct api api;

/* `verify`: the host checks the rules. */
void world_start(bool verify);
void world_stop(void);

struct tunnel {
    WINTUN_ADAPTER_HANDLE adapter;
    WINTUN_SESSION_HANDLE session;
    struct wire *wire;
};
struct tunnel tunnel_open(unsigned number, uint32_t capacity);
void tunnel_close(struct tunnel *tunnel);
void tunnel_capacity(struct tunnel *tunnel, uint32_t capacity); /* a new session */
/* What the driver has counted. */
WARREN_STATISTICS tunnel_statistics(const struct tunnel *tunnel);

/* --- paths.c ------------------------------------------------------------------------------------------------------ */

extern const struct mover mover_to_client, mover_to_stack;
void paths_use(struct tunnel *tunnel); /* what they run on */
void scaling(void);

/* --- the others --------------------------------------------------------------------------------------------------- */

void costs(void);
void latency(void);
void overload(void);
void instructions(void); /* options.mover, options.bundle */

#endif
