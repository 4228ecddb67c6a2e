/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What happens to a device between its start and its removal: resources are dealt out again, the system sleeps, the
 * device's removal waits until its files are closed. All on the PnP thread.
 */
#include <stdlib.h>

#include "host/io.h"
#include "host/pnp_private.h"
#include "host/status.h"

/* Files are opened on any device of the stack. */
static bool stack_open(PDEVICE_OBJECT pdo) {
    for (PDEVICE_OBJECT device = pdo; device; device = device->AttachedDevice)
        if (__atomic_load_n(&device->ReferenceCount, __ATOMIC_ACQUIRE)) return true;
    return false;
}

static PDEVICE_OBJECT bottom_of(PDEVICE_OBJECT device) {
    while (device->DeviceObjectExtension->AttachedTo) device = device->DeviceObjectExtension->AttachedTo;
    return device;
}

NTSTATUS change_query_remove(struct devnode *node) {
    /* Plug and play itself refuses while files are open, without asking the drivers. */
    if (stack_open(node->pdo)) return STATUS_DEVICE_BUSY;
    NTSTATUS status = io_pnp(node->pdo, IRP_MN_QUERY_REMOVE_DEVICE);
    if (!NT_SUCCESS(status)) io_pnp(node->pdo, IRP_MN_CANCEL_REMOVE_DEVICE);
    return status;
}

bool change_removal_waits(struct devnode *node, struct pnp_request *finish) {
    ndis_mutex_lock(&pnp_lock);
    node->finish = finish;
    bool waits = stack_open(node->pdo);
    if (!waits) node->finish = NULL;
    ndis_mutex_unlock(&pnp_lock);
    return waits;
}

struct pnp_request *change_closed(PDEVICE_OBJECT device) {
    struct pnp_request *finish = NULL;
    struct devnode *node = pnp_node_of(bottom_of(device));
    if (node) {
        finish = node->finish;
        node->finish = NULL;
    }
    return finish;
}

/* The device works no more and goes as if it had been pulled out, but for the node, which says why. */
static void failed(struct devnode *node, ULONG problem, NTSTATUS status) {
    interface_depart(node);
    interfaces_disable(node);
    io_pnp(node->pdo, IRP_MN_SURPRISE_REMOVAL);
    io_pnp(node->pdo, IRP_MN_REMOVE_DEVICE);
    node->package->devices--;
    ndis_mutex_lock(&pnp_lock);
    node->has_stack = node->started = false;
    node->package = NULL;
    node->problem = problem;
    node->problem_status = status;
    ndis_mutex_unlock(&pnp_lock);
}

NTSTATUS change_stop_start(struct devnode *node) {
    if (!node->started) return STATUS_DEVICE_NOT_READY;
    NTSTATUS status = io_pnp(node->pdo, IRP_MN_QUERY_STOP_DEVICE);
    if (!NT_SUCCESS(status)) {
        io_pnp(node->pdo, IRP_MN_CANCEL_STOP_DEVICE);
        return status;
    }
    io_pnp(node->pdo, IRP_MN_STOP_DEVICE);
    status = io_pnp(node->pdo, IRP_MN_START_DEVICE);
    if (!NT_SUCCESS(status)) failed(node, CM_PROB_FAILED_START, status);
    return status;
}

void change_state(struct devnode *node) {
    ULONG_PTR state = 0;
    if (!node->started) return;
    if (!NT_SUCCESS(io_pnp_ask(node->pdo, IRP_MN_QUERY_PNP_DEVICE_STATE, &state))) return;
    if (state & (PNP_DEVICE_FAILED | PNP_DEVICE_REMOVED))
        failed(node, 43 /* CM_PROB_FAILED_POST_START */, STATUS_SUCCESS);
}

NTSTATUS change_power(struct devnode *node, SYSTEM_POWER_STATE to) {
    POWER_STATE state = {.SystemState = to}, working = {.SystemState = PowerSystemWorking};
    if (!node->started) return STATUS_DEVICE_NOT_READY;
    if (to != PowerSystemWorking) {
        NTSTATUS status = io_power(node->pdo, IRP_MN_QUERY_POWER, SystemPowerState, state);
        if (!NT_SUCCESS(status)) {
            /* Those who agreed hear that nothing came of it. */
            io_power(node->pdo, IRP_MN_SET_POWER, SystemPowerState, working);
            return status;
        }
    }
    return io_power(node->pdo, IRP_MN_SET_POWER, SystemPowerState, state);
}

static void NTAPI invalidate(PDEVICE_OBJECT device, PVOID item) {
    IoFreeWorkItem(item);
    pnp_state_changed(device);
}

void NTAPI IoInvalidateDeviceState(PDEVICE_OBJECT PhysicalDeviceObject) {
    NT_ENTER(IoInvalidateDeviceState);
    if (!pnp_node_of(PhysicalDeviceObject)) {
        verify_violation("not-a-physical-device", "IoInvalidateDeviceState(%p)", (void *)PhysicalDeviceObject);
        return;
    }
    PIO_WORKITEM item = IoAllocateWorkItem(PhysicalDeviceObject); /* PnP's lock is for PASSIVE_LEVEL */
    if (item) IoQueueWorkItem(item, invalidate, DelayedWorkQueue, item);
}
