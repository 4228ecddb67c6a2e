/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A driver that asks for processes, handles, access and user memory the ways third-party miniports do. Its exported
 * functions return 0, or the line of the check that failed.
 */
#include "nt/contract.h"
#include "nt/nt.h"

#define EXPORTED __declspec(dllexport) __attribute__((noinline))
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) return __LINE__;                                                                             \
    } while (0)

static PDEVICE_OBJECT Device;
static KAPC_STATE Forgotten;

/* --- the device --------------------------------------------------------------------------------------------------- */

__declspec(dllexport) ULONG RequestorId, Closed;
__declspec(dllexport) PEPROCESS Requestor;

static NTSTATUS NTAPI Dispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);

    (void)DeviceObject;
    if (Stack->MajorFunction == IRP_MJ_CLOSE) Closed++;
    if (Stack->MajorFunction == IRP_MJ_DEVICE_CONTROL) {
        RequestorId = IoGetRequestorProcessId(Irp);
        Requestor = IoGetRequestorProcess(Irp);
        if (Stack->Parameters.DeviceIoControl.IoControlCode & 4)
            KeStackAttachProcess((PRKPROCESS)Requestor, &Forgotten);
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = 0;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

EXPORTED void ProcDeleteDevice(void) { IoDeleteDevice(Device); }

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    UNICODE_STRING Name;

    (void)RegistryPath;
    RtlInitUnicodeString(&Name, L"\\Device\\ProcessTest");
    DriverObject->MajorFunction[IRP_MJ_CREATE] = Dispatch;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = Dispatch;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = Dispatch;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Dispatch;
    return IoCreateDevice(DriverObject, 0, &Name, 0x22, 0, FALSE, &Device);
}

/* --- ids, and gs -------------------------------------------------------------------------------------------------- */

#if defined(__x86_64__)
#define READ_GS(Offset, Value) __asm__ volatile("movq %%gs:" #Offset ", %0" : "=r"(Value))

EXPORTED ULONG ProcGs(void) {
    PETHREAD Inlined;
    ULONG_PTR Self, Prcb, Teb, Nothing;

    READ_GS(0x188, Inlined);
    CHECK(Inlined == (PETHREAD)KeGetCurrentThread());
    READ_GS(0x18, Self);
    READ_GS(0x20, Prcb);
    READ_GS(0x30, Teb);
    READ_GS(0x700, Nothing);
    CHECK(Prcb == Self + 0x180 && Teb != 0 && Nothing == 0);
    CHECK(*(PETHREAD *)(Prcb + 8) == Inlined);
    return 0;
}
#endif

EXPORTED ULONG ProcIds(void) {
    PETHREAD Thread = NULL, Current = (PETHREAD)KeGetCurrentThread();
    PEPROCESS Process = NULL;

    CHECK(NT_SUCCESS(PsLookupThreadByThreadId(PsGetCurrentThreadId(), &Thread)));
    CHECK(Thread == Current && PsGetThreadId(Thread) == PsGetCurrentThreadId());
    CHECK(PsGetThreadProcessId(Thread) == PsGetCurrentProcessId());
    ObfDereferenceObject(Thread);
    CHECK(PsLookupThreadByThreadId((HANDLE)0x7FFFFFFC, &Thread) == STATUS_INVALID_CID);
    CHECK(NT_SUCCESS(PsLookupProcessByProcessId(PsGetCurrentProcessId(), &Process)));
    CHECK(Process == IoGetCurrentProcess() && IoThreadToProcess(Current) == Process);
    ObfDereferenceObject(Process);
    CHECK(PsLookupProcessByProcessId(PsGetCurrentThreadId(), &Process) == STATUS_INVALID_CID);
    return 0;
}

