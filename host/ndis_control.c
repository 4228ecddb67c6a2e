/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What happens to a running adapter from outside: filters and protocols that come and go, resets, cancelled sends,
 * notices, and the system's shutdown.
 */
#include <string.h>

#include "host/ndis_private.h"

/* --- bindings ---------------------------------------------------------------------------------------------------- */

/* NDIS rebuilds a stack of drivers while its miniport is paused. */
static NDIS_STATUS rebind(struct ndis_adapter *adapter, ULONG reason, int *count, int change) {
    ndis_mutex_lock(&adapter->control);
    NDIS_STATUS status = change < 0 && !*count ? NDIS_STATUS_INVALID_STATE : ndis_pause_locked(adapter, reason);
    if (status == NDIS_STATUS_SUCCESS) {
        *count += change;
        if (count == &adapter->filters) ndis_pnp_event(adapter, NdisDevicePnPEventFilterListChanged, NULL, 0);
        status = ndis_restart_locked(adapter);
    }
    ndis_mutex_unlock(&adapter->control);
    return status;
}

NDIS_STATUS ndis_filter_attach(struct ndis_adapter *adapter) {
    return rebind(adapter, NDIS_PAUSE_ATTACH_FILTER, &adapter->filters, 1);
}

NDIS_STATUS ndis_filter_detach(struct ndis_adapter *adapter) {
    return rebind(adapter, NDIS_PAUSE_DETACH_FILTER, &adapter->filters, -1);
}

NDIS_STATUS ndis_protocol_bind(struct ndis_adapter *adapter) {
    return rebind(adapter, NDIS_PAUSE_BIND_PROTOCOL, &adapter->protocols, 1);
}

NDIS_STATUS ndis_protocol_unbind(struct ndis_adapter *adapter) {
    return rebind(adapter, NDIS_PAUSE_UNBIND_PROTOCOL, &adapter->protocols, -1);
}

/* --- reset ------------------------------------------------------------------------------------------------------- */

static void tell_stack(struct ndis_adapter *adapter, NDIS_STATUS code) {
    NDIS_STATUS_INDICATION indication = {.Header = ndis_object_header(NDIS_OF_STATUS_INDICATION, ndis_host_version),
                                         .SourceHandle = adapter,
                                         .StatusCode = code};
    if (adapter->bound) adapter->stack->status(adapter->stack_context, &indication);
}

/* From 6.30 on a miniport may not keep sends and requests over a reset. */
static void check_reset(struct ndis_adapter *adapter, int64_t sent_before) {
    unsigned requests = ndis_requests_pending(adapter);
    int64_t sent = ndis_sent(adapter);
    if (requests || (sent_before && sent >= sent_before))
        verify_violation("ndis-reset-outstanding", "a reset is complete, and %lld list(s) and %u request(s) are not",
                         (long long)sent, requests);
}

static NDIS_STATUS reset_locked(struct ndis_adapter *adapter) {
    BOOLEAN addressing = FALSE;
    int64_t sent = ndis_sent(adapter);
    __atomic_store_n(&adapter->reset_pending, 1, __ATOMIC_RELEASE);
    tell_stack(adapter, NDIS_STATUS_RESET_START);
    struct ndis_call call = ndis_call_begin("MiniportResetEx", adapter->driver->c.ResetHandlerEx);
    NDIS_STATUS status = adapter->driver->c.ResetHandlerEx(adapter->context, &addressing);
    ndis_call_end(call);
    if (status == NDIS_STATUS_PENDING) {
        KeWaitForSingleObject(&adapter->reset_done, Executive, KernelMode, FALSE, NULL);
        status = adapter->reset_status;
        addressing = adapter->reset_addressing;
    } else if (!__atomic_exchange_n(&adapter->reset_pending, 0, __ATOMIC_ACQ_REL)) {
        verify_violation("ndis-reset-complete", "MiniportResetEx returned %#x and called NdisMResetComplete",
                         (unsigned)status);
    }
    if (status != NDIS_STATUS_RESET_IN_PROGRESS) check_reset(adapter, sent);
    tell_stack(adapter, NDIS_STATUS_RESET_END);
    adapter->reset_restore = addressing;
    return status;
}

NDIS_STATUS ndis_reset(struct ndis_adapter *adapter) {
    if (!adapter->driver->c.ResetHandlerEx) return NDIS_STATUS_NOT_SUPPORTED;
    NDIS_STATUS status = NDIS_STATUS_INVALID_STATE;
    ndis_mutex_lock(&adapter->control);
    if (ndis_state_of(adapter) >= NDIS_PAUSED && !adapter->low_power) {
        /* No request comes during a reset; one that the miniport has already is what may need it. */
        bool quiet = !ndis_requests_pending(adapter);
        if (quiet) ndis_mutex_lock(&adapter->oid);
        status = reset_locked(adapter);
        if (quiet) ndis_mutex_unlock(&adapter->oid);
        if (adapter->reset_restore) ndis_oid_restore(adapter);
    }
    ndis_mutex_unlock(&adapter->control);
    return status;
}

