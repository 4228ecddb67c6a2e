/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A whole WDM driver with one control device, as small as a correct one can be. Each file beside this one that includes it
 * is this driver with one rule broken: it defines some of the places below, which are statements inside the functions.
 * Named for the rule, and after two underscores for one way to break it.
 */
#ifndef PLANTED_WDM_H
#define PLANTED_WDM_H

#include "nt/contract.h"
#include "nt/nt.h"

#define TAG 0x746e6c50u /* "Plnt" */

#ifndef OUTSIDE
#define OUTSIDE /* declarations */
#endif
#ifndef AT_ENTRY
#define AT_ENTRY /* the device exists */
#endif
#ifndef AT_CONTROL
#define AT_CONTROL /* Irp; Status and Information may be changed */
#endif
#ifndef COMPLETE
#define COMPLETE                                                                                                       \
    Irp->IoStatus.Status = Status;                                                                                     \
    Irp->IoStatus.Information = Information;                                                                           \
    IoCompleteRequest(Irp, IO_NO_INCREMENT)
#endif
#ifndef AT_COMPLETED
#define AT_COMPLETED
#endif
#ifndef AT_UNLOAD
#define AT_UNLOAD
#endif
#ifndef DELETE_DEVICE
#define DELETE_DEVICE IoDeleteDevice(Device)
#endif

static PDEVICE_OBJECT Device;
static PDRIVER_OBJECT Driver;

OUTSIDE

__attribute__((unused)) static PVOID Allocate(SIZE_T Size) {
    PVOID Memory = ExAllocatePoolWithTag(NonPagedPoolNx, Size, TAG);
    if (Memory != NULL) RtlZeroMemory(Memory, Size);
    return Memory;
}

/* Waits for a thread of its own that has run `Routine`. */
__attribute__((unused)) static void RunThread(PKSTART_ROUTINE Routine, PVOID Context) {
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Handle;
    PVOID Thread;
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    if (!NT_SUCCESS(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, &Attributes, NULL, NULL, Routine, Context)))
        return;
    ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *PsThreadType, KernelMode, &Thread, NULL);
    ZwClose(Handle);
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Thread);
}

static NTSTATUS NTAPI Succeed(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    static LONG Calls;
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG_PTR Information = 0;
    if (Calls++ == 0) {
        AT_CONTROL;
    }
    COMPLETE;
    AT_COMPLETED;
    return Status;
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
    AT_UNLOAD;
    DELETE_DEVICE;
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    UNICODE_STRING Name;
    NTSTATUS Status;

    RtlInitUnicodeString(&Name, L"\\Device\\Planted");
    Driver = DriverObject;
    DriverObject->DriverUnload = Unload;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = Succeed;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = Succeed;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = Succeed;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
    Status = IoCreateDevice(DriverObject, 64, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (!NT_SUCCESS(Status)) return Status;
    AT_ENTRY;
    return STATUS_SUCCESS;
}

#endif
