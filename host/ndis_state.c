/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The miniport's state diagram: initialize, restart, pause, halt, and power. One change at a time, under `control`.
 */
#include <string.h>

#include "host/ndis_private.h"
#include "host/sched.h"

#define PAUSE_TIMEOUT_100NS (-30LL * 10000000)

/* --- waiting for calls of the data path -------------------------------------------------------------------------- */

static void ndis_drain(struct ndis_adapter *adapter, int64_t *counter) {
    __atomic_store_n(&adapter->draining, 1, __ATOMIC_SEQ_CST); /* pairs with ndis_leave */
    while (__atomic_load_n(counter, __ATOMIC_SEQ_CST))
        KeWaitForSingleObject(&adapter->drained, Executive, KernelMode, FALSE, NULL);
    __atomic_store_n(&adapter->draining, 0, __ATOMIC_SEQ_CST);
}

static void check_lists(struct ndis_adapter *adapter, const char *when, void *code) {
    verify_about(code);
    int64_t sent = ndis_sent(adapter);
    if (ndis_state_of(adapter) == NDIS_HALTED) sent += __atomic_load_n(&adapter->late, __ATOMIC_ACQUIRE);
    int64_t indicated = __atomic_load_n(&adapter->indicated, __ATOMIC_ACQUIRE);
    if (sent)
        verify_violation("ndis-sends-outstanding", "%s, and the miniport has not completed %lld list(s)", when,
                         (long long)sent);
    if (indicated)
        verify_violation("ndis-receives-outstanding", "%s, and the stack still holds %lld indicated list(s)", when,
                         (long long)indicated);
    verify_about(NULL);
}

/* --- restart and pause ------------------------------------------------------------------------------------------- */

/* What NDIS knows from the general attributes, as MiniportRestart gets it. */
struct restart_attributes {
    NDIS_RESTART_ATTRIBUTES head;
    uint8_t room[sizeof(NDIS_RESTART_GENERAL_ATTRIBUTES)];
};

static void restart_attributes_fill(struct ndis_adapter *adapter, struct restart_attributes *attributes) {
    memset(attributes, 0, sizeof *attributes);
    attributes->head.Oid = OID_GEN_MINIPORT_RESTART_ATTRIBUTES;
    attributes->head.DataLength = sizeof(NDIS_RESTART_GENERAL_ATTRIBUTES);
    NDIS_RESTART_GENERAL_ATTRIBUTES general = {
        .Header = ndis_object_header(NDIS_OF_RESTART_GENERAL_ATTRIBUTES, adapter->driver->version),
        .MtuSize = adapter->general.MtuSize,
        .MaxXmitLinkSpeed = adapter->general.MaxXmitLinkSpeed,
        .MaxRcvLinkSpeed = adapter->general.MaxRcvLinkSpeed,
        .LookaheadSize = adapter->general.LookaheadSize,
        .MacOptions = adapter->general.MacOptions,
        .SupportedPacketFilters = adapter->general.SupportedPacketFilters,
        .MaxMulticastListSize = adapter->general.MaxMulticastListSize,
        .AccessType = adapter->general.AccessType,
        .ConnectionType = adapter->general.ConnectionType,
        .SupportedStatistics = adapter->general.SupportedStatistics,
        .DataBackFillSize = adapter->general.DataBackFillSize,
        .ContextBackFillSize = adapter->general.ContextBackFillSize,
        .SupportedOidList = adapter->oids,
        .SupportedOidListLength = adapter->general.SupportedOidListLength,
    };
    memcpy((char *)attributes + offsetof(NDIS_RESTART_ATTRIBUTES, Data), &general, sizeof general);
}

/* A miniport may change them while it restarts. */
static void restart_attributes_read(struct ndis_adapter *adapter, struct restart_attributes *attributes) {
    NDIS_RESTART_GENERAL_ATTRIBUTES general;
    memcpy(&general, (char *)attributes + offsetof(NDIS_RESTART_ATTRIBUTES, Data), sizeof general);
    if (!ndis_object_ok(NDIS_OF_RESTART_GENERAL_ATTRIBUTES, adapter->driver->version, &general.Header,
                        "MiniportRestart"))
        return;
    adapter->general.MtuSize = general.MtuSize;
    adapter->general.MaxXmitLinkSpeed = general.MaxXmitLinkSpeed;
    adapter->general.MaxRcvLinkSpeed = general.MaxRcvLinkSpeed;
    adapter->general.LookaheadSize = general.LookaheadSize;
    adapter->general.MacOptions = general.MacOptions;
}