VOID NTAPI NdisMResetComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status, BOOLEAN AddressingReset) {
    NT_ENTER(NdisMResetComplete);
    struct ndis_adapter *adapter = ndis_adapter_check(MiniportAdapterHandle, "NdisMResetComplete");
    if (!adapter) return;
    ndis_check_no_locks("NdisMResetComplete");
    if (Status == NDIS_STATUS_PENDING || !__atomic_exchange_n(&adapter->reset_pending, 0, __ATOMIC_ACQ_REL)) {
        verify_violation("ndis-reset-complete", "NdisMResetComplete with status %#x: no reset is pending",
                         (unsigned)Status);
        return;
    }
    adapter->reset_status = Status;
    adapter->reset_addressing = AddressingReset;
    KeSetEvent(&adapter->reset_done, IO_NO_INCREMENT, FALSE);
}

/* Done at the next check for hang: NDIS resets later, too, from a thread of its own. */
VOID NTAPI NdisMResetMiniport(NDIS_HANDLE MiniportAdapterHandle) {
    NT_ENTER(NdisMResetMiniport);
    struct ndis_adapter *adapter = ndis_adapter_check(MiniportAdapterHandle, "NdisMResetMiniport");
    if (!adapter) return;
    if (!adapter->driver->c.ResetHandlerEx)
        verify_violation("ndis-parameter", "NdisMResetMiniport: the miniport has no MiniportResetEx");
    else
        __atomic_store_n(&adapter->reset_wanted, true, __ATOMIC_RELEASE);
}

bool ndis_check_for_hang(struct ndis_adapter *adapter, unsigned seconds) {
    const NDIS_MINIPORT_DRIVER_CHARACTERISTICS *c = &adapter->driver->c;
    bool reset = __atomic_exchange_n(&adapter->reset_wanted, false, __ATOMIC_ACQ_REL);
    ndis_mutex_lock(&adapter->control);
    unsigned every = adapter->registration.CheckForHangTimeInSeconds;
    if (!every) every = 2;
    adapter->unchecked_seconds += seconds;
    if (c->CheckForHangHandlerEx && adapter->unchecked_seconds >= every && ndis_state_of(adapter) == NDIS_RUNNING &&
        !adapter->low_power) {
        adapter->unchecked_seconds = 0;
        struct ndis_call call = ndis_call_begin("MiniportCheckForHangEx", c->CheckForHangHandlerEx);
        reset |= c->CheckForHangHandlerEx(adapter->context);
        ndis_call_end(call);
        reset |= ndis_requests_hang(adapter);
    }
    ndis_mutex_unlock(&adapter->control);
    return reset && ndis_reset(adapter) == NDIS_STATUS_SUCCESS;
}

/* --- notices and the end ----------------------------------------------------------------------------------------- */

void ndis_notify(struct ndis_adapter *adapter, NDIS_DEVICE_PNP_EVENT event, void *buffer, ULONG size) {
    ndis_mutex_lock(&adapter->control);
    if (ndis_state_of(adapter) >= NDIS_PAUSED) ndis_pnp_event(adapter, event, buffer, size);
    ndis_mutex_unlock(&adapter->control);
}

void ndis_cancel_send(struct ndis_adapter *adapter, void *id) {
    ndis_enter(&adapter->sends); /* so that no halt overtakes it */
    if (ndis_state_of(adapter) == NDIS_RUNNING) {
        struct ndis_call call = ndis_call_begin("MiniportCancelSend", adapter->driver->c.CancelSendHandler);
        adapter->driver->c.CancelSendHandler(adapter->context, id);
        ndis_call_end(call);
    }
    ndis_leave(adapter, &adapter->sends);
}

void ndis_shutdown(struct ndis_adapter *adapter) {
    struct ndis_call call = ndis_call_begin("MiniportShutdownEx", adapter->driver->c.ShutdownHandlerEx);
    adapter->driver->c.ShutdownHandlerEx(adapter->context, NdisShutdownPowerOff);
    ndis_call_end(call);
}

struct shut_list {
    struct ndis_adapter *adapters[64];
    unsigned count;
};

static void shut_list_add(struct ndis_adapter *adapter, void *context) {
    struct shut_list *list = context;
    if (ndis_state_of(adapter) >= NDIS_PAUSED && list->count < sizeof list->adapters / sizeof *list->adapters)
        list->adapters[list->count++] = adapter;
}

void ndis_shutdown_all(NDIS_SHUTDOWN_ACTION action) {
    struct shut_list list = {.count = 0};
    ndis_for_each(shut_list_add, &list);
    for (unsigned i = 0; i < list.count; i++) {
        struct ndis_adapter *adapter = list.adapters[i];
        KIRQL irql = ke_irql();
        /* After a bug check nothing else runs, at the highest level. */
        if (action == NdisShutdownBugCheck) KeRaiseIrql(HIGH_LEVEL, &irql);
        struct ndis_call call = ndis_call_begin("MiniportShutdownEx", adapter->driver->c.ShutdownHandlerEx);
        adapter->driver->c.ShutdownHandlerEx(adapter->context, action);
        ndis_call_end(call);
        if (action == NdisShutdownBugCheck) KeLowerIrql(irql);
    }
}