EXPORTED ULONG ProcOpenSystem(void) {
    CLIENT_ID Id = {.UniqueProcess = PsGetProcessId(PsInitialSystemProcess)};
    PEPROCESS Process, Own = IoGetCurrentProcess();
    HANDLE Handle;

    CHECK(!PsIsSystemThread((PETHREAD)KeGetCurrentThread()));
    CHECK(NT_SUCCESS(ZwOpenProcess(&Handle, SYNCHRONIZE, NULL, &Id)));
    CHECK(
        NT_SUCCESS(ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *PsProcessType, UserMode, (PVOID *)&Process, NULL)));
    CHECK(Process == PsInitialSystemProcess);
    ObfDereferenceObject(Process);
    CHECK(NT_SUCCESS(ZwClose(Handle)));
    Id.UniqueProcess = (HANDLE)0x7FFFFFFC;
    CHECK(ZwOpenProcess(&Handle, SYNCHRONIZE, NULL, &Id) == STATUS_INVALID_CID);
    KeAttachProcess((PRKPROCESS)PsInitialSystemProcess);
    CHECK(IoGetCurrentProcess() == PsInitialSystemProcess);
    KeDetachProcess();
    CHECK(IoGetCurrentProcess() == Own);
    return 0;
}

EXPORTED NTSTATUS ProcLookup(HANDLE Id) {
    PEPROCESS Process;
    NTSTATUS Status = PsLookupProcessByProcessId(Id, &Process);
    if (NT_SUCCESS(Status)) ObfDereferenceObject(Process);
    return Status;
}

/* --- process-notify routines -------------------------------------------------------------------------------------- */

__declspec(dllexport) ULONG NotifyCreated, NotifyEnded, NotifyWrong, NotifyFinished;
__declspec(dllexport) HANDLE NotifyId, NotifyParent;
__declspec(dllexport) NTSTATUS NotifyVerdict;
static KEVENT Entered, Go;
static BOOLEAN Block;