NDIS_STATUS ndis_restart_locked(struct ndis_adapter *adapter) {
    if (ndis_state_of(adapter) != NDIS_PAUSED) return NDIS_STATUS_INVALID_STATE;
    struct restart_attributes attributes;
    restart_attributes_fill(adapter, &attributes);
    NDIS_MINIPORT_RESTART_PARAMETERS parameters = {
        .Header = ndis_object_header(NDIS_OF_RESTART_PARAMETERS, adapter->driver->version),
        .RestartAttributes = &attributes.head,
    };
    __atomic_store_n(&adapter->restart_pending, 1, __ATOMIC_RELEASE);
    ndis_state_set(adapter, NDIS_RESTARTING);
    struct ndis_call call = ndis_call_begin("MiniportRestart", adapter->driver->c.RestartHandler);
    NDIS_STATUS status = adapter->driver->c.RestartHandler(adapter->context, &parameters);
    ndis_call_end(call);
    if (status == NDIS_STATUS_PENDING) {
        KeWaitForSingleObject(&adapter->restart_done, Executive, KernelMode, FALSE, NULL);
        status = adapter->restart_status;
    } else if (!__atomic_exchange_n(&adapter->restart_pending, 0, __ATOMIC_ACQ_REL)) {
        verify_about(call.code);
        verify_violation("ndis-restart-complete", "MiniportRestart returned %#x and called NdisMRestartComplete",
                         (unsigned)status);
    }
    if (status != NDIS_STATUS_SUCCESS) {
        ndis_state_set(adapter, NDIS_PAUSED);
        return status;
    }
    restart_attributes_read(adapter, &attributes);
    ndis_state_set(adapter, NDIS_RUNNING);
    adapter->stack->restarted(adapter->stack_context);
    return status;
}

VOID NTAPI NdisMRestartComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status) {
    NT_ENTER(NdisMRestartComplete);
    struct ndis_adapter *adapter = ndis_adapter_check(MiniportAdapterHandle, "NdisMRestartComplete");
    if (!adapter) return;
    ndis_check_no_locks("NdisMRestartComplete");
    if (Status == NDIS_STATUS_PENDING)
        verify_violation("ndis-restart-complete", "NdisMRestartComplete: the status is NDIS_STATUS_PENDING");
    if (!__atomic_exchange_n(&adapter->restart_pending, 0, __ATOMIC_ACQ_REL)) {
        verify_violation("ndis-restart-complete", "NdisMRestartComplete: no restart is pending");
        return;
    }
    adapter->restart_status = Status;
    KeSetEvent(&adapter->restart_done, IO_NO_INCREMENT, FALSE);
}

/* A pause may wait for the stack, but then it has to come to an end. */
static void pause_wait(struct ndis_adapter *adapter) {
    LARGE_INTEGER timeout = {.QuadPart = PAUSE_TIMEOUT_100NS};
    /* The seeded scheduler finds deadlocks by itself, but not behind a time limit. */
    while (KeWaitForSingleObject(&adapter->pause_done, Executive, KernelMode, FALSE,
                                 sched_running() ? NULL : &timeout) == STATUS_TIMEOUT) {
        if (__atomic_load_n(&adapter->indicated, __ATOMIC_ACQUIRE)) continue;
        verify_about(adapter->driver->c.PauseHandler);
        verify_violation("ndis-pause-timeout", "a pause has been pending for 30 seconds; the stack holds no list");
    }
}

