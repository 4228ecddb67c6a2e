/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Sessions: attach to the adapter's rings, and let go of them.
 */
#include "lib/session.h"

#include "core/abi.h"

#include <winioctl.h>

_Static_assert(WINTUN_MIN_RING_CAPACITY == RING_CAPACITY_MIN && WINTUN_MAX_RING_CAPACITY == RING_CAPACITY_MAX &&
                   WINTUN_MAX_IP_PACKET_SIZE == RING_PACKET_MAX,
               "the API's limits are the ring's");

/* ---- start and end ---------------------------------------------------------------------------------------------- */

/* Another session is the one refusal that programs are known to look for, under the code that Wintun has for it. */
static DWORD AttachError(DWORD Error) {
    switch (Error) {
    case ERROR_SHARING_VIOLATION:
        return LogError(WARREN_STAGE_ATTACH, ERROR_ALREADY_INITIALIZED,
                        L"StartSession: the adapter has a session already");
    case ERROR_REVISION_MISMATCH:
        return LogError(WARREN_STAGE_ATTACH, Error,
                        L"StartSession: the running driver is of another version than this library");
    default: return LogError(WARREN_STAGE_ATTACH, Error, L"StartSession: the driver refused to attach");
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
        .room_event = (ULONG_PTR)Session->RoomEvent,
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
        return LogError(WARREN_STAGE_ATTACH, ERROR_REVISION_MISMATCH,
                        L"StartSession: the driver's answer makes no sense");
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
    TapStop(&Session->Tap);
    if (Session->Device) CloseHandle(Session->Device);
    if (Session->View) UnmapViewOfFile(Session->View);
    if (Session->RoomEvent) CloseHandle(Session->RoomEvent);
    if (Session->KickEvent) CloseHandle(Session->KickEvent);
    if (Session->DataEvent) CloseHandle(Session->DataEvent);
    MemoryFree(Session->Received.Entries);
    MemoryFree(Session->Allocated.Entries);
    ObjectFree(&Session->Object, OBJECT_SESSION);
}

static DWORD SessionOpen(SESSION *Session, LPCWSTR Path, const GUID *Interface, DWORD Capacity) {
    SYSTEM_INFO System;
    HANDLE Device;
    DWORD Error;

    Session->ReceiveLock = Session->SendLock = (SRWLOCK)SRWLOCK_INIT;
    GetSystemInfo(&System);
    spin_init(&Session->ReceiveSpin, System.dwNumberOfProcessors > 1);
    spin_init(&Session->SendSpin, System.dwNumberOfProcessors > 1);
    if (!PendingInit(&Session->Received, Capacity) || !PendingInit(&Session->Allocated, Capacity))
        return LogError(WARREN_STAGE_ATTACH, ERROR_NOT_ENOUGH_MEMORY,
                        L"StartSession: no memory for the list of packets");
    Device = CreateFileW(Path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                         FILE_ATTRIBUTE_NORMAL, NULL);
    if (Device == INVALID_HANDLE_VALUE)
        return LogError(WARREN_STAGE_OPEN, GetLastError(), L"StartSession: cannot open the adapter's device %s", Path);
    Session->Device = Device;
    Session->DataEvent = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (Session->DataEvent) Session->KickEvent = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (Session->KickEvent) Session->RoomEvent = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (!Session->RoomEvent)
        return LogError(WARREN_STAGE_ATTACH, GetLastError(), L"StartSession: cannot create an event");
    Error = SessionAttach(Session, Capacity);
    if (Error) return Error;
    /* So that a program may begin by waiting. */
    if (!ring_arm_wake(&Session->ToClient)) SetEvent(Session->DataEvent);
    TapStart(&Session->Tap, Interface);
    return ERROR_SUCCESS;
}

WINTUN_SESSION_HANDLE WINAPI WintunStartSession(WINTUN_ADAPTER_HANDLE Adapter, DWORD Capacity) {
    LPCWSTR Path;
    SESSION *Session;
    GUID Interface;
    DWORD Error;

    if (!ring_capacity_valid(Capacity)) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_PARAMETER,
                 L"StartSession: capacity %x is no power of two from %x to %x", Capacity, (DWORD)RING_CAPACITY_MIN,
                 (DWORD)RING_CAPACITY_MAX);
        return NULL;
    }
    if (!AdapterGetDevicePath(Adapter, &Path, &Interface)) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_HANDLE, L"StartSession: the adapter handle is not open");
        return NULL;
    }
    Session = ObjectAllocate(OBJECT_SESSION, sizeof(*Session));
    if (!Session) {
        LogError(WARREN_STAGE_ATTACH, ERROR_NOT_ENOUGH_MEMORY, L"StartSession: no memory");
        return NULL;
    }
    Error = SessionOpen(Session, Path, &Interface, Capacity);
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
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_HANDLE, L"EndSession: the session handle is not open");
        return;
    }
    /* A thread that is late, against the rules, finds either a working session or none: see SessionLock. */
    AcquireSRWLockExclusive(&Session->ReceiveLock);
    AcquireSRWLockExclusive(&Session->SendLock);
    ReleaseSRWLockExclusive(&Session->SendLock);
    ReleaseSRWLockExclusive(&Session->ReceiveLock);
    while (atomic_load_acquire(&Session->Looking)) SwitchToThread();
    SessionClose(Session);
}

bool SessionLook(SESSION *Session, SRWLOCK *Lock, struct spin *Spin, const uint32_t *Word, uint32_t Value) {
    struct spin Mine = *Spin;
    bool Open;

    atomic_add(&Session->Looking, 1); /* until it is taken back, whoever ends the session waits */
    ReleaseSRWLockExclusive(Lock);
    spin_while(&Mine, Word, Value);
    AcquireSRWLockExclusive(Lock);
    Open = ObjectIs(Session, OBJECT_SESSION);
    if (Open)
        *Spin = Mine;
    else
        ReleaseSRWLockExclusive(Lock);
    atomic_add(&Session->Looking, (uint32_t)-1);
    return Open;
}

HANDLE WINAPI WintunGetReadWaitEvent(WINTUN_SESSION_HANDLE Session) {
    if (!ObjectIs(Session, OBJECT_SESSION)) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_HANDLE, L"GetReadWaitEvent: the session handle is not open");
        return NULL;
    }
    return Session->DataEvent;
}

void RingBroken(LPCWSTR Function) {
    LogLine(WINTUN_LOG_ERR, L"%s: the ring is damaged; something in this process has written over it", Function);
}

void NotAPacket(LPCWSTR Function) {
    LogLine(WINTUN_LOG_ERR, L"%s: ignored: the session is not open, or this is no packet of it that is still held",
            Function);
}
