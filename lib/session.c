/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Sessions: attach to the adapter's rings, and move packets through them.
 *
 * Each direction has one lock, held for a few instructions and never across a system call. The library trusts the
 * driver, which made the rings, but not the program that shares its address space: it may have written over them.
 */
#include "lib/library.h"
#include "lib/pending.h"

#include "core/abi.h"

#include <winioctl.h>

_Static_assert(WINTUN_MIN_RING_CAPACITY == RING_CAPACITY_MIN && WINTUN_MAX_RING_CAPACITY == RING_CAPACITY_MAX &&
                   WINTUN_MAX_IP_PACKET_SIZE == RING_PACKET_MAX,
               "the API's limits are the ring's");

/* i: set before the handle is shown, then only read. r, s: the direction's lock. The padding keeps a thread that
 * receives and one that sends from taking each other's cache lines away. */
typedef struct _TUN_SESSION {
    OBJECT Object;
    HANDLE Device;    /* i */
    HANDLE DataEvent; /* i; the API's read-wait event */
    HANDLE KickEvent; /* i */
    void *View;       /* i */
    BYTE Padding[RING_LINE];

    SRWLOCK ReceiveLock;
    struct ring_consumer ToClient; /* r */
    PENDING Received;              /* r */
    bool ReceiveBroken;            /* r; that the ring is damaged has been logged */
    BYTE MorePadding[RING_LINE];

    SRWLOCK SendLock;
    struct ring_producer ToStack; /* s */
    PENDING Allocated;            /* s */
    bool SendBroken;              /* s; as above */
} SESSION;

/* ---- start and end ---------------------------------------------------------------------------------------------- */

/* Another session is the one refusal that programs are known to look for, under the code that Wintun has for it. */
static DWORD AttachError(DWORD Error) {
    switch (Error) {
    case ERROR_SHARING_VIOLATION:
        return LogError(ERROR_ALREADY_INITIALIZED, L"StartSession: the adapter has a session already");
    case ERROR_REVISION_MISMATCH:
        return LogError(Error, L"StartSession: the running driver is of another version than this library");
    default: return LogError(Error, L"StartSession: the driver refused to attach");
    }
}

static DWORD SessionAttach(SESSION *Session, DWORD Capacity) {
    struct abi_attach_in In = {
        .version = ABI_VERSION,
        .size = sizeof(In),
        .to_client_capacity = Capacity,
        .to_stack_capacity = Capacity,
        .data_event = (ULONG_PTR)Session->DataEvent,
        .kick_event = (ULONG_PTR)Session->KickEvent,
        /* Nobody waits for room in this API, so want_room is never raised, and any event of ours will do. */
        .room_event = (ULONG_PTR)Session->KickEvent,
    };
    struct abi_attach_out Out;
    DWORD Returned = 0;
    BYTE *View;

    if (!DeviceIoControl(Session->Device, ABI_CTL_ATTACH, &In, sizeof(In), &Out, sizeof(Out), &Returned, NULL))
        return AttachError(GetLastError());
    if (Returned == sizeof(Out)) Session->View = (void *)(ULONG_PTR)Out.view;
    if (Returned != sizeof(Out) || Out.size != sizeof(Out) || Out.view_size != abi_view_size(Capacity, Capacity) ||
        Out.to_client_offset < ABI_DATA_OFFSET ||
        Out.to_client_offset + (uint64_t)Capacity + RING_SLACK > Out.view_size ||
        Out.to_stack_offset < ABI_DATA_OFFSET || Out.to_stack_offset + (uint64_t)Capacity + RING_SLACK > Out.view_size)
        return LogError(ERROR_REVISION_MISMATCH, L"StartSession: the driver's answer makes no sense");
    View = Session->View;
    ring_consumer_init(&Session->ToClient, (struct ring_shared *)View, View + Out.to_client_offset, Capacity);
    ring_producer_init(&Session->ToStack, (struct ring_shared *)View + 1, View + Out.to_stack_offset, Capacity);
    return ERROR_SUCCESS;
}

/* Whatever SessionOpen got as far as. The rings are the driver's until the device is closed at the latest. */
static void SessionClose(SESSION *Session) {
    DWORD Returned;

    if (Session->View) {
        /* Fails when the adapter is gone, and then there is nothing left to detach from. */
        DeviceIoControl(Session->Device, ABI_CTL_DETACH, NULL, 0, NULL, 0, &Returned, NULL);
    }
    if (Session->Device) CloseHandle(Session->Device);
    if (Session->View) UnmapViewOfFile(Session->View);
    if (Session->KickEvent) CloseHandle(Session->KickEvent);
    if (Session->DataEvent) CloseHandle(Session->DataEvent);
    MemoryFree(Session->Received.Entries);
    MemoryFree(Session->Allocated.Entries);
    ObjectFree(&Session->Object, OBJECT_SESSION);
}

