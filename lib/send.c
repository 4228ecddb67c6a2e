/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * To the stack: room in the ring for the program to write in, for one packet or many at a time, and out.
 */
#include "lib/session.h"

/* With SendLock. A program that knows the write-wait event is told when there is room again. */
static enum ring_result ReserveRecord(SESSION *Session, DWORD PacketSize, struct ring_record **Record) {
    enum ring_result Result = ring_reserve(&Session->ToStack, PacketSize, Record);

    if (Result != RING_FULL || !Session->RoomWanted) return Result;
    Result = ring_arm_room(&Session->ToStack, PacketSize);
    if (Result == RING_FULL) spin_sleep(&Session->SendSpin);
    return Result == RING_OK ? ring_reserve(&Session->ToStack, PacketSize, Record) : Result;
}

/* With SendLock. When there is no room, but soon may be, waits a little before that is asked for. False: the session has
 * ended, and the lock is nobody's. */
static inline bool SendLook(SESSION *Session, DWORD PacketSize) {
    struct ring_producer *Ring = &Session->ToStack;

    if (ring_has_room(Ring, ring_record_size(PacketSize)) || !spin_worthwhile(&Session->SendSpin)) return true;
    if (ring_producer_refresh(Ring) != RING_OK || ring_has_room(Ring, ring_record_size(PacketSize))) return true;
    return SessionLook(Session, &Session->SendLock, &Session->SendSpin, &Ring->shared->head, Ring->head);
}

/* With SendLock. */
static DWORD AllocateRecord(SESSION *Session, DWORD PacketSize, struct ring_record **Record) {
    uint32_t Start = Session->ToStack.tail, State;
    enum ring_result Result = ReserveRecord(Session, PacketSize, Record);

    /* After the event was asked for: the driver sets it once more when it closes. */
    State = atomic_load_acquire(&Session->ToStack.shared->state);
    if (State != RING_STATE_OPEN) {
        if (Result == RING_OK) ring_rewind(&Session->ToStack, Start);
        return State == RING_STATE_CLOSED ? ERROR_HANDLE_EOF : ERROR_INVALID_DATA;
    }
    switch (Result) {
    case RING_OK:
        spin_wake(&Session->SendSpin);
        **Record = (struct ring_record){.length = PacketSize};
        PendingAdd(&Session->Allocated, Start, Session->ToStack.tail);
        return ERROR_SUCCESS;
    case RING_FULL: Session->SendCount.Full++; return ERROR_BUFFER_OVERFLOW;
    default: return ERROR_INVALID_DATA;
    }
}

/* With SendLock. Whether the damage is to be reported, which it is once. */
static bool SendBroken(SESSION *Session, DWORD Error) {
    bool Report = Error == ERROR_INVALID_DATA && !Session->SendBroken;

    Session->SendBroken = Session->SendBroken || Report;
    return Report;
}

/* Without the lock. The event wakes one thread each time; the end is for all of them. */
static __attribute__((noinline)) void SendFailed(SESSION *Session, LPCWSTR Function, DWORD Error, bool Report) {
    if (Report) RingBroken(Function);
    if (Error != ERROR_BUFFER_OVERFLOW) SetEvent(Session->RoomEvent);
    SetLastError(Error);
}

BYTE *WINAPI WintunAllocateSendPacket(WINTUN_SESSION_HANDLE Session, DWORD PacketSize) {
    struct ring_record *Record = NULL;
    DWORD Error;
    bool Report;

    if (PacketSize == 0 || PacketSize > RING_PACKET_MAX) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!SessionLock(Session, offsetof(SESSION, SendLock)) || !SendLook(Session, PacketSize)) {
        SetLastError(ERROR_INVALID_HANDLE);
        return NULL;
    }
    Error = AllocateRecord(Session, PacketSize, &Record);
    Report = SendBroken(Session, Error);
    ReleaseSRWLockExclusive(&Session->SendLock);
    if (!Error) return ring_record_data(Record);
    SendFailed(Session, L"AllocateSendPacket", Error, Report);
    return NULL;
}