NDIS_STATUS ndis_pause_locked(struct ndis_adapter *adapter, ULONG reason) {
    if (ndis_state_of(adapter) != NDIS_RUNNING) return NDIS_STATUS_INVALID_STATE;
    adapter->stack->pausing(adapter->stack_context);
    NDIS_MINIPORT_PAUSE_PARAMETERS parameters = {
        .Header = ndis_object_header(NDIS_OF_PAUSE_PARAMETERS, adapter->driver->version),
        .PauseReason = reason,
    };
    __atomic_store_n(&adapter->pause_pending, 1, __ATOMIC_RELEASE);
    __atomic_store_n(&adapter->state, NDIS_PAUSING, __ATOMIC_SEQ_CST);
    ndis_drain(adapter, &adapter->sends);
    struct ndis_call call = ndis_call_begin("MiniportPause", adapter->driver->c.PauseHandler);
    NDIS_STATUS status = adapter->driver->c.PauseHandler(adapter->context, &parameters);
    ndis_call_end(call);
    if (status == NDIS_STATUS_PENDING) {
        pause_wait(adapter);
    } else {
        verify_about(call.code);
        if (!__atomic_exchange_n(&adapter->pause_pending, 0, __ATOMIC_ACQ_REL))
            verify_violation("ndis-pause-complete", "MiniportPause returned %#x and called NdisMPauseComplete",
                             (unsigned)status);
        if (status != NDIS_STATUS_SUCCESS)
            verify_violation("ndis-pause-failed", "MiniportPause returned %#x; it cannot fail", (unsigned)status);
        verify_about(NULL);
    }
    adapter->calls_at_pause = __atomic_load_n(&adapter->calls, __ATOMIC_SEQ_CST);
    ndis_state_set(adapter, NDIS_PAUSED);
    check_lists(adapter, "the pause is complete", adapter->driver->c.PauseHandler);
    ndis_drain(adapter, &adapter->calls);
    return NDIS_STATUS_SUCCESS;
}

VOID NTAPI NdisMPauseComplete(NDIS_HANDLE MiniportAdapterHandle) {
    NT_ENTER(NdisMPauseComplete);
    struct ndis_adapter *adapter = ndis_adapter_check(MiniportAdapterHandle, "NdisMPauseComplete");
    if (!adapter) return;
    ndis_check_no_locks("NdisMPauseComplete");
    if (__atomic_load_n(&adapter->pause_pending, __ATOMIC_ACQUIRE))
        check_lists(adapter, "NdisMPauseComplete was called", __builtin_return_address(0));
    if (!__atomic_exchange_n(&adapter->pause_pending, 0, __ATOMIC_ACQ_REL)) {
        verify_violation("ndis-pause-complete", "NdisMPauseComplete: no pause is pending");
        return;
    }
    KeSetEvent(&adapter->pause_done, IO_NO_INCREMENT, FALSE);
}

/* --- initialize and halt ----------------------------------------------------------------------------------------- */

void ndis_pnp_event(struct ndis_adapter *adapter, NDIS_DEVICE_PNP_EVENT event, void *buffer, ULONG size) {
    NET_DEVICE_PNP_EVENT notice = {
        .Header = ndis_object_header(NDIS_OF_PNP_EVENT, adapter->driver->version),
        .DevicePnPEvent = event,
        .InformationBuffer = buffer,
        .InformationBufferLength = size,
    };
    struct ndis_call call =
        ndis_call_begin("MiniportDevicePnPEventNotify", adapter->driver->c.DevicePnPEventNotifyHandler);
    adapter->driver->c.DevicePnPEventNotifyHandler(adapter->context, &notice);
    ndis_call_end(call);
}

static void call_halt(struct ndis_adapter *adapter, NDIS_HALT_ACTION action) {
    /* A miniport is not halted while it has requests. */
    ndis_requests_refuse(adapter, true);
    ndis_drain(adapter, &adapter->asked);
    struct ndis_call call = ndis_call_begin("MiniportHaltEx", adapter->driver->c.HaltHandlerEx);
    adapter->driver->c.HaltHandlerEx(adapter->context, action);
    ndis_call_end(call);
    ndis_drain(adapter, &adapter->calls);
    ndis_state_set(adapter, NDIS_HALTED);
    __atomic_store_n(&adapter->dead, true, __ATOMIC_RELEASE);
    check_lists(adapter, "the adapter is halted", adapter->driver->c.HaltHandlerEx);
    ndis_owned_check(adapter, "ndis-halt-leak", "the adapter is halted");
    adapter->context = NULL;
}