static DWORD SessionOpen(SESSION *Session, LPCWSTR Path, DWORD Capacity) {
    HANDLE Device;
    DWORD Error;

    Session->ReceiveLock = Session->SendLock = (SRWLOCK)SRWLOCK_INIT;
    if (!PendingInit(&Session->Received, Capacity) || !PendingInit(&Session->Allocated, Capacity))
        return LogError(ERROR_NOT_ENOUGH_MEMORY, L"StartSession: no memory for the list of packets");
    Device = CreateFileW(Path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                         FILE_ATTRIBUTE_NORMAL, NULL);
    if (Device == INVALID_HANDLE_VALUE)
        return LogError(GetLastError(), L"StartSession: cannot open the adapter's device %s", Path);
    Session->Device = Device;
    Session->DataEvent = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (Session->DataEvent) Session->KickEvent = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (!Session->KickEvent) return LogError(GetLastError(), L"StartSession: cannot create an event");
    Error = SessionAttach(Session, Capacity);
    if (Error) return Error;
    /* So that a program may begin by waiting. */
    if (!ring_arm_wake(&Session->ToClient)) SetEvent(Session->DataEvent);
    return ERROR_SUCCESS;
}

WINTUN_SESSION_HANDLE WINAPI WintunStartSession(WINTUN_ADAPTER_HANDLE Adapter, DWORD Capacity) {
    LPCWSTR Path;
    SESSION *Session;
    DWORD Error;

    if (!ring_capacity_valid(Capacity)) {
        LogError(ERROR_INVALID_PARAMETER, L"StartSession: capacity %x is no power of two from %x to %x", Capacity,
                 (DWORD)RING_CAPACITY_MIN, (DWORD)RING_CAPACITY_MAX);
        return NULL;
    }
    if (!AdapterGetDevicePath(Adapter, &Path)) {
        LogError(ERROR_INVALID_HANDLE, L"StartSession: the adapter handle is not open");
        return NULL;
    }
    Session = ObjectAllocate(OBJECT_SESSION, sizeof(*Session));
    if (!Session) {
        LogError(ERROR_NOT_ENOUGH_MEMORY, L"StartSession: no memory");
        return NULL;
    }
    Error = SessionOpen(Session, Path, Capacity);
    if (Error) {
        SessionClose(Session);
        SetLastError(Error);
        return NULL;
    }
    ObjectShow(&Session->Object, OBJECT_SESSION);
    return Session;
}

VOID WINAPI WintunEndSession(WINTUN_SESSION_HANDLE Session) {
    if (!Session) return;
    if (!ObjectClaim(Session, OBJECT_SESSION)) {
        LogError(ERROR_INVALID_HANDLE, L"EndSession: the session handle is not open");
        return;
    }
    /* A thread that is late, against the rules, finds either a working session or none: see SessionLock. */
    AcquireSRWLockExclusive(&Session->ReceiveLock);
    AcquireSRWLockExclusive(&Session->SendLock);
    ReleaseSRWLockExclusive(&Session->SendLock);
    ReleaseSRWLockExclusive(&Session->ReceiveLock);
    SessionClose(Session);
}

HANDLE WINAPI WintunGetReadWaitEvent(WINTUN_SESSION_HANDLE Session) {
    if (!ObjectIs(Session, OBJECT_SESSION)) {
        LogError(ERROR_INVALID_HANDLE, L"GetReadWaitEvent: the session handle is not open");
        return NULL;
    }
    return Session->DataEvent;
}

/* Takes one of the session's locks, unless the handle is stale. Under the lock it is certain: WintunEndSession passes
 * through both locks between marking the session and taking it apart. */
static inline bool SessionLock(SESSION *Session, size_t LockOffset) {
    SRWLOCK *Lock;

    if (!Session) return false;
    Lock = (SRWLOCK *)((BYTE *)Session + LockOffset);
    AcquireSRWLockExclusive(Lock);
    if (ObjectIs(Session, OBJECT_SESSION)) return true;
    ReleaseSRWLockExclusive(Lock);
    return false;
}

/* ---- from the stack --------------------------------------------------------------------------------------------- */

/* The ring looked empty. Either finds something in it after all, or has asked the driver to set the event when that
 * changes, or the session is over. The order matters: what the driver published before it closed is still delivered,
 * so an empty ring counts only when looked at after the state. */
static enum ring_result ReceiveLate(SESSION *Session, struct ring_record *Header, struct ring_record **Record,
                                    DWORD *Error) {
    uint32_t State;

    *Error = ERROR_INVALID_DATA; /* if the ring is found to go backwards */
    if (!ring_arm_wake(&Session->ToClient)) return ring_take(&Session->ToClient, Header, Record);
    State = atomic_load_acquire(&Session->ToClient.shared->state);
    if (State == RING_STATE_OPEN) {
        *Error = ERROR_NO_MORE_ITEMS;
        return RING_EMPTY;
    }
    *Error = State == RING_STATE_CLOSED ? ERROR_HANDLE_EOF : ERROR_INVALID_DATA;
    return ring_take(&Session->ToClient, Header, Record);
}

/* These are out of line so that the packet functions stay short. */
static __attribute__((noinline)) void RingBroken(LPCWSTR Function) {
    LogLine(WINTUN_LOG_ERR, L"%s: the ring is damaged; something in this process has written over it", Function);
}

