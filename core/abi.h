/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What driver and library say to each other: control requests and the layout of the shared ring memory.
 * Pure C, no operating system: 64-bit little-endian on both sides, so the structures below are the wire format.
 *
 *   the shared view (one section object, made by the driver)
 *   +0                 struct ring_shared   ToClient   (driver produces, client consumes)
 *   +RING_SHARED_SIZE  struct ring_shared   ToStack    (client produces, driver consumes)
 *   +ABI_DATA_OFFSET   records of ToClient: capacity + RING_SLACK bytes, rounded up to a page
 *   +...               records of ToStack:  capacity + RING_SLACK bytes, rounded up to a page
 */
#ifndef CORE_ABI_H
#define CORE_ABI_H

#include <stddef.h>
#include <stdint.h>

#include "core/ring.h"

/* Raised whenever a structure below or the ring protocol changes; attach fails when the two sides differ. */
#define ABI_VERSION 1u

/* Of the device property that says who may open an adapter, with its end. */
#define ABI_SDDL_CHARS 511u

#define ABI_PAGE 4096u
#define ABI_DATA_OFFSET ABI_PAGE

/* CTL_CODE(FILE_DEVICE_NETWORK, function, METHOD_BUFFERED, FILE_READ_DATA | FILE_WRITE_DATA) */
#define ABI_CTL(function) ((0x12u << 16) | (3u << 14) | ((uint32_t)(function) << 2))

/* in: struct abi_attach_in, out: struct abi_attach_out. One session per adapter at a time, one per handle.
 * STATUS_SHARING_VIOLATION        another handle is attached
 * STATUS_INVALID_DEVICE_STATE     this handle is attached already, or is being closed
 * STATUS_INVALID_PARAMETER        a capacity is no power of two or out of range, or a size is wrong
 * STATUS_REVISION_MISMATCH        the other side speaks another ABI_VERSION
 * STATUS_DEVICE_REMOVED           the adapter is gone
 * STATUS_NOT_SUPPORTED            a 32-bit caller */
#define ABI_CTL_ATTACH ABI_CTL(0x900)

/* no data. Ends the session of this handle: the rings say "closed", the driver will not touch them again. The view
 * stays mapped until the client unmaps it. STATUS_INVALID_DEVICE_STATE when not attached. */
#define ABI_CTL_DETACH ABI_CTL(0x901)

/* out: struct abi_counters, the adapter's counters since it was initialized. Works with or without a session. */
#define ABI_CTL_COUNTERS ABI_CTL(0x902)

struct abi_attach_in {
    uint32_t version;            /* ABI_VERSION */
    uint32_t size;               /* sizeof(struct abi_attach_in) */
    uint32_t to_client_capacity; /* bytes: a power of two, RING_CAPACITY_MIN to RING_CAPACITY_MAX */
    uint32_t to_stack_capacity;  /* the same */
    uint64_t data_event;         /* event handle, set by the driver: ToClient has records, or the session has ended */
    uint64_t kick_event;         /* event handle, set by the client: ToStack has records. Must be a synchronization
                                    (auto-reset) event; the driver waits for it */
    uint64_t room_event;         /* event handle, set by the driver: ToStack has room again */
};

struct abi_attach_out {
    uint32_t size;             /* sizeof(struct abi_attach_out) */
    uint32_t offload;          /* which metadata either side may use; 0: none, every record's metadata is zero */
    uint64_t view;             /* address in the calling process */
    uint64_t view_size;        /* bytes; the client unmaps the view with UnmapViewOfFile */
    uint32_t to_client_offset; /* bytes from the view to the first record of each ring */
    uint32_t to_stack_offset;
};

/* Counted by the driver. Packets, not NET_BUFFER_LISTs; bytes are of IP packets, without ring headers. */
struct abi_counters {
    uint32_t size;     /* sizeof(struct abi_counters) */
    uint32_t attached; /* 1 while a session exists */
    uint64_t to_client_packets;
    uint64_t to_client_bytes;
    uint64_t to_client_full;    /* lost because the ring was full */
    uint64_t to_client_refused; /* lost because there was no session, or it was paused or in low power */
    uint64_t to_client_invalid; /* lost because it was no IP packet, too long, or could not be mapped */
    uint64_t to_stack_packets;
    uint64_t to_stack_bytes;
    uint64_t to_stack_invalid; /* refused because the record held no IP packet */
    uint64_t to_stack_reserve; /* indicated from the reserve, because the stack holds all other buffers (not lost) */
    uint64_t wakes;            /* times the client was woken */
    uint64_t sleeps;           /* times the ToStack thread slept */
};

_Static_assert(sizeof(struct abi_attach_in) == 40 && sizeof(struct abi_attach_out) == 32, "wire format");
_Static_assert(sizeof(struct abi_counters) == 96, "wire format");
_Static_assert(2 * sizeof(struct ring_shared) <= ABI_DATA_OFFSET, "both ring headers fit in front of the records");

/* Bytes from the start of one ring's records to the next: whole pages. */
static inline uint64_t abi_records_size(uint32_t capacity) {
    return ((uint64_t)capacity + RING_SLACK + ABI_PAGE - 1) & ~(uint64_t)(ABI_PAGE - 1);
}

static inline uint64_t abi_view_size(uint32_t to_client_capacity, uint32_t to_stack_capacity) {
    return ABI_DATA_OFFSET + abi_records_size(to_client_capacity) + abi_records_size(to_stack_capacity);
}

static inline bool abi_attach_valid(const struct abi_attach_in *in) {
    return in->version == ABI_VERSION && in->size == sizeof(*in) && ring_capacity_valid(in->to_client_capacity) &&
           ring_capacity_valid(in->to_stack_capacity);
}

/* What a successful attach answers. */
static inline struct abi_attach_out abi_attach_reply(const struct abi_attach_in *in, uint64_t view) {
    return (struct abi_attach_out){
        .size = sizeof(struct abi_attach_out),
        .view = view,
        .view_size = abi_view_size(in->to_client_capacity, in->to_stack_capacity),
        .to_client_offset = ABI_DATA_OFFSET,
        .to_stack_offset = ABI_DATA_OFFSET + (uint32_t)abi_records_size(in->to_client_capacity),
    };
}

#endif
