/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Attach and detach, one at a time. Whoever wants to end a session while it is being made (another handle's close,
 * halt) waits for that; making one is bounded, so the wait is.
 *
 * What user mode gives us: two sizes and three event handles. What it gets: an address of memory that we made. Nothing
 * of the client's is locked or mapped, so its process can end whenever it likes.
 */
#include "driver/driver.h"

/* --- the parts of a session --------------------------------------------------------------------------------------- */

/* Locks the section's pages and keeps our own view of them. The view in system space is only the way to find them. */
static NTSTATUS SessionMapMemory(SESSION *Session, ULONG Size) {
    PVOID View = NULL;
    SIZE_T ViewSize = 0;
    NTSTATUS Status = MmMapViewInSystemSpace(Session->Section, &View, &ViewSize);

    if (!NT_SUCCESS(Status)) return Status;
    Session->Mdl = IoAllocateMdl(View, Size, FALSE, FALSE, NULL);
    if (Session->Mdl != NULL) {
        NT_TRY { /* locking raises what it fails with: a quota, a failed page-in */
            MmProbeAndLockPages(Session->Mdl, KernelMode, IoModifyAccess);
            Session->Memory = MmGetSystemAddressForMdlSafe(Session->Mdl, NormalPagePriority | MdlMappingNoExecute);
        } NT_EXCEPT {
            Status = NT_EXCEPTION_CODE();
        } NT_END_TRY
    }
    MmUnmapViewInSystemSpace(View);
    return NT_SUCCESS(Status) && Session->Memory == NULL ? STATUS_INSUFFICIENT_RESOURCES : Status;
}

static VOID SessionInitializeRings(SESSION *Session, const struct abi_attach_in *In) {
    struct ring_shared *Shared = (struct ring_shared *)Session->Memory;
    UCHAR *Records = Session->Memory + ABI_DATA_OFFSET;

    ring_producer_init(&Session->ToClient, Shared, Records, In->to_client_capacity);
    Records += abi_records_size(In->to_client_capacity);
    ring_consumer_init(&Session->ToStack, Shared + 1, Records, In->to_stack_capacity);
    Shared[0].want_wake = 1; /* a program that waits before it ever looked must be woken, too */
    Shared[0].state = Shared[1].state = RING_STATE_OPEN;
}

VOID SessionPublish(SESSION *Session, enum ring_state State) {
    struct ring_shared *Shared = (struct ring_shared *)Session->Memory;

    for (ULONG Index = 0; Index < 2; Index++)
        if (atomic_load_relaxed(&Shared[Index].state) == RING_STATE_OPEN)
            atomic_store_release(&Shared[Index].state, State);
    KeSetEvent(Session->Events[EventData], IO_NETWORK_INCREMENT, FALSE);
    KeSetEvent(Session->Events[EventRoom], IO_NETWORK_INCREMENT, FALSE);
}

static NTSTATUS SessionReferenceEvents(SESSION *Session, const struct abi_attach_in *In) {
    const uint64_t Handles[EventCount] = {In->data_event, In->kick_event, In->room_event};
    NTSTATUS Status = STATUS_SUCCESS;

    for (ULONG Index = 0; Index < EventCount && NT_SUCCESS(Status); Index++)
        Status = ObReferenceObjectByHandle((HANDLE)(ULONG_PTR)Handles[Index],
                                           EVENT_MODIFY_STATE | (Index == EventKick ? SYNCHRONIZE : 0),
                                           *ExEventObjectType, UserMode, (PVOID *)&Session->Events[Index], NULL);
    return Status;
}