static __attribute__((noinline)) void NotAPacket(LPCWSTR Function) {
    LogLine(WINTUN_LOG_ERR, L"%s: ignored: the session is not open, or this is no packet of it that is still held",
            Function);
}

BYTE *WINAPI WintunReceivePacket(WINTUN_SESSION_HANDLE Session, DWORD *PacketSize) {
    struct ring_record Header, *Record = NULL;
    enum ring_result Result = RING_EMPTY;
    DWORD Error = ERROR_INVALID_HANDLE;
    bool Report = false;

    if (!SessionLock(Session, offsetof(SESSION, ReceiveLock))) goto failed;
    Result = ring_take(&Session->ToClient, &Header, &Record);
    if (Result == RING_EMPTY) Result = ReceiveLate(Session, &Header, &Record, &Error);
    if (Result == RING_OK) {
        uint32_t End = Session->ToClient.head;
        PendingAdd(&Session->Received, End - ring_record_size(Header.length), End);
        ReleaseSRWLockExclusive(&Session->ReceiveLock);
        *PacketSize = Header.length;
        return ring_record_data(Record);
    }
    if (Result == RING_CORRUPT) Error = ERROR_INVALID_DATA;
    if (Error == ERROR_INVALID_DATA) {
        Report = !Session->ReceiveBroken;
        Session->ReceiveBroken = true;
    }
    ReleaseSRWLockExclusive(&Session->ReceiveLock);
    if (Report) RingBroken(L"ReceivePacket");
    /* The event wakes one thread each time; the end is for all of them. */
    if (Error != ERROR_NO_MORE_ITEMS) SetEvent(Session->DataEvent);
failed:
    SetLastError(Error);
    return NULL;
}

VOID WINAPI WintunReleaseReceivePacket(WINTUN_SESSION_HANDLE Session, const BYTE *Packet) {
    PENDING_RESULT Result = PENDING_FOREIGN;
    uint32_t Boundary;

    if (SessionLock(Session, offsetof(SESSION, ReceiveLock))) {
        Result =
            PendingBack(&Session->Received, Session->ToClient.records, Session->ToClient.capacity, Packet, &Boundary);
        /* The driver never waits for room in this direction, so nobody has to be woken. */
        if (Result == PENDING_ADVANCED) (void)ring_free_to(&Session->ToClient, Boundary);
        ReleaseSRWLockExclusive(&Session->ReceiveLock);
    }
    if (Result == PENDING_FOREIGN) NotAPacket(L"ReleaseReceivePacket");
}

/* ---- to the stack ----------------------------------------------------------------------------------------------- */

/* With SendLock. */
static DWORD AllocateRecord(SESSION *Session, DWORD PacketSize, struct ring_record **Record) {
    uint32_t State = atomic_load_acquire(&Session->ToStack.shared->state);
    uint32_t Start = Session->ToStack.tail;

    if (State != RING_STATE_OPEN) return State == RING_STATE_CLOSED ? ERROR_HANDLE_EOF : ERROR_INVALID_DATA;
    switch (ring_reserve(&Session->ToStack, PacketSize, Record)) {
    case RING_OK:
        **Record = (struct ring_record){.length = PacketSize};
        PendingAdd(&Session->Allocated, Start, Session->ToStack.tail);
        return ERROR_SUCCESS;
    case RING_FULL: return ERROR_BUFFER_OVERFLOW;
    default: return ERROR_INVALID_DATA;
    }
}

BYTE *WINAPI WintunAllocateSendPacket(WINTUN_SESSION_HANDLE Session, DWORD PacketSize) {
    struct ring_record *Record = NULL;
    DWORD Error = ERROR_INVALID_PARAMETER;
    bool Report = false;

    if (PacketSize == 0 || PacketSize > RING_PACKET_MAX) goto failed;
    Error = ERROR_INVALID_HANDLE;
    if (!SessionLock(Session, offsetof(SESSION, SendLock))) goto failed;
    Error = AllocateRecord(Session, PacketSize, &Record);
    if (Error == ERROR_INVALID_DATA) {
        Report = !Session->SendBroken;
        Session->SendBroken = true;
    }
    ReleaseSRWLockExclusive(&Session->SendLock);
    if (!Error) return ring_record_data(Record);
    if (Report) RingBroken(L"AllocateSendPacket");
failed:
    SetLastError(Error);
    return NULL;
}

VOID WINAPI WintunSendPacket(WINTUN_SESSION_HANDLE Session, const BYTE *Packet) {
    PENDING_RESULT Result = PENDING_FOREIGN;
    uint32_t Boundary;
    bool Wake = false;

    if (SessionLock(Session, offsetof(SESSION, SendLock))) {
        Result =
            PendingBack(&Session->Allocated, Session->ToStack.records, Session->ToStack.capacity, Packet, &Boundary);
        if (Result == PENDING_ADVANCED) Wake = ring_publish_to(&Session->ToStack, Boundary);
        ReleaseSRWLockExclusive(&Session->SendLock);
    }
    if (Wake) SetEvent(Session->KickEvent);
    if (Result == PENDING_FOREIGN) NotAPacket(L"SendPacket");
}
