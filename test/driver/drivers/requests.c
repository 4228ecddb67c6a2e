/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A WDM driver with a control device, \\.\Requests, for the tests of the host's requests. An upper device is attached to
 * it on demand. The codes say what it does with a request; MISTAKE_ ones break a rule each.
 */
#include "nt/nt.h"
#include "nt/contract.h"

#include "test/driver/drivers/requests.h"

#define EXPORTED __declspec(dllexport) __attribute__((noinline))

struct Extension {
    IO_CSQ Queue;
    KSPIN_LOCK Lock;
    LIST_ENTRY Waiting;
    IO_REMOVE_LOCK Remove;
    PIRP Held; /* by hand, with a cancel routine of our own */
    PDEVICE_OBJECT Lower;
};

static PDRIVER_OBJECT Driver;
static PDEVICE_OBJECT Control, Upper;
static ULONG Identity;
volatile LONG Counters[COUNT_OF_COUNTERS];

EXPORTED LONG RequestsCount(ULONG Which) { return Counters[Which]; }

static NTSTATUS Finish(PIRP Irp, NTSTATUS Status, ULONG_PTR Information) {
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* --- the cancel-safe queue ---------------------------------------------------------------------------------------- */

#define OF_QUEUE(Csq) CONTAINING_RECORD(Csq, struct Extension, Queue)

static void NTAPI Insert(PIO_CSQ Csq, PIRP Irp) {
    InsertTailList(&OF_QUEUE(Csq)->Waiting, &Irp->Tail.Overlay.ListEntry);
}

static void NTAPI Remove(PIO_CSQ Csq, PIRP Irp) {
    (void)Csq;
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
}

static PIRP NTAPI PeekNext(PIO_CSQ Csq, PIRP Irp, PVOID File) {
    PLIST_ENTRY Head = &OF_QUEUE(Csq)->Waiting;
    for (PLIST_ENTRY At = Irp ? Irp->Tail.Overlay.ListEntry.Flink : Head->Flink; At != Head; At = At->Flink) {
        PIRP Next = CONTAINING_RECORD(At, IRP, Tail.Overlay.ListEntry);
        if (File == NULL || IoGetCurrentIrpStackLocation(Next)->FileObject == File) return Next;
    }
    return NULL;
}

static void NTAPI AcquireQueue(PIO_CSQ Csq, PKIRQL Irql) { KeAcquireSpinLock(&OF_QUEUE(Csq)->Lock, Irql); }
static void NTAPI ReleaseQueue(PIO_CSQ Csq, KIRQL Irql) { KeReleaseSpinLock(&OF_QUEUE(Csq)->Lock, Irql); }

static void NTAPI Cancelled(PIO_CSQ Csq, PIRP Irp) {
    (void)Csq;
    InterlockedIncrement(&Counters[COUNT_CANCELLED]);
    Finish(Irp, STATUS_CANCELLED, 0);
}

/* --- a queue of one, by hand -------------------------------------------------------------------------------------- */

static void NTAPI CancelHeld(PDEVICE_OBJECT Device, PIRP Irp) {
    struct Extension *Extension = Device->DeviceExtension;
    Extension->Held = NULL;
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    InterlockedIncrement(&Counters[COUNT_CANCELLED]);
    Finish(Irp, STATUS_CANCELLED, 0);
}

static void NTAPI CancelKeepsLock(PDEVICE_OBJECT Device, PIRP Irp) {
    (void)Device;
    Irp->IoStatus.Status = STATUS_CANCELLED;
    Irp->IoStatus.Information = 0;
    /* completed by the next request: with the lock held that is a violation of its own */
}

static NTSTATUS Hold(struct Extension *Extension, PIRP Irp, PDRIVER_CANCEL Routine) {
    KIRQL Irql;
    IoAcquireCancelSpinLock(&Irql);
    IoMarkIrpPending(Irp);
    (void)IoSetCancelRoutine(Irp, Routine);
    Extension->Held = Irp;
    IoReleaseCancelSpinLock(Irql);
    return STATUS_PENDING;
}

static PIRP Unhold(struct Extension *Extension) {
    KIRQL Irql;
    IoAcquireCancelSpinLock(&Irql);
    PIRP Irp = Extension->Held;
    Extension->Held = NULL;
    if (Irp) (void)IoSetCancelRoutine(Irp, NULL);
    IoReleaseCancelSpinLock(Irql);
    return Irp;
}

/* --- requests of our own ------------------------------------------------------------------------------------------ */

static NTSTATUS NTAPI Keep(PDEVICE_OBJECT Device, PIRP Irp, PVOID Event) {
    (void)Device;
    if (Irp->PendingReturned) KeSetEvent(Event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* Sends an own packet to our own control device, reuses it, frees it. */
static NTSTATUS OwnPacket(PDEVICE_OBJECT Target, ULONG Code) {
    PIRP Irp = IoAllocateIrp(Target->StackSize, FALSE);
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;
    KEVENT Event;
    if (Irp == NULL) return Status;
    for (int Round = 0; Round < 2; Round++) {
        KeInitializeEvent(&Event, NotificationEvent, FALSE);
        PIO_STACK_LOCATION Next = IoGetNextIrpStackLocation(Irp);
        Next->MajorFunction = IRP_MJ_INTERNAL_DEVICE_CONTROL;
        Next->Parameters.DeviceIoControl.IoControlCode = Code;
        IoSetCompletionRoutine(Irp, Keep, &Event, TRUE, TRUE, TRUE);
        Status = IoCallDriver(Target, Irp);
        if (Status == STATUS_PENDING) {
            KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
            Status = Irp->IoStatus.Status;
        }
        if (Round == 0) IoReuseIrp(Irp, STATUS_NOT_SUPPORTED);
    }
    IoFreeIrp(Irp);
    return Status;
}

static NTSTATUS BuiltPacket(PDEVICE_OBJECT Target, ULONG Code, ULONG *Answer) {
    IO_STATUS_BLOCK Iosb = {0};
    ULONG In = 41;
    KEVENT Event;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    PIRP Irp = IoBuildDeviceIoControlRequest(Code, Target, &In, sizeof In, Answer, sizeof *Answer, TRUE, &Event, &Iosb);
    if (Irp == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS Status = IoCallDriver(Target, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Iosb.Status;
    }
    return Status;
}

static NTSTATUS LostPacket(BOOLEAN Free) {
    PIRP Irp = IoAllocateIrp(2, FALSE);
    if (Irp == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    IoFreeIrp(Irp);
    if (Free)
        IoFreeIrp(Irp);
    else
        Irp->IoStatus.Information = 1;
    return STATUS_SUCCESS;
}

static NTSTATUS ShortPacket(PDEVICE_OBJECT Target) {
    PIRP Irp = IoAllocateIrp(0, FALSE);
    if (Irp == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS Status = IoCallDriver(Target, Irp);
    IoFreeIrp(Irp);
    return Status;
}

/* --- control codes ------------------------------------------------------------------------------------------------ */

/* Adds 1 to each byte from the one buffer to the other. */
static NTSTATUS Direct(PIRP Irp, PIO_STACK_LOCATION Stack) {
    PUCHAR Mapped = Irp->MdlAddress ? MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority) : NULL;
    ULONG Size = Stack->Parameters.DeviceIoControl.OutputBufferLength;
    ULONG In = Stack->Parameters.DeviceIoControl.InputBufferLength;
    if (Mapped == NULL) return Finish(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    if (MmGetMdlByteCount(Irp->MdlAddress) != Size) return Finish(Irp, STATUS_INVALID_PARAMETER, 0);
    if (METHOD_FROM_CTL_CODE(Stack->Parameters.DeviceIoControl.IoControlCode) == METHOD_IN_DIRECT) {
        ULONG Sum = 0;
        for (ULONG At = 0; At < Size; At++) Sum += Mapped[At];
        return Finish(Irp, STATUS_SUCCESS, Sum);
    }
    for (ULONG At = 0; At < Size; At++) Mapped[At] = (UCHAR)(((PUCHAR)Irp->AssociatedIrp.SystemBuffer)[At % In] + 1);
    return Finish(Irp, STATUS_SUCCESS, Size);
}

static NTSTATUS Mistake(struct Extension *Extension, PIRP Irp, ULONG Code, PDEVICE_OBJECT Device) {
    KIRQL Irql;
    switch (Code) {
    case MISTAKE_PENDING_UNMARKED: Finish(Irp, STATUS_SUCCESS, 0); return STATUS_PENDING;
    case MISTAKE_MARKED_NOT_PENDING: IoMarkIrpPending(Irp); return Finish(Irp, STATUS_SUCCESS, 0);
    case MISTAKE_COMPLETE_TWICE:
        Finish(Irp, STATUS_SUCCESS, 0);
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return STATUS_SUCCESS;
    case MISTAKE_CANCEL_ROUTINE: (void)IoSetCancelRoutine(Irp, CancelHeld); return Finish(Irp, STATUS_SUCCESS, 0);
    case MISTAKE_WRONG_LOCATION: IoSkipCurrentIrpStackLocation(Irp); return Finish(Irp, STATUS_SUCCESS, 0);
    case MISTAKE_COMPLETE_LOCKED:
        KeAcquireSpinLock(&Extension->Lock, &Irql);
        Finish(Irp, STATUS_SUCCESS, 0);
        KeReleaseSpinLock(&Extension->Lock, Irql);
        return STATUS_SUCCESS;
    case MISTAKE_CANCEL_LOCK: return Hold(Extension, Irp, CancelKeepsLock);
    case MISTAKE_FREE_TWICE: return Finish(Irp, LostPacket(TRUE), 0);
    case MISTAKE_TOUCH_FREED: return Finish(Irp, LostPacket(FALSE), 0);
    case MISTAKE_NO_LOCATION: return Finish(Irp, ShortPacket(Device), 0);
    case MISTAKE_FORGET: IoMarkIrpPending(Irp); return STATUS_PENDING;
    case MISTAKE_FREE_FOREIGN: IoFreeIrp(Irp); return Finish(Irp, STATUS_SUCCESS, 0);
    default: return Finish(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

static NTSTATUS Release(struct Extension *Extension, PIRP Irp) {
    PIRP Waiting = IoCsqRemoveNextIrp(&Extension->Queue, NULL);
    if (Waiting == NULL) Waiting = Unhold(Extension);
    if (Waiting == NULL) return Finish(Irp, STATUS_NOT_FOUND, 0);
    RtlCopyMemory(Waiting->AssociatedIrp.SystemBuffer, "done", 4);
    Finish(Waiting, STATUS_SUCCESS, 4);
    return Finish(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS RemoveLocks(struct Extension *Extension) {
    PIO_REMOVE_LOCK Lock = &Extension->Remove;
    IoInitializeRemoveLock(Lock, 0x20716552, 0, 0);
    if (IoAcquireRemoveLock(Lock, NULL) != STATUS_SUCCESS || IoAcquireRemoveLock(Lock, Lock) != STATUS_SUCCESS)
        return STATUS_UNSUCCESSFUL;
    IoReleaseRemoveLock(Lock, Lock);
    IoReleaseRemoveLockAndWait(Lock, NULL);
    return IoAcquireRemoveLock(Lock, NULL) == STATUS_DELETE_PENDING ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

static NTSTATUS Extensions(void) {
    PVOID First = NULL, Second = NULL;
    ULONG_PTR Low, High;
    if (IoGetDriverObjectExtension(Driver, &Identity) != NULL) return STATUS_UNSUCCESSFUL;
    if (!NT_SUCCESS(IoAllocateDriverObjectExtension(Driver, &Identity, 32, &First))) return STATUS_UNSUCCESSFUL;
    if (IoAllocateDriverObjectExtension(Driver, &Identity, 32, &Second) != STATUS_OBJECT_NAME_COLLISION)
        return STATUS_UNSUCCESSFUL;
    if (IoGetDriverObjectExtension(Driver, &Identity) != First) return STATUS_UNSUCCESSFUL;
    IoGetStackLimits(&Low, &High);
    return (ULONG_PTR)&Low > Low && (ULONG_PTR)&Low < High ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

static NTSTATUS DispatchControl(PDEVICE_OBJECT Device, PIRP Irp) {
    struct Extension *Extension = Device->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG Code = Stack->Parameters.DeviceIoControl.IoControlCode;
    ULONG *Buffer = Irp->AssociatedIrp.SystemBuffer;
    ULONG Answer = 0;
    NTSTATUS Status;
    switch (Code) {
    case DO_NOTHING: return Finish(Irp, STATUS_SUCCESS, 0);
    case DO_ADD_ONE:
        if (Stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof *Buffer || Buffer == NULL)
            return Finish(Irp, STATUS_BUFFER_TOO_SMALL, 0);
        ++*Buffer;
        return Finish(Irp, STATUS_SUCCESS, sizeof *Buffer);
    case DO_QUEUE: IoCsqInsertIrp(&Extension->Queue, Irp, NULL); return STATUS_PENDING;
    case DO_HOLD: return Hold(Extension, Irp, CancelHeld);
    case DO_RELEASE: return Release(Extension, Irp);
    case DO_FAIL_PENDED:
        IoMarkIrpPending(Irp);
        Finish(Irp, STATUS_UNSUCCESSFUL, 0);
        return STATUS_PENDING;
    case DO_DIRECT_IN:
    case DO_DIRECT_OUT: return Direct(Irp, Stack);
    case DO_NEITHER_ADD:
        ++*(ULONG *)Irp->UserBuffer;
        return Finish(Irp,
                      Stack->Parameters.DeviceIoControl.Type3InputBuffer == Irp->UserBuffer ? STATUS_SUCCESS
                                                                                            : STATUS_UNSUCCESSFUL,
                      sizeof(ULONG));
    case DO_OWN_PACKET: return Finish(Irp, OwnPacket(IoGetAttachedDevice(Device), DO_NOTHING), 0);
    case DO_BUILT_PACKET:
        Status = BuiltPacket(Device, DO_ADD_ONE, &Answer);
        *Buffer = Answer;
        return Finish(Irp, Status, sizeof *Buffer);
    case DO_REMOVE_LOCKS: return Finish(Irp, RemoveLocks(Extension), 0);
    case DO_EXTENSIONS: return Finish(Irp, Extensions(), 0);
    default: return Mistake(Extension, Irp, Code, Device);
    }
}

/* --- the upper device --------------------------------------------------------------------------------------------- */

static NTSTATUS NTAPI UpperDone(PDEVICE_OBJECT Device, PIRP Irp, PVOID Context) {
    (void)Device, (void)Context;
    InterlockedIncrement(&Counters[COUNT_UPPER_DONE]);
    if (Irp->PendingReturned) IoMarkIrpPending(Irp);
    return STATUS_SUCCESS;
}

static NTSTATUS DispatchUpper(PDEVICE_OBJECT Device, PIRP Irp) {
    struct Extension *Extension = Device->DeviceExtension;
    InterlockedIncrement(&Counters[COUNT_UPPER]);
    if (IoGetCurrentIrpStackLocation(Irp)->MajorFunction != IRP_MJ_DEVICE_CONTROL) {
        IoSkipCurrentIrpStackLocation(Irp);
        return IoCallDriver(Extension->Lower, Irp);
    }
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, UpperDone, NULL, TRUE, TRUE, TRUE);
    return IoCallDriver(Extension->Lower, Irp);
}

EXPORTED NTSTATUS RequestsAttach(void) {
    PDEVICE_OBJECT Device;
    NTSTATUS Status = IoCreateDevice(Driver, sizeof(struct Extension), NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (!NT_SUCCESS(Status)) return Status;
    struct Extension *Extension = Device->DeviceExtension;
    Status = IoAttachDeviceToDeviceStackSafe(Device, Control, &Extension->Lower);
    if (!NT_SUCCESS(Status)) {
        IoDeleteDevice(Device);
        return Status;
    }
    Device->Flags |= Control->Flags & (DO_BUFFERED_IO | DO_DIRECT_IO);
    Device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    Upper = Device;
    PDEVICE_OBJECT Below = IoGetLowerDeviceObject(Device), Top = IoGetAttachedDeviceReference(Control);
    Status = Below == Control && Top == Device ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
    ObDereferenceObject(Below);
    ObDereferenceObject(Top);
    return Status;
}

static void Detach(void) {
    if (Upper == NULL) return;
    IoDetachDevice(((struct Extension *)Upper->DeviceExtension)->Lower);
    IoDeleteDevice(Upper);
    Upper = NULL;
}

/* --- dispatch ----------------------------------------------------------------------------------------------------- */

static NTSTATUS Cleanup(struct Extension *Extension, PIRP Irp) {
    PIRP Waiting;
    PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    while ((Waiting = IoCsqRemoveNextIrp(&Extension->Queue, File)) != NULL) Finish(Waiting, STATUS_CANCELLED, 0);
    Waiting = Unhold(Extension);
    if (Waiting) Finish(Waiting, STATUS_CANCELLED, 0);
    InterlockedIncrement(&Counters[COUNT_CLEANUP]);
    return Finish(Irp, STATUS_SUCCESS, 0);
}

/* Reading gives the low bytes of the position, writing counts. */
static NTSTATUS Transfer(PIRP Irp, PIO_STACK_LOCATION Stack) {
    ULONG Length = Stack->Parameters.Read.Length;
    PUCHAR Data = Irp->MdlAddress ? MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority)
                                  : Irp->AssociatedIrp.SystemBuffer;
    if (Length && Data == NULL) return Finish(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    for (ULONG At = 0; At < Length; At++) {
        if (Stack->MajorFunction == IRP_MJ_READ)
            Data[At] = (UCHAR)(Stack->Parameters.Read.ByteOffset.QuadPart + At);
        else
            InterlockedAdd(&Counters[COUNT_WRITTEN], Data[At]);
    }
    return Finish(Irp, STATUS_SUCCESS, Length);
}

static NTSTATUS NTAPI Dispatch(PDEVICE_OBJECT Device, PIRP Irp) {
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    if (Device == Upper) return DispatchUpper(Device, Irp);
    switch (Stack->MajorFunction) {
    case IRP_MJ_CREATE: InterlockedIncrement(&Counters[COUNT_CREATE]); return Finish(Irp, STATUS_SUCCESS, 0);
    case IRP_MJ_CLEANUP: return Cleanup(Device->DeviceExtension, Irp);
    case IRP_MJ_CLOSE: InterlockedIncrement(&Counters[COUNT_CLOSE]); return Finish(Irp, STATUS_SUCCESS, 0);
    case IRP_MJ_SHUTDOWN: InterlockedIncrement(&Counters[COUNT_SHUTDOWN]); return Finish(Irp, STATUS_SUCCESS, 0);
    case IRP_MJ_READ:
    case IRP_MJ_WRITE: return Transfer(Irp, Stack);
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL: return DispatchControl(Device, Irp);
    default: return Finish(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

/* By a pointer, as another driver would. */
EXPORTED NTSTATUS RequestsByPointer(void) {
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\Requests");
    PFILE_OBJECT File;
    PDEVICE_OBJECT Device;
    NTSTATUS Status = IoGetDeviceObjectPointer(&Name, FILE_READ_DATA, &File, &Device);
    if (!NT_SUCCESS(Status)) return Status;
    ULONG Answer = 0;
    Status = BuiltPacket(Device, DO_ADD_ONE, &Answer);
    if (IoGetRelatedDeviceObject(File) != Device || Answer != 42) Status = STATUS_UNSUCCESSFUL;
    ObDereferenceObject(File);
    return Status;
}

/* By a handle. */
EXPORTED NTSTATUS RequestsByHandle(void) {
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\DosDevices\\Requests");
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Iosb;
    HANDLE File;
    ULONG Value = 8;
    UCHAR Bytes[4] = {0};
    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE, NULL, NULL);
    NTSTATUS Status = ZwCreateFile(&File, GENERIC_READ | GENERIC_WRITE, &Attributes, &Iosb, NULL, 0, 0, FILE_OPEN,
                                   FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    if (!NT_SUCCESS(Status)) return Status;
    Status =
        ZwDeviceIoControlFile(File, NULL, NULL, NULL, &Iosb, DO_ADD_ONE, &Value, sizeof Value, &Value, sizeof Value);
    if (NT_SUCCESS(Status) && (Value != 9 || Iosb.Information != sizeof Value)) Status = STATUS_UNSUCCESSFUL;
    for (int Round = 0; Round < 2 && NT_SUCCESS(Status); Round++)
        Status = ZwReadFile(File, NULL, NULL, NULL, &Iosb, Bytes, sizeof Bytes, NULL, NULL);
    if (NT_SUCCESS(Status) && Bytes[3] != 7) Status = STATUS_UNSUCCESSFUL;
    ZwClose(File);
    return Status;
}

EXPORTED void RequestsMode(ULONG Flags, BOOLEAN Exclusive) {
    Control->Flags = (Control->Flags & ~(ULONG)(DO_BUFFERED_IO | DO_DIRECT_IO | DO_EXCLUSIVE)) | Flags |
                     (Exclusive ? DO_EXCLUSIVE : 0);
}

EXPORTED void RequestsShutdown(BOOLEAN Register) {
    if (Register)
        IoRegisterShutdownNotification(Control);
    else
        IoUnregisterShutdownNotification(Control);
}

static void NTAPI Unload(PDRIVER_OBJECT DriverObject) {
    UNICODE_STRING Link = RTL_CONSTANT_STRING(L"\\DosDevices\\Requests");
    (void)DriverObject;
    Detach();
    IoDeleteSymbolicLink(&Link);
    IoDeleteDevice(Control);
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\Requests");
    UNICODE_STRING Link = RTL_CONSTANT_STRING(L"\\DosDevices\\Requests");
    struct Extension *Extension;
    (void)RegistryPath;
    Driver = DriverObject;
    for (ULONG At = 0; At <= IRP_MJ_MAXIMUM_FUNCTION; At++) DriverObject->MajorFunction[At] = Dispatch;
    DriverObject->DriverUnload = Unload;
    NTSTATUS Status = IoCreateDevice(DriverObject, sizeof *Extension, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &Control);
    if (!NT_SUCCESS(Status)) return Status;
    Status = IoCreateSymbolicLink(&Link, &Name);
    if (!NT_SUCCESS(Status)) {
        IoDeleteDevice(Control);
        return Status;
    }
    Extension = Control->DeviceExtension;
    KeInitializeSpinLock(&Extension->Lock);
    InitializeListHead(&Extension->Waiting);
    IoCsqInitialize(&Extension->Queue, Insert, Remove, PeekNext, AcquireQueue, ReleaseQueue, Cancelled);
    Control->Flags |= DO_BUFFERED_IO;
    /* The I/O manager makes devices of DriverEntry ready when that has returned. */
    return STATUS_SUCCESS;
}