static NTSTATUS call_initialize(struct ndis_adapter *adapter) {
    NDIS_MINIPORT_INIT_PARAMETERS parameters = {
        .Header = ndis_object_header(NDIS_OF_INIT_PARAMETERS, adapter->driver->version),
        .IfIndex = adapter->if_index,
        .NetLuid = adapter->luid,
        .MiniportAddDeviceContext = adapter->add_device_context,
    };
    adapter->registration_set = adapter->general_set = false;
    ndis_requests_refuse(adapter, false);
    __atomic_store_n(&adapter->dead, false, __ATOMIC_RELEASE);
    adapter->connect_state = MediaConnectStateUnknown;
    ndis_state_set(adapter, NDIS_INITIALIZING);
    struct ndis_call call = ndis_call_begin("MiniportInitializeEx", adapter->driver->c.InitializeHandlerEx);
    NDIS_STATUS status = adapter->driver->c.InitializeHandlerEx(adapter, adapter->driver->context, &parameters);
    ndis_call_end(call);
    if (status == NDIS_STATUS_SUCCESS && adapter->registration_set && adapter->general_set) {
        ndis_state_set(adapter, NDIS_PAUSED);
        return STATUS_SUCCESS;
    }
    if (status == NDIS_STATUS_SUCCESS) {
        verify_about(call.code);
        verify_violation("ndis-attributes", "MiniportInitializeEx succeeded without setting the %s attributes",
                         adapter->registration_set ? "general" : "registration");
        call_halt(adapter, NdisHaltDeviceInitializationFailed);
        return STATUS_UNSUCCESSFUL;
    }
    if (status == NDIS_STATUS_PENDING) {
        verify_about(call.code);
        verify_violation("ndis-initialize-pending", "MiniportInitializeEx returned NDIS_STATUS_PENDING");
    }
    ndis_state_set(adapter, NDIS_HALTED);
    __atomic_store_n(&adapter->dead, true, __ATOMIC_RELEASE);
    ndis_owned_check(adapter, "ndis-initialize-leak", "MiniportInitializeEx failed");
    return ndis_to_ntstatus(status);
}

NTSTATUS ndis_start_locked(struct ndis_adapter *adapter) {
    if (ndis_state_of(adapter) != NDIS_HALTED) return STATUS_INVALID_DEVICE_STATE;
    NTSTATUS status = call_initialize(adapter);
    if (!NT_SUCCESS(status)) return status;
    adapter->stack = ndis_stack;
    status = adapter->stack->bind(adapter, &adapter->stack_context);
    if (!NT_SUCCESS(status)) {
        host_log("stack %s does not bind to the adapter: %#x", adapter->stack->name, (unsigned)status);
        goto undo_initialize;
    }
    __atomic_store_n(&adapter->bound, true, __ATOMIC_SEQ_CST);
    ULONG profile = NdisPowerProfileAcOnLine;
    ndis_pnp_event(adapter, NdisDevicePnPEventPowerProfileChanged, &profile, sizeof profile);
    ndis_oid_start_traffic(adapter);
    NDIS_STATUS restarted = ndis_restart_locked(adapter);
    if (restarted == NDIS_STATUS_SUCCESS) return STATUS_SUCCESS;
    status = ndis_to_ntstatus(restarted);
    ndis_oid_stop_traffic(adapter);
    __atomic_store_n(&adapter->bound, false, __ATOMIC_SEQ_CST);
    ndis_drain(adapter, &adapter->calls);
    adapter->stack->unbind(adapter->stack_context);
undo_initialize:
    call_halt(adapter, NdisHaltDeviceInitializationFailed);
    return status;
}

void ndis_halt_locked(struct ndis_adapter *adapter, NDIS_HALT_ACTION action) {
    if (ndis_state_of(adapter) == NDIS_HALTED) return;
    if (adapter->bound && !adapter->surprise_removed && !adapter->low_power) ndis_oid_stop_traffic(adapter);
    ndis_pause_locked(adapter, NDIS_PAUSE_UNBIND_PROTOCOL);
    if (adapter->bound) {
        /* A status indication may arrive in any state: seq_cst pairs with its look at `bound` after counting itself. */
        __atomic_store_n(&adapter->bound, false, __ATOMIC_SEQ_CST);
        ndis_drain(adapter, &adapter->calls);
        adapter->stack->unbind(adapter->stack_context);
    }
    __atomic_store_n(&adapter->low_power, false, __ATOMIC_RELEASE);
    call_halt(adapter, action);
    adapter->stack_context = NULL;
}

/* --- what PnP and tests call ------------------------------------------------------------------------------------- */

NTSTATUS ndis_adapter_start(struct ndis_adapter *adapter) {
    ndis_mutex_lock(&adapter->control);
    NTSTATUS status = ndis_start_locked(adapter);
    ndis_mutex_unlock(&adapter->control);
    return status;
}

void ndis_adapter_halt(struct ndis_adapter *adapter, NDIS_HALT_ACTION action) {
    ndis_mutex_lock(&adapter->control);
    ndis_halt_locked(adapter, adapter->surprise_removed ? NdisHaltDeviceSurpriseRemoved : action);
    ndis_mutex_unlock(&adapter->control);
}