static void NTAPI Notify(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create) {
    NotifyId = ProcessId;
    NotifyParent = ParentId;
    if (KeGetCurrentIrql() != PASSIVE_LEVEL) NotifyWrong++;
    /* The creator's context, and the dying process's. */
    if (PsGetCurrentProcessId() != (Create ? ParentId : ProcessId)) NotifyWrong++;
    if (Create)
        NotifyCreated++;
    else
        NotifyEnded++;
    if (!Block) return;
    KeSetEvent(&Entered, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(&Go, Executive, KernelMode, FALSE, NULL);
    NotifyFinished++;
}

static void NTAPI NotifyEx(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
    if (PsGetProcessId(Process) != ProcessId) NotifyWrong++;
    if (Info == NULL) {
        NotifyEnded++;
        return;
    }
    NotifyCreated++;
    if (Info->Size != sizeof(*Info) || Info->CreatingThreadId.UniqueThread != PsGetCurrentThreadId()) NotifyWrong++;
    if (Info->ImageFileName->Length != 10 || Info->ImageFileName->Buffer[0] != 'o') NotifyWrong++;
    NotifyParent = Info->ParentProcessId;
    if (!NT_SUCCESS(NotifyVerdict)) Info->CreationStatus = NotifyVerdict;
}

EXPORTED NTSTATUS ProcNotify(BOOLEAN Extended, BOOLEAN Remove) {
    if (Extended) return PsSetCreateProcessNotifyRoutineEx((PCREATE_PROCESS_NOTIFY_ROUTINE_EX)(void *)NotifyEx, Remove);
    return PsSetCreateProcessNotifyRoutine(Notify, Remove);
}

EXPORTED ULONG ProcNotifyLimit(void) {
    for (ULONG_PTR At = 0; At < 64; At++)
        CHECK(NT_SUCCESS(PsSetCreateProcessNotifyRoutine((PCREATE_PROCESS_NOTIFY_ROUTINE)((PCHAR)Notify + At), FALSE)));
    CHECK(PsSetCreateProcessNotifyRoutine((PCREATE_PROCESS_NOTIFY_ROUTINE)((PCHAR)Notify + 64), FALSE) ==
          STATUS_INVALID_PARAMETER);
    for (ULONG_PTR At = 0; At < 64; At++)
        CHECK(NT_SUCCESS(PsSetCreateProcessNotifyRoutine((PCREATE_PROCESS_NOTIFY_ROUTINE)((PCHAR)Notify + At), TRUE)));
    CHECK(PsSetCreateProcessNotifyRoutine(Notify, TRUE) == STATUS_PROCEDURE_NOT_FOUND);
    CHECK(NT_SUCCESS(PsSetCreateProcessNotifyRoutine(Notify, FALSE)));
    CHECK(PsSetCreateProcessNotifyRoutine(Notify, FALSE) == STATUS_INVALID_PARAMETER);
    CHECK(NT_SUCCESS(PsSetCreateProcessNotifyRoutine(Notify, TRUE)));
    return 0;
}

EXPORTED void ProcNotifyBlock(void) {
    KeInitializeEvent(&Entered, NotificationEvent, FALSE);
    KeInitializeEvent(&Go, NotificationEvent, FALSE);
    Block = TRUE;
}

EXPORTED void ProcNotifyAwait(void) { KeWaitForSingleObject(&Entered, Executive, KernelMode, FALSE, NULL); }
EXPORTED void ProcNotifyGo(void) {
    Block = FALSE;
    KeSetEvent(&Go, IO_NO_INCREMENT, FALSE);
}

/* --- acting in another process ------------------------------------------------------------------------------------ */

static NTSTATUS Reference(HANDLE Handle, ACCESS_MASK Access, KPROCESSOR_MODE Mode) {
    PVOID Object;
    NTSTATUS Status = ObReferenceObjectByHandle(Handle, Access, *ExEventObjectType, Mode, &Object, NULL);
    if (NT_SUCCESS(Status)) ObfDereferenceObject(Object);
    return Status;
}

EXPORTED ULONG ProcAttach(PEPROCESS Other, HANDLE InOther) {
    PEPROCESS Own = IoGetCurrentProcess();
    KAPC_STATE First, Second;

    CHECK(Reference(InOther, SYNCHRONIZE, UserMode) == STATUS_INVALID_HANDLE);
    KeStackAttachProcess((PRKPROCESS)Other, &First);
    CHECK(IoGetCurrentProcess() == Other && PsGetCurrentProcessId() == PsGetProcessId(Own));
    CHECK(NT_SUCCESS(Reference(InOther, SYNCHRONIZE, UserMode)));
    KeStackAttachProcess((PRKPROCESS)Own, &Second);
    CHECK(IoGetCurrentProcess() == Own);
    CHECK(Reference(InOther, SYNCHRONIZE, UserMode) == STATUS_INVALID_HANDLE);
    KeUnstackDetachProcess(&Second);
    CHECK(IoGetCurrentProcess() == Other);
    KeUnstackDetachProcess(&First);
    CHECK(IoGetCurrentProcess() == Own);
    return 0;
}

EXPORTED void ProcAttachAndForget(PEPROCESS Other) { KeStackAttachProcess((PRKPROCESS)Other, &Forgotten); }

EXPORTED void ProcDetachWrongly(PEPROCESS Other) {
    KAPC_STATE First, Second;
    KeStackAttachProcess((PRKPROCESS)Other, &First);
    KeStackAttachProcess((PRKPROCESS)Other, &Second);
    KeUnstackDetachProcess(&First);
    KeUnstackDetachProcess(&Second);
    KeUnstackDetachProcess(&First);
}

EXPORTED void ProcAttachRaised(PEPROCESS Other) {
    KAPC_STATE State;
    KIRQL Irql = KfRaiseIrql(DISPATCH_LEVEL);
    KeStackAttachProcess((PRKPROCESS)Other, &State);
    KeLowerIrql(Irql);
    KeUnstackDetachProcess(&State);
}

/* --- objects and handles ------------------------------------------------------------------------------------------ */

EXPORTED ULONG ProcObjects(void) {
    OBJECT_ATTRIBUTES Attributes = RTL_CONSTANT_OBJECT_ATTRIBUTES(NULL, OBJ_KERNEL_HANDLE);
    OBJECT_HANDLE_INFORMATION Information;
    HANDLE Kernel, User, Copy;
    LARGE_INTEGER Now = {.QuadPart = 0};
    PRKEVENT Event;
    LONG Before = 7;

    CHECK(NT_SUCCESS(ZwCreateEvent(&Kernel, EVENT_ALL_ACCESS, &Attributes, SynchronizationEvent, FALSE)));
    CHECK(Reference(Kernel, SYNCHRONIZE, UserMode) == STATUS_INVALID_HANDLE);
    CHECK(NT_SUCCESS(
        ObReferenceObjectByHandle(Kernel, SYNCHRONIZE, *ExEventObjectType, KernelMode, (PVOID *)&Event, &Information)));
    CHECK(Information.GrantedAccess == EVENT_ALL_ACCESS);
    CHECK(NT_SUCCESS(ZwSetEvent(Kernel, &Before)) && Before == 0);
    CHECK(ZwWaitForSingleObject(Kernel, FALSE, &Now) == STATUS_SUCCESS);
    CHECK(ZwWaitForSingleObject(Kernel, FALSE, &Now) == STATUS_TIMEOUT);
    CHECK(ObReferenceObjectByPointer(Event, 0, *PsThreadType, KernelMode) == STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(ObReferenceObjectByPointer(Event, 0, NULL, UserMode) == STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(NT_SUCCESS(ObReferenceObjectByPointer(Event, 0, NULL, KernelMode)));
    CHECK(NT_SUCCESS(ObReferenceObjectByPointerWithTag(Event, 0, *ExEventObjectType, UserMode, 'tseT')));
    ObfDereferenceObjectWithTag(Event, 'tseT');
    CHECK(NT_SUCCESS(ObOpenObjectByPointer(Event, 0, NULL, SYNCHRONIZE, *ExEventObjectType, KernelMode, &User)));
    CHECK(NT_SUCCESS(Reference(User, SYNCHRONIZE, UserMode)));
    CHECK(Reference(User, EVENT_MODIFY_STATE, UserMode) == STATUS_ACCESS_DENIED);
    CHECK(NT_SUCCESS(Reference(User, EVENT_MODIFY_STATE, KernelMode)));
    CHECK(NT_SUCCESS(ZwDuplicateObject(ZwCurrentProcess(), User, ZwCurrentProcess(), &Copy, 0, 0,
                                       DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE)));
    CHECK(NT_SUCCESS(Reference(Copy, SYNCHRONIZE, UserMode)));
    CHECK(ObCloseHandle(Kernel, UserMode) == STATUS_INVALID_HANDLE);
    CHECK(NT_SUCCESS(ObCloseHandle(Copy, UserMode)));
    CHECK(NT_SUCCESS(ObCloseHandle(Kernel, KernelMode)));
    /* The last two references: the event goes at DISPATCH_LEVEL, deferred. */
    ObfDereferenceObject(Event);
    KIRQL Irql = KfRaiseIrql(DISPATCH_LEVEL);
    ObDereferenceObjectDeferDelete(Event);
    KeLowerIrql(Irql);
    return 0;
}

EXPORTED ULONG ProcName(void) {
    struct {
        OBJECT_NAME_INFORMATION Name;
        WCHAR Text[40];
    } Answer;
    static const WCHAR Name[] = L"\\Device\\ProcessTest";
    ULONG Needed = 0;

    CHECK(ObQueryNameString(Device, NULL, 0, &Needed) == STATUS_INFO_LENGTH_MISMATCH);
    CHECK(Needed == sizeof(OBJECT_NAME_INFORMATION) + sizeof(Name));
    CHECK(NT_SUCCESS(ObQueryNameString(Device, &Answer.Name, sizeof(Answer), &Needed)));
    CHECK(Answer.Name.Name.Length == sizeof(Name) - sizeof(WCHAR));
    for (ULONG At = 0; Name[At]; At++) CHECK(Answer.Name.Name.Buffer[At] == Name[At]);
    return 0;
}

/* --- security ----------------------------------------------------------------------------------------------------- */

static NTSTATUS Restrict(SECURITY_DESCRIPTOR *Descriptor, ULONG *Buffer, ULONG Size, ACCESS_MASK Administrators) {
    PACL Acl = (PACL)Buffer;
    NTSTATUS Status = RtlCreateSecurityDescriptor(Descriptor, SECURITY_DESCRIPTOR_REVISION);
    if (NT_SUCCESS(Status)) Status = RtlCreateAcl(Acl, Size, ACL_REVISION);
    if (NT_SUCCESS(Status))
        Status = RtlAddAccessAllowedAce(Acl, ACL_REVISION, GENERIC_ALL, SeExports->SeLocalSystemSid);
    if (NT_SUCCESS(Status))
        Status = RtlAddAccessAllowedAce(Acl, ACL_REVISION, Administrators, SeExports->SeAliasAdminsSid);
    if (NT_SUCCESS(Status)) Status = RtlSetDaclSecurityDescriptor(Descriptor, TRUE, Acl, FALSE);
    return Status;
}

/* What the current process gets of what is desired. */
EXPORTED NTSTATUS ProcAccess(ACCESS_MASK Desired, ACCESS_MASK Administrators, BOOLEAN Relative, ACCESS_MASK *Granted) {
    SECURITY_SUBJECT_CONTEXT Subject;
    SECURITY_DESCRIPTOR Descriptor;
    ULONG Acl[32], Copy[64], Size = sizeof(Copy);
    NTSTATUS Status = Restrict(&Descriptor, Acl, sizeof(Acl), Administrators), AccessStatus;
    BOOLEAN Allowed;

    if (!NT_SUCCESS(Status) || !RtlValidSecurityDescriptor(&Descriptor)) return STATUS_UNSUCCESSFUL;
    if (Relative && !NT_SUCCESS(RtlAbsoluteToSelfRelativeSD(&Descriptor, Copy, &Size))) return STATUS_UNSUCCESSFUL;
    if (Relative && RtlLengthSecurityDescriptor(Copy) != Size) return STATUS_UNSUCCESSFUL;
    SeCaptureSubjectContext(&Subject);
    SeLockSubjectContext(&Subject);
    Allowed = SeAccessCheck(Relative ? (PSECURITY_DESCRIPTOR)Copy : &Descriptor, &Subject, TRUE, Desired, 0, NULL,
                            IoGetFileObjectGenericMapping(), UserMode, Granted, &AccessStatus);
    SeUnlockSubjectContext(&Subject);
    SeReleaseSubjectContext(&Subject);
    return Allowed == NT_SUCCESS(AccessStatus) ? AccessStatus : STATUS_UNSUCCESSFUL;
}

EXPORTED ULONG ProcSecurityRules(void) {
    SECURITY_SUBJECT_CONTEXT Subject;
    SECURITY_DESCRIPTOR Descriptor;
    PGENERIC_MAPPING Mapping = IoGetFileObjectGenericMapping();
    ULONG Acl[32];
    ACCESS_MASK Granted;
    NTSTATUS Status;

    CHECK(RtlCreateSecurityDescriptor(&Descriptor, 2) == STATUS_UNKNOWN_REVISION);
    CHECK(NT_SUCCESS(RtlCreateSecurityDescriptor(&Descriptor, 1)));
    CHECK(Restrict(&Descriptor, Acl, 40, GENERIC_ALL) == STATUS_ALLOTTED_SPACE_EXCEEDED);
    CHECK(RtlLengthSid(SeExports->SeAliasAdminsSid) == 16 && RtlValidSid(SeExports->SeLocalSystemSid));
    CHECK(!RtlEqualSid(SeExports->SeAliasAdminsSid, SeExports->SeAliasUsersSid));
    SeCaptureSubjectContext(&Subject);
    /* No descriptor: nobody. No list: everybody. An empty list: nobody. Kernel mode: always. */
    CHECK(!SeAccessCheck(NULL, &Subject, FALSE, FILE_READ_DATA, 0, NULL, Mapping, UserMode, &Granted, &Status));
    CHECK(Status == STATUS_ACCESS_DENIED && Granted == 0);
    CHECK(NT_SUCCESS(RtlCreateSecurityDescriptor(&Descriptor, 1)));
    CHECK(SeAccessCheck(&Descriptor, &Subject, FALSE, MAXIMUM_ALLOWED, 0, NULL, Mapping, UserMode, &Granted, &Status));
    CHECK(Granted == Mapping->GenericAll);
    CHECK(NT_SUCCESS(RtlCreateAcl((PACL)Acl, sizeof(Acl), ACL_REVISION)));
    CHECK(NT_SUCCESS(RtlSetDaclSecurityDescriptor(&Descriptor, TRUE, (PACL)Acl, FALSE)));
    CHECK(!SeAccessCheck(&Descriptor, &Subject, FALSE, MAXIMUM_ALLOWED, 0, NULL, Mapping, UserMode, &Granted, &Status));
    CHECK(SeAccessCheck(&Descriptor, &Subject, FALSE, GENERIC_READ, 0, NULL, Mapping, KernelMode, &Granted, &Status));
    CHECK(Granted == Mapping->GenericRead);
    SeReleaseSubjectContext(&Subject);
    CHECK(SeSinglePrivilegeCheck(SeExports->SeDebugPrivilege, KernelMode));
    CHECK(!SeSinglePrivilegeCheck(SeExports->SeTcbPrivilege, UserMode));
    CHECK(SeSinglePrivilegeCheck(SeExports->SeChangeNotifyPrivilege, UserMode));
    return 0;
}

static SECURITY_SUBJECT_CONTEXT Captured;
static volatile ULONG Captures;
EXPORTED void ProcCapture(void) {
    SeCaptureSubjectContext(&Captured);
    Captures++; /* so that this is who calls: not a jump */
}
EXPORTED void ProcLockCapture(void) { SeLockSubjectContext(&Captured); }
EXPORTED void ProcUnlockCapture(void) { SeUnlockSubjectContext(&Captured); }
EXPORTED void ProcReleaseCapture(void) { SeReleaseSubjectContext(&Captured); }

EXPORTED ULONG ProcRestrictDevice(void) {
    SECURITY_DESCRIPTOR Descriptor;
    PSECURITY_DESCRIPTOR Read;
    BOOLEAN Allocated, Present, Defaulted;
    ULONG Acl[32];
    HANDLE Handle;
    PACL List;

    CHECK(NT_SUCCESS(Restrict(&Descriptor, Acl, sizeof(Acl), GENERIC_ALL)));
    CHECK(NT_SUCCESS(ObOpenObjectByPointer(Device, OBJ_KERNEL_HANDLE, NULL, WRITE_DAC, NULL, KernelMode, &Handle)));
    CHECK(NT_SUCCESS(ZwSetSecurityObject(Handle, DACL_SECURITY_INFORMATION, &Descriptor)));
    CHECK(NT_SUCCESS(ZwClose(Handle)));
    CHECK(NT_SUCCESS(ObGetObjectSecurity(Device, &Read, &Allocated)) && Read != NULL);
    CHECK(NT_SUCCESS(RtlGetDaclSecurityDescriptor(Read, &Present, &List, &Defaulted)));
    CHECK(Present && List->AceCount == 2);
    ObReleaseObjectSecurity(Read, Allocated);
    return 0;
}

/* --- the system --------------------------------------------------------------------------------------------------- */

static PVOID Ask(SYSTEM_INFORMATION_CLASS Class, ULONG *Size) {
    PVOID Answer = NULL;
    ULONG Needed = 0;

    while (ZwQuerySystemInformation(Class, Answer, Needed, &Needed) == STATUS_INFO_LENGTH_MISMATCH) {
        if (Answer) ExFreePoolWithTag(Answer, 'tseT');
        Answer = ExAllocatePoolWithTag(NonPagedPoolNx, Needed += 256, 'tseT');
    }
    *Size = Needed;
    return Answer;
}

EXPORTED ULONG ProcFindHandle(BOOLEAN Extended, HANDLE Process, HANDLE Handle, PVOID *Object, ACCESS_MASK *Access) {
    ULONG Size, Found = 0;
    PVOID Answer = Ask(Extended ? SystemExtendedHandleInformation : SystemHandleInformation, &Size);
    PSYSTEM_HANDLE_INFORMATION Old = Answer;
    PSYSTEM_HANDLE_INFORMATION_EX New = Answer;

    for (ULONG At = 0; Extended && At < New->NumberOfHandles; At++) {
        PSYSTEM_HANDLE_TABLE_ENTRY_INFO_EX One = &New->Handles[At];
        if (One->UniqueProcessId != (ULONG_PTR)Process || One->HandleValue != (ULONG_PTR)Handle) continue;
        *Object = One->Object;
        *Access = One->GrantedAccess;
        Found++;
    }
    for (ULONG At = 0; !Extended && At < Old->NumberOfHandles; At++) {
        PSYSTEM_HANDLE_TABLE_ENTRY_INFO One = &Old->Handles[At];
        if (One->UniqueProcessId != (ULONG_PTR)Process || One->HandleValue != (ULONG_PTR)Handle) continue;
        *Object = One->Object;
        *Access = One->GrantedAccess;
        Found++;
    }
    ExFreePoolWithTag(Answer, 'tseT');
    return Found;
}

/* Those that are open to the device, found by their objects. */
EXPORTED ULONG ProcCloseAll(void) {
    ULONG Size, Count = 0;
    PSYSTEM_HANDLE_INFORMATION_EX All = Ask(SystemExtendedHandleInformation, &Size);

    for (ULONG_PTR At = 0; At < All->NumberOfHandles; At++) {
        HANDLE Handle = (HANDLE)All->Handles[At].HandleValue;
        PFILE_OBJECT File;
        PEPROCESS Process;
        KAPC_STATE State;

        if (!NT_SUCCESS(PsLookupProcessByProcessId((HANDLE)All->Handles[At].UniqueProcessId, &Process))) continue;
        KeStackAttachProcess((PRKPROCESS)Process, &State);
        if (NT_SUCCESS(ObReferenceObjectByHandle(Handle, 0, *IoFileObjectType, UserMode, (PVOID *)&File, NULL))) {
            BOOLEAN Ours = File->DeviceObject == Device && File == All->Handles[At].Object;
            ObfDereferenceObject(File);
            if (Ours) Count += NT_SUCCESS(ObCloseHandle(Handle, UserMode));
        }
        KeUnstackDetachProcess(&State);
        ObfDereferenceObject(Process);
    }
    ExFreePoolWithTag(All, 'tseT');
    return Count;
}

EXPORTED ULONG ProcFindProcess(HANDLE Id, HANDLE Thread) {
    ULONG Size, Found = 0;
    PCHAR Answer = Ask(SystemProcessInformation, &Size);

    for (PSYSTEM_PROCESS_INFORMATION One = (PVOID)Answer;; One = (PVOID)((PCHAR)One + One->NextEntryOffset)) {
        for (ULONG At = 0; One->UniqueProcessId == Id && At < One->NumberOfThreads; At++)
            if (One->Threads[At].ClientId.UniqueThread == Thread && One->ImageName.Length) Found++;
        if (One->NextEntryOffset == 0) break;
    }
    ExFreePoolWithTag(Answer, 'tseT');
    return Found;
}

EXPORTED ULONG ProcSystem(void) {
    HANDLE(NTAPI * CurrentProcessId)(void);
    SYSTEM_BASIC_INFORMATION Basic;
    PRTL_PROCESS_MODULES Modules;
    UNICODE_STRING Name;
    ULONG Size, Flags, Found = 0;

    CHECK(ZwQuerySystemInformation(SystemBasicInformation, &Basic, sizeof(Basic) - 1, &Size) ==
          STATUS_INFO_LENGTH_MISMATCH);
    CHECK(Size == sizeof(Basic));
    CHECK(NT_SUCCESS(ZwQuerySystemInformation(SystemBasicInformation, &Basic, sizeof(Basic), &Size)));
    CHECK(Basic.PageSize == PAGE_SIZE && Basic.NumberOfProcessors >= 1);
    CHECK(ZwQuerySystemInformation((SYSTEM_INFORMATION_CLASS)0x1234, &Basic, sizeof(Basic), &Size) ==
          STATUS_INVALID_INFO_CLASS);
    Modules = Ask(SystemModuleInformation, &Size);
    for (ULONG At = 0; At < Modules->NumberOfModules; At++) {
        PCHAR Base = Modules->Modules[At].ImageBase;
        Found += (PCHAR)ProcSystem > Base && (PCHAR)ProcSystem < Base + Modules->Modules[At].ImageSize;
    }
    ExFreePoolWithTag(Modules, 'tseT');
    CHECK(Found == 1);
    CHECK(NT_SUCCESS(ZwYieldExecution()));
    RtlInitUnicodeString(&Name, L"PsGetCurrentProcessId");
    *(PVOID *)&CurrentProcessId = MmGetSystemRoutineAddress(&Name);
    CHECK(CurrentProcessId != NULL && CurrentProcessId() == PsGetCurrentProcessId());
    RtlInitUnicodeString(&Name, L"KeQueryPerformanceCounter"); /* the HAL's */
    CHECK(MmGetSystemRoutineAddress(&Name) != NULL);
    RtlInitUnicodeString(&Name, L"NtNoSuchRoutine");
    CHECK(MmGetSystemRoutineAddress(&Name) == NULL);
    CHECK(NT_SUCCESS(MmIsVerifierEnabled(&Flags)) && Flags & DRIVER_VERIFIER_FORCE_IRQL_CHECKING);
    return 0;
}

/* --- memory of user mode ------------------------------------------------------------------------------------------ */

EXPORTED ULONG ProcProbe(PVOID Address, SIZE_T Size, ULONG Alignment, BOOLEAN Write) {
    __try {
        if (Write)
            ProbeForWrite(Address, Size, Alignment);
        else
            ProbeForRead(Address, Size, Alignment);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return (ULONG)_exception_code();
    }
    return 0;
}

EXPORTED ULONG ProcLock(PVOID Address, ULONG Size, LOCK_OPERATION Operation, PMDL *Mdl) {
    *Mdl = IoAllocateMdl(Address, Size, FALSE, FALSE, NULL);
    __try {
        MmProbeAndLockPages(*Mdl, UserMode, Operation);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        IoFreeMdl(*Mdl);
        *Mdl = NULL;
        return (ULONG)_exception_code();
    }
    return 0;
}

EXPORTED void ProcUnlock(PMDL Mdl) {
    MmUnlockPages(Mdl);
    IoFreeMdl(Mdl);
}

/* Where the MDL is seen in system space. */
EXPORTED PVOID ProcMap(PMDL Mdl) { return MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority); }

EXPORTED ULONG ProcPartial(PMDL Mdl, ULONG Offset, ULONG Size, PCHAR Expected) {
    PCHAR Address = (PCHAR)MmGetMdlVirtualAddress(Mdl) + Offset, Mapped;
    PMDL Part = IoAllocateMdl(Address, Size, FALSE, FALSE, NULL);
    ULONG Same = 0;

    IoBuildPartialMdl(Mdl, Part, Address, Size);
    Mapped = MmGetSystemAddressForMdlSafe(Part, NormalPagePriority);
    for (ULONG At = 0; At < Size; At++) Same += Mapped[At] == Expected[Offset + At];
    IoFreeMdl(Part);
    CHECK(Same == Size);
    return 0;
}

EXPORTED ULONG ProcProtect(PMDL Mdl) {
    volatile CHAR *Mapped = MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority);

    Mapped[0] = 1;
    CHECK(MmProtectMdlSystemAddress(Mdl, 0x12345) == STATUS_INVALID_PAGE_PROTECTION);
    CHECK(NT_SUCCESS(MmProtectMdlSystemAddress(Mdl, PAGE_READONLY)));
    CHECK(Mapped[0] == 1);
    __try {
        Mapped[0] = 2;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        CHECK(NT_SUCCESS(MmProtectMdlSystemAddress(Mdl, PAGE_READWRITE)));
        Mapped[0] = 3;
        return 0;
    }
    return __LINE__;
}

EXPORTED SIZE_T ProcCopy(PVOID To, PVOID From, SIZE_T Size, NTSTATUS *Status) {
    MM_COPY_ADDRESS Source = {.VirtualAddress = From};
    SIZE_T Copied;
    *Status = MmCopyMemory(To, Source, Size, MM_COPY_MEMORY_VIRTUAL, &Copied);
    return Copied;
}

EXPORTED BOOLEAN ProcValid(PVOID Address) { return MmIsAddressValid(Address); }

static PMDL PoolMdl;
static PCHAR Pool;
EXPORTED PCHAR ProcMapUser(void) {
    PCHAR User = NULL;
    Pool = ExAllocatePoolWithTag(NonPagedPoolNx, PAGE_SIZE, 'tseT');
    Pool[5] = 42;
    PoolMdl = IoAllocateMdl(Pool, PAGE_SIZE, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(PoolMdl);
    __try {
        User = MmMapLockedPagesSpecifyCache(PoolMdl, UserMode, MmCached, NULL, FALSE, NormalPagePriority);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        User = NULL;
    }
    return User;
}

EXPORTED CHAR ProcUnmapUser(PCHAR User, BOOLEAN Free) {
    CHAR Seen = Pool[6];
    MmUnmapLockedPages(User, PoolMdl);
    if (!Free) return Seen;
    IoFreeMdl(PoolMdl);
    ExFreePoolWithTag(Pool, 'tseT');
    return Seen;
}
