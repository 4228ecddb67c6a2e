/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * From the stack: packets handed to the program, one or many at a time, and back.
 */
#include "lib/session.h"

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
        spin_sleep(&Session->ReceiveSpin);
        return RING_EMPTY;
    }
    *Error = State == RING_STATE_CLOSED ? ERROR_HANDLE_EOF : ERROR_INVALID_DATA;
    return ring_take(&Session->ToClient, Header, Record);
}

/* With ReceiveLock. False: the session has ended, and the lock is nobody's. */
static inline bool ReceiveFirst(SESSION *Session, struct ring_record *Header, struct ring_record **Record,
                                enum ring_result *Result, DWORD *Error) {
    *Result = ring_take(&Session->ToClient, Header, Record);
    if (*Result == RING_EMPTY && spin_worthwhile(&Session->ReceiveSpin)) {
        if (!SessionLook(Session, &Session->ReceiveLock, &Session->ReceiveSpin, &Session->ToClient.shared->tail,
                         Session->ToClient.head))
            return false;
        *Result = ring_take(&Session->ToClient, Header, Record);
    }
    if (*Result == RING_EMPTY) *Result = ReceiveLate(Session, Header, Record, Error);
    if (*Result == RING_OK) spin_wake(&Session->ReceiveSpin);
    return true;
}

/* With ReceiveLock: the record that has just been taken is the program's. */
static inline BYTE *ReceiveHand(SESSION *Session, const struct ring_record *Header, struct ring_record *Record) {
    uint32_t End = Session->ToClient.head;

    PendingAdd(&Session->Received, End - ring_record_size(Header->length), End);
    Session->ReceiveCount.Packets++;
    Session->ReceiveCount.Bytes += Header->length;
    return ring_record_data(Record);
}

/* With ReceiveLock: nothing came of it. Returns whether the damage is to be reported, which it is once. */
static bool ReceiveNothing(SESSION *Session, enum ring_result Result, DWORD *Error) {
    bool Report;

    if (Result == RING_CORRUPT) *Error = ERROR_INVALID_DATA;
    Session->ReceiveCount.Empty += *Error == ERROR_NO_MORE_ITEMS;
    if (*Error != ERROR_INVALID_DATA) return false;
    Report = !Session->ReceiveBroken;
    Session->ReceiveBroken = true;
    return Report;
}

/* Without the lock. The event wakes one thread each time; the end is for all of them. */
static __attribute__((noinline)) void ReceiveFailed(SESSION *Session, LPCWSTR Function, DWORD Error, bool Report) {
    if (Report) RingBroken(Function);
    if (Error != ERROR_NO_MORE_ITEMS) SetEvent(Session->DataEvent);
    SetLastError(Error);
}

/* With ReceiveLock: for whoever captures. Whether he is to be woken. */
static inline bool ReceiveTap(SESSION *Session, const WARREN_PACKET *Packets, DWORD Count) {
    DWORD64 Now;

    if (!TapWanted(&Session->Tap) || !Count) return false;
    Now = TapTime();
    for (DWORD Index = 0; Index < Count; ++Index)
        TapPut(&Session->Tap, TAP_TO_CLIENT, Now, Packets[Index].Data, Packets[Index].Length);
    return TapShow(&Session->Tap, TAP_TO_CLIENT);
}

BYTE *WINAPI WintunReceivePacket(WINTUN_SESSION_HANDLE Session, DWORD *PacketSize) {
    struct ring_record Header, *Record = NULL;
    enum ring_result Result;
    DWORD Error = ERROR_SUCCESS;
    BYTE *Packet;
    bool Report, Show;

    if (!SessionLock(Session, offsetof(SESSION, ReceiveLock)) ||
        !ReceiveFirst(Session, &Header, &Record, &Result, &Error)) {
        SetLastError(ERROR_INVALID_HANDLE);
        return NULL;
    }
    if (Result == RING_OK) {
        Packet = ReceiveHand(Session, &Header, Record);
        Show = ReceiveTap(Session, &(WARREN_PACKET){Packet, Header.length}, 1);
        ReleaseSRWLockExclusive(&Session->ReceiveLock);
        if (Show) SetEvent(Session->Tap.Event);
        *PacketSize = Header.length;
        return Packet;
    }
    Report = ReceiveNothing(Session, Result, &Error);
    ReleaseSRWLockExclusive(&Session->ReceiveLock);
    ReceiveFailed(Session, L"ReceivePacket", Error, Report);
    return NULL;
}

DWORD WINAPI WarrenReceivePackets(WINTUN_SESSION_HANDLE Session, WARREN_PACKET *Packets, DWORD Count) {
    struct ring_record Header, *Record = NULL;
    enum ring_result Result;
    DWORD Error = ERROR_SUCCESS, Taken = 0;
    bool Report, Show;

    if (!Packets || !Count) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (!SessionLock(Session, offsetof(SESSION, ReceiveLock)) ||
        !ReceiveFirst(Session, &Header, &Record, &Result, &Error)) {
        SetLastError(ERROR_INVALID_HANDLE);
        return 0;
    }
    for (; Result == RING_OK; Result = ring_take(&Session->ToClient, &Header, &Record)) {
        Packets[Taken].Data = ReceiveHand(Session, &Header, Record);
        Packets[Taken].Length = Header.length;
        if (++Taken == Count) break;
    }
    /* What ended a batch that is not empty is for the next call to find. */
    Report = !Taken && ReceiveNothing(Session, Result, &Error);
    Show = ReceiveTap(Session, Packets, Taken);
    ReleaseSRWLockExclusive(&Session->ReceiveLock);
    if (Show) SetEvent(Session->Tap.Event);
    if (!Taken) ReceiveFailed(Session, L"ReceivePackets", Error, Report);
    return Taken;
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

VOID WINAPI WarrenReleasePackets(WINTUN_SESSION_HANDLE Session, const WARREN_PACKET *Packets, DWORD Count) {
    bool Advanced = false, Foreign = Count != 0;
    uint32_t Boundary = 0;

    if (Packets && SessionLock(Session, offsetof(SESSION, ReceiveLock))) {
        Foreign = false;
        for (DWORD Index = 0; Index < Count; ++Index) {
            PENDING_RESULT Result = PendingBack(&Session->Received, Session->ToClient.records,
                                                Session->ToClient.capacity, Packets[Index].Data, &Boundary);

            Advanced = Advanced || Result == PENDING_ADVANCED;
            Foreign = Foreign || Result == PENDING_FOREIGN;
        }
        if (Advanced) (void)ring_free_to(&Session->ToClient, Boundary);
        ReleaseSRWLockExclusive(&Session->ReceiveLock);
    }
    if (Foreign) NotAPacket(L"ReleasePackets");
}
