/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the driver tests share: a running host with the driver under test, adapters over the scriptable stack, and a
 * client that speaks the control requests and the rings by itself, so that it can also misbehave.
 */
#ifndef TEST_DRIVER_RIG_H
#define TEST_DRIVER_RIG_H

#include <check.h>

#include "core/abi.h"
#include "host/kernel.h"
#include "host/pnp.h"
#include "host/stack_fake.h"

struct rig {
    struct devnode *node;
    struct ndis_adapter *adapter;
    struct fake_stack *stack;
    unsigned instance;
};

/* One started adapter each. The first call starts the host; rig_stop removes the adapter, the last stops the host. */
struct rig rig_start(void);
struct rig_driver {
    const char *name;     /* of a test driver: "seh" is drivers/seh.c */
    const WCHAR *service; /* NULL: "Test" */
    uint16_t ndis_version;
};
/* The next host starts with a test driver instead of ours; NULL: with ours again. For one process: tests fork. */
void rig_use(const struct rig_driver *driver);
void *rig_symbol(const char *name); /* an export of the test driver, which is loaded */
struct rig rig_start_with(const struct pnp_property *properties, unsigned count);
/* A device of the same instance path as one that was removed. */
struct rig rig_start_again(const struct rig *old);
void rig_stop(struct rig *rig);
void rig_surprise_remove(struct rig *rig);
void rig_forget(struct rig *rig); /* its node went with another rig's */

struct client {
    HANDLE device, data, kick, room;
    struct abi_attach_out out;
    struct ring_consumer rx; /* ToClient */
    struct ring_producer tx; /* ToStack */
};

#define CAPACITY RING_CAPACITY_MIN

NTSTATUS client_open(const struct rig *rig, struct client *client); /* and its events */
NTSTATUS client_attach(struct client *client, uint32_t to_client, uint32_t to_stack);
struct abi_attach_in client_attach_input(const struct client *client, uint32_t to_client, uint32_t to_stack);
NTSTATUS client_attach_raw(struct client *client, const void *in, uint32_t in_size, uint32_t out_size);
NTSTATUS client_detach(struct client *client);
void client_close(struct client *client); /* also unmaps its view */
struct client client_attached(const struct rig *rig, uint32_t capacity);
struct abi_counters client_counters(const struct client *client);

/* Takes the next packet, waiting on the data event while there is none. Returns its length and copies it. */
uint32_t client_receive(struct client *client, void *packet, uint32_t size);
bool client_try_receive(struct client *client, void *packet, uint32_t size, uint32_t *length);
/* Writes one packet, waiting for room; publishes at once, and kicks if asked to. */
void client_send(struct client *client, const void *packet, uint32_t length);
void client_send_many(struct client *client, const void *packet, uint32_t length, unsigned count);
uint32_t client_state(const struct client *client, unsigned ring); /* enum ring_state */

/* An IPv4 or IPv6 packet of exactly `length` bytes whose payload follows from `seed`. */
void packet_make(uint8_t *packet, uint32_t length, unsigned family, uint32_t seed);
void packet_assert(const uint8_t *packet, uint32_t length, unsigned family, uint32_t seed);

/* Runs function(context) in an NT thread of the client process; join with ps_thread_join. */
PETHREAD rig_thread(void (*function)(void *), void *context);

#endif
