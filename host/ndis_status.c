/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Status indications of a miniport: what each of the usual codes must carry.
 */
#include "host/ndis_private.h"

static const char call[] = "NdisMIndicateStatusEx";

/* The buffer holds an object of this kind, whole. */
static bool carries(struct ndis_adapter *adapter, const NDIS_STATUS_INDICATION *indication, enum ndis_object object) {
    const NDIS_OBJECT_HEADER *header = indication->StatusBuffer;
    if (!header || indication->StatusBufferSize < sizeof *header) {
        verify_violation("ndis-status", "%s: status %#x with a buffer of %u bytes", call,
                         (unsigned)indication->StatusCode, indication->StatusBufferSize);
        return false;
    }
    if (!ndis_object_ok(object, adapter->driver->version, header, call)) return false;
    if (header->Size <= indication->StatusBufferSize) return true;
    verify_violation("ndis-status", "%s: status %#x: an object of %u bytes in a buffer of %u", call,
                     (unsigned)indication->StatusCode, header->Size, indication->StatusBufferSize);
    return false;
}

static bool carries_ulong(const NDIS_STATUS_INDICATION *indication) {
    if (indication->StatusBuffer && indication->StatusBufferSize >= sizeof(ULONG)) return true;
    verify_violation("ndis-status", "%s: status %#x needs a buffer of 4 bytes, has %u", call,
                     (unsigned)indication->StatusCode, indication->StatusBufferSize);
    return false;
}

static bool link_state(struct ndis_adapter *adapter, const NDIS_STATUS_INDICATION *indication) {
    if (!carries(adapter, indication, NDIS_OF_LINK_STATE)) return false;
    const NDIS_LINK_STATE *link = indication->StatusBuffer;
    ndis_check_filled(call, link, 0, 0);
    if ((unsigned)link->MediaConnectState > MediaConnectStateDisconnected) {
        verify_violation("ndis-status", "%s: MediaConnectState %u", call, (unsigned)link->MediaConnectState);
        return false;
    }
    __atomic_store_n(&adapter->connect_state, link->MediaConnectState, __ATOMIC_RELEASE);
    return true;
}

/* False after a violation: the stack does not get it. */
static bool check_contents(struct ndis_adapter *adapter, const NDIS_STATUS_INDICATION *indication) {
    switch (indication->StatusCode) {
    case NDIS_STATUS_LINK_STATE: return link_state(adapter, indication);
    case NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG:
    case NDIS_STATUS_TASK_OFFLOAD_HARDWARE_CAPABILITIES: return carries(adapter, indication, NDIS_OF_OFFLOAD);
    case NDIS_STATUS_OPER_STATUS: return carries(adapter, indication, NDIS_OF_OPER_STATE);
    case NDIS_STATUS_PACKET_FILTER:
    case NDIS_STATUS_NETWORK_CHANGE: return carries_ulong(indication);
    case NDIS_STATUS_MEDIA_CONNECT:
    case NDIS_STATUS_MEDIA_DISCONNECT:
    case NDIS_STATUS_LINK_SPEED_CHANGE:
    case NDIS_STATUS_RESET_START:
    case NDIS_STATUS_RESET_END:
        verify_violation("ndis-status",
                         "%s: status %#x is not for NDIS 6 miniports: NDIS tells of resets, and of "
                         "links NDIS_STATUS_LINK_STATE",
                         call, (unsigned)indication->StatusCode);
        return false;
    default:
        if (!indication->StatusBuffer && indication->StatusBufferSize)
            verify_violation("ndis-status", "%s: status %#x has no buffer of its %u bytes", call,
                             (unsigned)indication->StatusCode, indication->StatusBufferSize);
        return true;
    }
}

VOID NTAPI NdisMIndicateStatusEx(NDIS_HANDLE MiniportAdapterHandle, PNDIS_STATUS_INDICATION StatusIndication) {
    NT_ENTER(NdisMIndicateStatusEx);
    struct ndis_adapter *adapter = ndis_adapter_check(MiniportAdapterHandle, call);
    if (!adapter) return;
    ndis_check_no_locks(call);
    if (!ndis_object_ok(NDIS_OF_STATUS_INDICATION, adapter->driver->version, &StatusIndication->Header, call)) return;
    /* NDIS uses what is behind the GUID. */
    ndis_check_filled(call, StatusIndication, offsetof(NDIS_STATUS_INDICATION, Guid),
                      sizeof *StatusIndication - offsetof(NDIS_STATUS_INDICATION, Guid));
    if (StatusIndication->SourceHandle != MiniportAdapterHandle)
        verify_violation("ndis-source-handle", "%s: SourceHandle is not the adapter's handle", call);
    enum ndis_state state = ndis_state_of(adapter);
    if (state == NDIS_HALTED) {
        verify_violation("ndis-halted-adapter", "%s: the adapter is halted", call);
        return;
    }
    if (state == NDIS_INITIALIZING && !adapter->general_set)
        verify_violation("ndis-attributes", "%s before the general attributes are set", call);
    if (!check_contents(adapter, StatusIndication)) return;
    /* Held like a data path call, so that unbind cannot overtake it. */
    ndis_enter(&adapter->calls);
    if (__atomic_load_n(&adapter->bound, __ATOMIC_SEQ_CST))
        adapter->stack->status(adapter->stack_context, StatusIndication);
    ndis_leave(adapter, &adapter->calls);
}
