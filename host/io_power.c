/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Power requests. They are not queued one behind the other: who sends them here waits for one before the next.
 */
#include "host/io.h"

#include <stdlib.h>

static void power_stack(PIO_STACK_LOCATION stack, UCHAR minor, POWER_STATE_TYPE type, POWER_STATE state) {
    stack->MajorFunction = IRP_MJ_POWER;
    stack->MinorFunction = minor;
    if (minor == IRP_MN_WAIT_WAKE) return;
    stack->Parameters.Power.Type = type;
    stack->Parameters.Power.State = state;
    stack->Parameters.Power.ShutdownType =
        type == SystemPowerState && state.SystemState != PowerSystemWorking ? PowerActionSleep : PowerActionNone;
}

NTSTATUS io_power(PDEVICE_OBJECT device, UCHAR minor, POWER_STATE_TYPE type, POWER_STATE state) {
    struct io_request *request = io_request_make(device, NULL, IRP_MJ_POWER);

    if (request == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    request->irp->RequestorMode = KernelMode;
    request->irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    power_stack(io_request_stack(request), minor, type, state);
    return io_request_send(request, NULL);
}

static bool is_power(PIO_STACK_LOCATION stack, const char *call) {
    if (stack->MajorFunction == IRP_MJ_POWER) return true;
    verify_violation("power-irp", "%s with an IRP of major code %#x", call, stack->MajorFunction);
    return false;
}

void NTAPI PoStartNextPowerIrp(PIRP Irp) {
    NT_ENTER(PoStartNextPowerIrp);
    if (Irp->CurrentLocation <= Irp->StackCount) is_power(IoGetCurrentIrpStackLocation(Irp), "PoStartNextPowerIrp");
}

NTSTATUS NTAPI PoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    NT_ENTER(PoCallDriver);
    if (Irp->CurrentLocation > 1) is_power(IoGetNextIrpStackLocation(Irp), "PoCallDriver");
    return IofCallDriver(DeviceObject, Irp);
}

/* PowerFlags: four bits of the system's state, four of the device's, as on Windows. */
POWER_STATE NTAPI PoSetPowerState(PDEVICE_OBJECT DeviceObject, POWER_STATE_TYPE Type, POWER_STATE State) {
    NT_ENTER(PoSetPowerState);
    unsigned shift = Type == DevicePowerState ? 4 : 0;
    ULONG *flags = &DeviceObject->DeviceObjectExtension->PowerFlags, now = __atomic_load_n(flags, __ATOMIC_RELAXED);
    ULONG wanted = Type == DevicePowerState ? (ULONG)State.DeviceState : (ULONG)State.SystemState;
    POWER_STATE before;

    while (!__atomic_compare_exchange_n(flags, &now, (now & ~(15u << shift)) | (wanted & 15) << shift, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    before.DeviceState = (DEVICE_POWER_STATE)(now >> shift & 15);
    return before;
}

/* --- requests of drivers ------------------------------------------------------------------------------------------ */

struct asked {
    PDEVICE_OBJECT device, top; /* referenced */
    UCHAR minor;
    POWER_STATE state;
    PREQUEST_POWER_COMPLETE complete;
    PVOID context;
};

static void finish(PIRP irp, void *context) {
    struct asked *asked = context;
    IO_STATUS_BLOCK status = irp->IoStatus;

    io_irp_free(irp);
    if (asked->complete) asked->complete(asked->device, asked->minor, asked->state, asked->context, &status);
    ob_dereference(asked->top);
    free(asked);
}

NTSTATUS NTAPI PoRequestPowerIrp(PDEVICE_OBJECT DeviceObject, UCHAR MinorFunction, POWER_STATE PowerState,
                                 PREQUEST_POWER_COMPLETE CompletionFunction, PVOID Context, PIRP *Irp) {
    NT_ENTER(PoRequestPowerIrp);
    struct asked *asked;
    PIRP irp;

    if (MinorFunction != IRP_MN_SET_POWER && MinorFunction != IRP_MN_QUERY_POWER && MinorFunction != IRP_MN_WAIT_WAKE)
        return STATUS_INVALID_PARAMETER_2;
    if (NT_FAULT(PoRequestPowerIrp)) return STATUS_INSUFFICIENT_RESOURCES;
    asked = calloc(1, sizeof(*asked));
    if (asked == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    *asked = (struct asked){.device = DeviceObject,
                            .top = IoGetAttachedDeviceReference(DeviceObject),
                            .minor = MinorFunction,
                            .state = PowerState,
                            .complete = CompletionFunction,
                            .context = Context};
    irp = io_irp_make((CCHAR)(asked->top->StackSize + 1), finish, asked);
    if (irp == NULL) {
        ob_dereference(asked->top);
        free(asked);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    power_stack(IoGetNextIrpStackLocation(irp), MinorFunction, DevicePowerState, PowerState);
    if (Irp) *Irp = irp; /* of use for WAIT_WAKE only, to cancel it */
    IofCallDriver(asked->top, irp);
    return STATUS_PENDING;
}
