/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the lodger (lodger.c) and its client share: two rings of bytes in the client's own memory.
 */
#ifndef TEST_DRIVER_LODGER_H
#define TEST_DRIVER_LODGER_H

#define LODGER_CAPACITY 65536u /* bytes of records, a power of two */
#define LODGER_PACKET_MAX 4096u
/* A record that begins near the end goes on behind it. */
#define LODGER_RING_SIZE (sizeof(struct lodger_ring) + LODGER_CAPACITY + LODGER_PACKET_MAX + 8)

/* Offsets into the records; head is the consumer's, tail the producer's. Equal: empty. */
struct lodger_ring {
    unsigned head, tail;
    int alertable; /* the consumer sleeps, or is about to */
    unsigned reserved;
    unsigned char records[];
};

/* A length, that many bytes, rounded up to four. */
#define LODGER_RECORD(length) (((unsigned)(length) + 4 + 3) & ~3u)

struct lodger_register {
    unsigned long long to_client, to_client_event, to_stack, to_stack_event; /* addresses and handles of the caller */
};

/* CTL_CODE(FILE_DEVICE_NETWORK, 0xA00, METHOD_BUFFERED, FILE_READ_DATA | FILE_WRITE_DATA) */
#define LODGER_REGISTER 0x0012e800u

#endif
