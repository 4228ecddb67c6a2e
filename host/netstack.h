/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * NDIS's two inner faces: towards a network stack (stack_tun.c, stack_fake.c) and towards PnP and the tests.
 */
#ifndef HOST_NETSTACK_H
#define HOST_NETSTACK_H

#include "host/host.h"
#include "nt/ndis.h"

struct ndis_adapter; /* one miniport adapter */
struct net_stack;

/* Called by host_start and host_stop. stack NULL keeps ndis_stack; version 0 is the default, others major << 8 | minor. */
NTSTATUS ndis_start(const struct net_stack *stack, uint16_t version);
void ndis_stop(void); /* every adapter is gone, every driver unloaded */

/* What NDIS calls in a stack. Each gets the pointer that bind made. */
struct net_stack {
    const char *name;
    NTSTATUS (*bind)(struct ndis_adapter *adapter, void **context); /* after MiniportInitializeEx, before the restart */
    void (*restarted)(void *context);                               /* Running: may send from now on */
    void (*pausing)(void *context); /* must stop sending before it returns; may still return indicated lists */
    /* The chain is the stack's until it hands it back with ndis_stack_return, unless flags has
     * NDIS_RECEIVE_FLAGS_RESOURCES: then it must be left alone once this returns. Same IRQL as the indication. */
    void (*indicate)(void *context, NET_BUFFER_LIST *chain, ULONG count, ULONG flags);
    void (*send_complete)(void *context, NET_BUFFER_LIST *chain, ULONG flags); /* the stack owns the chain again */
    void (*status)(void *context, const NDIS_STATUS_INDICATION *indication);
    void (*unbind)(void *context); /* after the pause, before MiniportHaltEx; everything must have come back */
};

extern const struct net_stack stack_tun, stack_fake;
extern const struct net_stack *ndis_stack; /* chosen by host_start */

/* For stacks. */
void ndis_stack_send(struct ndis_adapter *adapter, NET_BUFFER_LIST *chain, ULONG flags); /* NDIS_SEND_FLAGS_... */
void ndis_stack_return(struct ndis_adapter *adapter, NET_BUFFER_LIST *chain, ULONG flags);
/* Synchronous; fills BytesWritten/BytesNeeded as the miniport did. Serialized per adapter, as NDIS does. */
NDIS_STATUS ndis_stack_oid(struct ndis_adapter *adapter, NDIS_OID_REQUEST *request);
NDIS_STATUS ndis_query(struct ndis_adapter *adapter, NDIS_OID oid, void *buffer, ULONG size, ULONG *written);
NDIS_STATUS ndis_set(struct ndis_adapter *adapter, NDIS_OID oid, void *buffer, ULONG size);

NET_LUID ndis_adapter_luid(struct ndis_adapter *adapter);
ULONG ndis_adapter_if_index(struct ndis_adapter *adapter);
const GUID *ndis_adapter_guid(struct ndis_adapter *adapter); /* NetCfgInstanceId */
ULONG ndis_adapter_mtu(struct ndis_adapter *adapter);
bool ndis_adapter_connected(struct ndis_adapter *adapter); /* media connect state last indicated */
void *ndis_adapter_stack_context(struct ndis_adapter *adapter);

/* For PnP and tests. All synchronous, at PASSIVE_LEVEL; the states are those of NDIS's miniport state diagram. */
enum ndis_state { NDIS_HALTED, NDIS_INITIALIZING, NDIS_PAUSED, NDIS_RESTARTING, NDIS_RUNNING, NDIS_PAUSING };
enum ndis_state ndis_adapter_state(struct ndis_adapter *adapter);
struct ndis_adapter *ndis_adapter_find(const GUID *guid); /* by NetCfgInstanceId, NULL for any; not referenced */
NDIS_STATUS ndis_pause(struct ndis_adapter *adapter);
NDIS_STATUS ndis_restart(struct ndis_adapter *adapter);
NDIS_STATUS ndis_set_power(struct ndis_adapter *adapter, NDIS_DEVICE_POWER_STATE state); /* as on a system sleep */
void ndis_shutdown(struct ndis_adapter *adapter);
/* Completions and indications still inside NDIS when the last pause (or low-power request) was complete. A miniport that
 * leaves its gate only after those calls returned has 0. */
int64_t ndis_adapter_calls_at_pause(struct ndis_adapter *adapter);
/* AddDevice + start (initialize, bind, restart) and the removals, called by pnp.c. */
NTSTATUS ndis_device_start(PDEVICE_OBJECT physical_device, const GUID *net_cfg_instance_id);
void ndis_device_surprise_remove(PDEVICE_OBJECT physical_device);
void ndis_device_remove(PDEVICE_OBJECT physical_device); /* pause, unbind, halt */

#endif