void ndis_adapter_surprise(struct ndis_adapter *adapter) {
    ndis_mutex_lock(&adapter->control);
    adapter->surprise_removed = true;
    if (ndis_state_of(adapter) != NDIS_HALTED) ndis_pnp_event(adapter, NdisDevicePnPEventSurpriseRemoved, NULL, 0);
    ndis_halt_locked(adapter, NdisHaltDeviceSurpriseRemoved);
    ndis_mutex_unlock(&adapter->control);
}

NDIS_STATUS ndis_pause(struct ndis_adapter *adapter) {
    ndis_mutex_lock(&adapter->control);
    NDIS_STATUS status = ndis_pause_locked(adapter, NDIS_PAUSE_NDIS_INTERNAL);
    ndis_mutex_unlock(&adapter->control);
    return status;
}

NDIS_STATUS ndis_restart(struct ndis_adapter *adapter) {
    ndis_mutex_lock(&adapter->control);
    NDIS_STATUS status = ndis_restart_locked(adapter);
    ndis_mutex_unlock(&adapter->control);
    return status;
}

/* --- power ------------------------------------------------------------------------------------------------------- */

static NDIS_STATUS sleep_locked(struct ndis_adapter *adapter, NDIS_DEVICE_POWER_STATE state) {
    ULONG attributes = adapter->registration.AttributeFlags;
    if (!(attributes & NDIS_MINIPORT_ATTRIBUTES_NO_HALT_ON_SUSPEND)) {
        adapter->halted_for_power = true;
        ndis_halt_locked(adapter, NdisHaltDevicePoweredDown);
        return NDIS_STATUS_SUCCESS;
    }
    adapter->paused_for_power = false;
    if (ndis_state_of(adapter) == NDIS_RUNNING) {
        if (attributes & NDIS_MINIPORT_ATTRIBUTES_NO_PAUSE_ON_SUSPEND) {
            adapter->stack->pausing(adapter->stack_context);
        } else {
            adapter->paused_for_power = true;
            ndis_pause_locked(adapter, NDIS_PAUSE_LOW_POWER);
        }
    }
    NDIS_STATUS status = ndis_set(adapter, OID_PNP_SET_POWER, &state, sizeof state);
    if (status != NDIS_STATUS_SUCCESS) {
        verify_about(adapter->driver->c.OidRequestHandler);
        verify_violation("ndis-set-power", "OID_PNP_SET_POWER to D%d failed with %#x; it must succeed", state - 1,
                         (unsigned)status);
    }
    adapter->calls_at_pause = __atomic_load_n(&adapter->calls, __ATOMIC_SEQ_CST);
    __atomic_store_n(&adapter->low_power, true, __ATOMIC_RELEASE);
    return status;
}

static NDIS_STATUS wake_locked(struct ndis_adapter *adapter) {
    if (adapter->halted_for_power) {
        adapter->halted_for_power = false;
        return ndis_start_locked(adapter);
    }
    if (!adapter->low_power) return NDIS_STATUS_SUCCESS;
    /* The miniport opens its data path while it handles the request: indications are legal from then on. */
    __atomic_store_n(&adapter->low_power, false, __ATOMIC_RELEASE);
    NDIS_DEVICE_POWER_STATE state = NdisDeviceStateD0;
    NDIS_STATUS status = ndis_set(adapter, OID_PNP_SET_POWER, &state, sizeof state);
    if (status != NDIS_STATUS_SUCCESS) {
        verify_about(adapter->driver->c.OidRequestHandler);
        verify_violation("ndis-set-power", "OID_PNP_SET_POWER to D0 failed with %#x; it must succeed",
                         (unsigned)status);
        return status;
    }
    if (adapter->paused_for_power) return ndis_restart_locked(adapter);
    if (ndis_state_of(adapter) == NDIS_RUNNING) adapter->stack->restarted(adapter->stack_context);
    return status;
}

NDIS_STATUS ndis_set_power(struct ndis_adapter *adapter, NDIS_DEVICE_POWER_STATE state) {
    NDIS_STATUS status;
    ndis_mutex_lock(&adapter->control);
    if (state == NdisDeviceStateD0)
        status = wake_locked(adapter);
    else if (adapter->low_power || adapter->halted_for_power || ndis_state_of(adapter) == NDIS_HALTED)
        status = NDIS_STATUS_INVALID_STATE;
    else
        status = sleep_locked(adapter, state);
    ndis_mutex_unlock(&adapter->control);
    return status;
}