DWORD WINAPI WarrenAllocatePackets(WINTUN_SESSION_HANDLE Session, WARREN_PACKET *Packets, DWORD Count) {
    DWORD Error = Packets && Count ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER, Allocated = 0;
    bool Report;

    for (DWORD Index = 0; !Error && Index < Count; ++Index)
        if (!Packets[Index].Length || Packets[Index].Length > RING_PACKET_MAX) Error = ERROR_INVALID_PARAMETER;
    if (!Error && (!SessionLock(Session, offsetof(SESSION, SendLock)) || !SendLook(Session, Packets[0].Length)))
        Error = ERROR_INVALID_HANDLE;
    if (Error) {
        SetLastError(Error);
        return 0;
    }
    for (; Allocated < Count; ++Allocated) {
        struct ring_record *Record = NULL;

        Error = AllocateRecord(Session, Packets[Allocated].Length, &Record);
        if (Error) break;
        Packets[Allocated].Data = ring_record_data(Record);
    }
    /* What ended a batch that is not empty is for the next call to find. */
    Report = !Allocated && SendBroken(Session, Error);
    ReleaseSRWLockExclusive(&Session->SendLock);
    if (!Allocated) SendFailed(Session, L"AllocatePackets", Error, Report);
    return Allocated;
}

/* With SendLock. The length is what the library wrote, unless the program has written over it; only the count of bytes
 * relies on it. */
static PENDING_RESULT SendBack(SESSION *Session, const BYTE *Packet, uint32_t *Boundary, DWORD64 TapAt) {
    PENDING_RESULT Result =
        PendingBack(&Session->Allocated, Session->ToStack.records, Session->ToStack.capacity, Packet, Boundary);
    uint32_t Length;

    if (Result == PENDING_FOREIGN) return Result;
    Length = atomic_load_relaxed(&((const struct ring_record *)(const void *)Packet - 1)->length);
    Session->SendCount.Packets++;
    Session->SendCount.Bytes += Length;
    /* Nobody but the program itself can have made it longer than it is. */
    if (TapAt && Length <= RING_PACKET_MAX) TapPut(&Session->Tap, TAP_TO_STACK, TapAt, Packet, Length);
    return Result;
}

/* With SendLock: the time of what is captured now; 0: nobody does. */
static inline DWORD64 SendTapTime(SESSION *Session) { return TapWanted(&Session->Tap) ? TapTime() : 0; }

/* With SendLock. Whether the driver is to be woken. */
static bool SendPublish(SESSION *Session, uint32_t Boundary) {
    bool Wake = ring_publish_to(&Session->ToStack, Boundary);

    Session->SendCount.Kicks += Wake;
    return Wake;
}

VOID WINAPI WintunSendPacket(WINTUN_SESSION_HANDLE Session, const BYTE *Packet) {
    PENDING_RESULT Result = PENDING_FOREIGN;
    uint32_t Boundary;
    bool Wake = false, Show = false;

    if (SessionLock(Session, offsetof(SESSION, SendLock))) {
        DWORD64 TapAt = SendTapTime(Session);

        Result = SendBack(Session, Packet, &Boundary, TapAt);
        if (Result == PENDING_ADVANCED) Wake = SendPublish(Session, Boundary);
        Show = TapAt && TapShow(&Session->Tap, TAP_TO_STACK);
        ReleaseSRWLockExclusive(&Session->SendLock);
    }
    if (Wake) SetEvent(Session->KickEvent);
    if (Show) SetEvent(Session->Tap.Event);
    if (Result == PENDING_FOREIGN) NotAPacket(L"SendPacket");
}

VOID WINAPI WarrenSendPackets(WINTUN_SESSION_HANDLE Session, const WARREN_PACKET *Packets, DWORD Count) {
    bool Advanced = false, Foreign = Count != 0, Wake = false, Show = false;
    uint32_t Boundary = 0;

    if (Packets && SessionLock(Session, offsetof(SESSION, SendLock))) {
        DWORD64 TapAt = SendTapTime(Session);

        Foreign = false;
        for (DWORD Index = 0; Index < Count; ++Index) {
            PENDING_RESULT Result = SendBack(Session, Packets[Index].Data, &Boundary, TapAt);

            Advanced = Advanced || Result == PENDING_ADVANCED;
            Foreign = Foreign || Result == PENDING_FOREIGN;
        }
        if (Advanced) Wake = SendPublish(Session, Boundary);
        Show = TapAt && TapShow(&Session->Tap, TAP_TO_STACK);
        ReleaseSRWLockExclusive(&Session->SendLock);
    }
    if (Wake) SetEvent(Session->KickEvent);
    if (Show) SetEvent(Session->Tap.Event);
    if (Foreign) NotAPacket(L"SendPackets");
}

HANDLE WINAPI WarrenGetWriteWaitEvent(WINTUN_SESSION_HANDLE Session) {
    if (!SessionLock(Session, offsetof(SESSION, SendLock))) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_HANDLE, L"GetWriteWaitEvent: the session handle is not open");
        return NULL;
    }
    Session->RoomWanted = true;
    ReleaseSRWLockExclusive(&Session->SendLock);
    return Session->RoomEvent;
}
