/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The inside of the TUN stack.
 */
#ifndef HOST_STACK_TUN_PRIVATE_H
#define HOST_STACK_TUN_PRIVATE_H

#include "host/kernel.h"
#include "host/stack_tun.h"

#define TUN_TAG 0x206e7554u /* "Tun " */
#define TUN_QUEUE_LENGTH 4096
#define TUN_LISTS 256 /* lists made beforehand: what the miniport may hold at a time */
#define TUN_BUNDLE 64 /* packets sent to the miniport in one call */

/* As a network stack lays packets out: headers in one piece of memory, with room in front, the rest in another. */
#define TUN_HEADROOM 48
#define TUN_HEAD 80
#define TUN_PACKET_MAX 65535

enum tun_mode { TUN_PARK, TUN_RUN, TUN_END };

struct tun_slot {
    struct tun_slot *next;
    NET_BUFFER_LIST *list;
    NET_BUFFER *buffer;
    MDL *mdls[2];
    uint8_t *head, *rest;
};

/* Lock legend: i immutable while bound; r the reader thread only; a atomic. */
struct tun_stack {
    struct ndis_adapter *adapter; /* i */
    int fd, wake, index;          /* i: the device, an eventfd for the reader, Linux's number of the device */
    char name[16];                /* i */
    PETHREAD reader;              /* i */
    NDIS_HANDLE pool;             /* i */
    struct tun_slot *slots;       /* i: all of them */
    struct tun_slot *free;        /* r */
    bool broken;                  /* r: the device is gone, somebody deleted it */
    KEVENT parked;                /* set while the reader stands still */
    uint32_t mode;                /* a: enum tun_mode */

    struct {
        uint64_t packets, bytes, bundles, waits;
    } out __attribute__((aligned(64))); /* a; written by the reader */
    struct {
        struct tun_slot *slots; /* completed lists on their way back to the reader */
        uint32_t wanted;        /* the reader has none left and waits */
        uint64_t completed, failed, failed_resources;
    } done __attribute__((aligned(64))); /* a */
    struct {
        uint64_t indications, packets, bytes, dropped, refused;
    } in __attribute__((aligned(64))); /* a */
};

void tun_gone(struct tun_stack *tun); /* stack_tun.c */
NTSTATUS tun_reader_create(struct tun_stack *tun);
void tun_reader_destroy(struct tun_stack *tun);
void tun_restarted(void *context);
void tun_pausing(void *context);
void tun_send_complete(void *context, NET_BUFFER_LIST *chain, ULONG flags);

#endif