/* Undoes whatever of SessionCreate was done, in reverse. */
static VOID SessionDestroy(SESSION *Session) {
    if (Session->Thread != NULL) {
        atomic_store_relaxed(&Session->Stopping, TRUE);
        KeSetEvent(&Session->Stop, IO_NO_INCREMENT, FALSE);
        KeWaitForSingleObject(Session->Thread, Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(Session->Thread);
    }
    if (Session->Mdl != NULL) {
        if (Session->Mdl->MdlFlags & MDL_PAGES_LOCKED) MmUnlockPages(Session->Mdl); /* and with them our mapping */
        IoFreeMdl(Session->Mdl);
    }
    if (Session->Section != NULL) ObDereferenceObject(Session->Section);
    for (ULONG Index = 0; Index < EventCount; Index++) {
        if (Session->Events[Index] != NULL) ObDereferenceObject(Session->Events[Index]);
    }
    ExFreePoolWithTag(Session, BRAND_POOL_TAG);
}

/* The client's view comes last: once it is made nothing may fail, since only the client can know whether the address is
 * still its own. What was made before a failure is in the session. */
static NTSTATUS SessionCreate(ADAPTER *Adapter, SESSION *Session, const struct abi_attach_in *In, PVOID *View) {
    LARGE_INTEGER Size = {.QuadPart = (LONGLONG)abi_view_size(In->to_client_capacity, In->to_stack_capacity)};
    const ACCESS_MASK Access = SECTION_MAP_READ | SECTION_MAP_WRITE;
    HANDLE Section, Thread;
    OBJECT_ATTRIBUTES Kernel;
    SIZE_T ViewSize = 0;
    NTSTATUS Status = SessionReferenceEvents(Session, In);

    if (!NT_SUCCESS(Status)) return Status;
    InitializeObjectAttributes(&Kernel, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    Status = ZwCreateSection(&Section, Access, &Kernel, &Size, PAGE_READWRITE, SEC_COMMIT, NULL);
    if (!NT_SUCCESS(Status)) return Status;
    Status = ObReferenceObjectByHandle(Section, Access, NULL, KernelMode, &Session->Section, NULL);
    if (NT_SUCCESS(Status)) Status = SessionMapMemory(Session, (ULONG)Size.QuadPart);
    if (NT_SUCCESS(Status)) {
        SessionInitializeRings(Session, In);
        Adapter->Session = Session;
        Status = PsCreateSystemThread(&Thread, THREAD_ALL_ACCESS, &Kernel, NULL, NULL, ToStackThread, Adapter);
    }
    if (NT_SUCCESS(Status)) {
        /* Our own handle, to a thread that runs: this cannot fail. */
        ObReferenceObjectByHandle(Thread, SYNCHRONIZE, *PsThreadType, KernelMode, (PVOID *)&Session->Thread, NULL);
        ZwClose(Thread);
        Status =
            ZwMapViewOfSection(Section, ZwCurrentProcess(), View, 0, 0, NULL, &ViewSize, ViewUnmap, 0, PAGE_READWRITE);
    }
    ZwClose(Section);
    return Status;
}

/* --- who is attached ---------------------------------------------------------------------------------------------- */

/* FsContext2 of a file whose last handle is closed: it never attaches again. */
#define FILE_CLOSING ((PVOID)1)

/* A lock that may be held while waiting for the thread and while NDIS is told of the link, because nothing that those
 * do takes it. The critical region keeps its holder from being suspended. */
static VOID SessionLock(ADAPTER *Adapter) {
    KeEnterCriticalRegion();
    KeWaitForSingleObject(&Adapter->SessionFree, Executive, KernelMode, FALSE, NULL);
}

static VOID SessionUnlock(ADAPTER *Adapter) {
    KeSetEvent(&Adapter->SessionFree, IO_NO_INCREMENT, FALSE);
    KeLeaveCriticalRegion();
}

/* Opens gate B to a session, or closes it (NULL), and lets the link follow. */
static VOID SessionSetGate(ADAPTER *Adapter, SESSION *Session) {
    KIRQL Irql;

    KeAcquireSpinLock(&Adapter->ToClientLock, &Irql);
    atomic_store_pointer_release((void **)&Adapter->Open, Session);
    KeReleaseSpinLock(&Adapter->ToClientLock, Irql);
    AdapterIndicateLink(Adapter, Session != NULL);
}

NTSTATUS SessionAttach(ADAPTER *Adapter, PFILE_OBJECT File, const struct abi_attach_in *In,
                       struct abi_attach_out *Out) {
    SESSION *Session = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*Session), BRAND_POOL_TAG);
    NTSTATUS Status;
    PVOID View = NULL;

    if (Session == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    RtlZeroMemory(Session, sizeof(*Session));
    KeInitializeEvent(&Session->Stop, NotificationEvent, FALSE);
    SessionLock(Adapter);
    if (Adapter->Gone)
        Status = STATUS_DEVICE_REMOVED;
    else if (File->FsContext2 == FILE_CLOSING || Adapter->Owner == File)
        Status = STATUS_INVALID_DEVICE_STATE;
    else if (Adapter->Owner != NULL)
        Status = STATUS_SHARING_VIOLATION;
    else
        Status = SessionCreate(Adapter, Session, In, &View);
    if (NT_SUCCESS(Status)) {
        *Out = abi_attach_reply(In, (ULONG_PTR)View);
        Adapter->Owner = File;
        SessionSetGate(Adapter, Session);
    } else {
        SessionDestroy(Session);
    }
    SessionUnlock(Adapter);
    return Status;
}

NTSTATUS SessionDetach(ADAPTER *Adapter, PFILE_OBJECT File, BOOLEAN Closing) {
    NTSTATUS Status = STATUS_INVALID_DEVICE_STATE;

    SessionLock(Adapter);
    if (Closing && File != NULL) File->FsContext2 = FILE_CLOSING;
    Adapter->Gone = Adapter->Gone || File == NULL;
    if (Adapter->Owner != NULL && (File == NULL || Adapter->Owner == File)) {
        SessionPublish(Adapter->Session, RING_STATE_CLOSED);
        SessionSetGate(Adapter, NULL);
        /* Waits for the thread, which may be inside an indication, but not for lists that the stack keeps. */
        SessionDestroy(Adapter->Session);
        Adapter->Owner = NULL;
        Status = STATUS_SUCCESS;
    }
    SessionUnlock(Adapter);
    return Status;
}
