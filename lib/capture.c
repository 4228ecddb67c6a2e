/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The capturing process's side (core/tap.h): finds a session by its adapter's name, and reads what it shows.
 */
#include "lib/adapter.h"
#include "lib/tap.h"

/* One thread at a time, as the API demands; a lock would only hide that. */
typedef struct _WARREN_CAPTURE {
    OBJECT Object;
    GUID Interface;
    HANDLE Memory, Event;
    HANDLE Reader; /* its name keeps others away */
    struct tap_shared *Shared;
    struct ring_consumer Ring[2];
    struct {
        bool Have; /* a record is taken and not handed out */
        struct ring_record *Record;
        DWORD Length; /* of its contents */
        DWORD64 Time;
        uint32_t Before; /* where it begins */
    } Next[2];
} CAPTURE;

static void Close(CAPTURE *Capture) {
    if (Capture->Shared) {
        atomic_store_relaxed(&Capture->Shared->attached, 0);
        UnmapViewOfFile(Capture->Shared);
    }
    if (Capture->Reader) CloseHandle(Capture->Reader);
    if (Capture->Event) CloseHandle(Capture->Event);
    if (Capture->Memory) CloseHandle(Capture->Memory);
    ObjectFree(&Capture->Object, OBJECT_CAPTURE);
}

static DWORD OpenFailed(LPCWSTR AdapterName) {
    DWORD Error = GetLastError();

    if (Error == ERROR_FILE_NOT_FOUND)
        return LogError(WARREN_STAGE_ATTACH, ERROR_NOT_READY,
                        L"StartCapture: no program has a session on %s that could be captured", AdapterName);
    return LogError(WARREN_STAGE_ATTACH, Error, L"StartCapture: the session on %s cannot be opened", AdapterName);
}

/* Begins with what comes from now on, whatever a reader before has left. */
static void Attach(CAPTURE *Capture, DWORD SnapLength) {
    for (unsigned Direction = 0; Direction < 2; ++Direction) {
        struct ring_consumer *Ring = &Capture->Ring[Direction];

        ring_consumer_init(Ring, &Capture->Shared->ring[Direction], tap_records(Capture->Shared, Direction),
                           TAP_CAPACITY);
        Ring->head = Ring->tail = atomic_load_acquire(&Ring->shared->tail);
        (void)ring_free(Ring);
    }
    atomic_store_relaxed(&Capture->Shared->snap, SnapLength);
    atomic_store_relaxed(&Capture->Shared->attached, 1);
}

static DWORD Open(CAPTURE *Capture, LPCWSTR AdapterName, DWORD SnapLength) {
    WCHAR Name[TAP_NAME_ROOM];

    TapName(TAP_NAME_MEMORY, &Capture->Interface, Name);
    Capture->Memory = OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, Name);
    if (!Capture->Memory) return OpenFailed(AdapterName);
    TapName(TAP_NAME_EVENT, &Capture->Interface, Name);
    Capture->Event = OpenEventW(SYNCHRONIZE, FALSE, Name);
    if (!Capture->Event) return OpenFailed(AdapterName);
    TapName(TAP_NAME_READER, &Capture->Interface, Name);
    Capture->Reader = CreateEventW(NULL, FALSE, FALSE, Name);
    if (!Capture->Reader || GetLastError() == ERROR_ALREADY_EXISTS)
        return LogError(WARREN_STAGE_ATTACH, ERROR_SHARING_VIOLATION, L"StartCapture: somebody captures on %s already",
                        AdapterName);
    Capture->Shared = MapViewOfFile(Capture->Memory, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    if (!Capture->Shared) return OpenFailed(AdapterName);
    if (atomic_load_acquire(&Capture->Shared->magic) != TAP_MAGIC || Capture->Shared->capacity != TAP_CAPACITY) {
        UnmapViewOfFile(Capture->Shared);
        Capture->Shared = NULL;
        return LogError(WARREN_STAGE_ATTACH, ERROR_REVISION_MISMATCH,
                        L"StartCapture: the program on %s uses another version of this library", AdapterName);
    }
    Attach(Capture, SnapLength);
    return ERROR_SUCCESS;
}

WARREN_CAPTURE_HANDLE WINAPI WarrenStartCapture(LPCWSTR AdapterName, DWORD SnapLength) {
    CAPTURE *Capture;
    ADAPTER Adapter;
    DWORD Error;

    if (!AdapterName || !*AdapterName) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_PARAMETER, L"StartCapture: the name is empty");
        return NULL;
    }
    Error = AdapterFind(&Adapter, AdapterName);
    if (Error) {
        LogError(WARREN_STAGE_OPEN, Error, L"StartCapture: there is no running adapter %s", AdapterName);
        return NULL;
    }
    Capture = ObjectAllocate(OBJECT_CAPTURE, sizeof(*Capture));
    if (!Capture) {
        LogError(WARREN_STAGE_ATTACH, ERROR_NOT_ENOUGH_MEMORY, L"StartCapture: no memory");
        return NULL;
    }
    Capture->Interface = Adapter.Interface;
    Error = Open(Capture, AdapterName, SnapLength && SnapLength < TAP_SNAP_MAX ? SnapLength : TAP_SNAP_MAX);
    if (Error) {
        Close(Capture);
        SetLastError(Error);
        return NULL;
    }
    ObjectShow(&Capture->Object, OBJECT_CAPTURE);
    return Capture;
}

/* The next record of the direction, if there is one. RING_CORRUPT: the session's program has written over it. */
static enum ring_result Look(CAPTURE *Capture, unsigned Direction) {
    struct ring_record Header, *Record;
    struct tap_packet Head;
    uint32_t Before = Capture->Ring[Direction].head;
    enum ring_result Result;

    if (Capture->Next[Direction].Have) return RING_OK;
    Result = ring_take(&Capture->Ring[Direction], &Header, &Record);
    if (Result != RING_OK) return Result;
    if (Header.length < sizeof(Head)) return RING_CORRUPT;
    memcpy(&Head, ring_record_data(Record), sizeof(Head));
    Capture->Next[Direction].Have = true;
    Capture->Next[Direction].Record = Record;
    Capture->Next[Direction].Length = Header.length;
    Capture->Next[Direction].Time = Head.time;
    Capture->Next[Direction].Before = Before;
    return RING_OK;
}

static void Hand(CAPTURE *Capture, unsigned Direction, WARREN_CAPTURED *Packet) {
    const BYTE *Contents = ring_record_data(Capture->Next[Direction].Record);
    struct tap_packet Head;

    memcpy(&Head, Contents, sizeof(Head));
    Capture->Next[Direction].Have = false;
    *Packet =
        (WARREN_CAPTURED){.Timestamp = Head.time,
                          .Direction = Direction == TAP_TO_STACK ? WARREN_CAPTURED_TO_STACK : WARREN_CAPTURED_TO_CLIENT,
                          .Length = Head.length,
                          .Captured = Capture->Next[Direction].Length - (DWORD)sizeof(Head),
                          .Data = Contents + sizeof(Head)};
}

/* What there is, in order of time. */
static DWORD Collect(CAPTURE *Capture, WARREN_CAPTURED *Packets, DWORD Count, DWORD *Error) {
    DWORD Taken = 0;

    while (Taken < Count) {
        enum ring_result Client = Look(Capture, TAP_TO_CLIENT), Stack = Look(Capture, TAP_TO_STACK);
        unsigned Direction = Client == RING_OK ? TAP_TO_CLIENT : TAP_TO_STACK;

        if (Client == RING_CORRUPT || Stack == RING_CORRUPT) *Error = ERROR_INVALID_DATA;
        if (Client != RING_OK && Stack != RING_OK) break;
        if (Client == RING_OK && Stack == RING_OK &&
            Capture->Next[TAP_TO_STACK].Time < Capture->Next[TAP_TO_CLIENT].Time)
            Direction = TAP_TO_STACK;
        Hand(Capture, Direction, &Packets[Taken++]);
    }
    return Taken;
}

/* What was handed out before is the session's again. */
static void GiveBack(CAPTURE *Capture) {
    for (unsigned Direction = 0; Direction < 2; ++Direction) {
        struct ring_consumer *Ring = &Capture->Ring[Direction];

        (void)ring_free_to(Ring, Capture->Next[Direction].Have ? Capture->Next[Direction].Before : Ring->head);
    }
}

static bool IsOver(const CAPTURE *Capture) {
    WCHAR Name[TAP_NAME_ROOM];
    HANDLE Owner;

    if (atomic_load_acquire(&Capture->Shared->ring[TAP_TO_CLIENT].state) != RING_STATE_OPEN) return true;
    /* A process that was killed has said nothing. */
    TapName(TAP_NAME_OWNER, &Capture->Interface, Name);
    Owner = OpenEventW(SYNCHRONIZE, FALSE, Name);
    if (Owner) CloseHandle(Owner);
    return !Owner;
}

#define LOOK_INTERVAL 500 /* ms; how long a killed session goes unnoticed */

DWORD WINAPI WarrenReadCapture(WARREN_CAPTURE_HANDLE Capture, WARREN_CAPTURED *Packets, DWORD Count, DWORD TimeoutMs) {
    ULONGLONG Deadline = TimeoutMs == INFINITE ? ~0ull : DeadlineIn(TimeoutMs);
    DWORD Error = ERROR_SUCCESS, Taken;
    bool Over;

    if (!ObjectIs(Capture, OBJECT_CAPTURE) || !Packets || !Count) {
        SetLastError(Packets && Count ? ERROR_INVALID_HANDLE : ERROR_INVALID_PARAMETER);
        return 0;
    }
    GiveBack(Capture);
    for (;;) {
        DWORD Left = TimeoutMs == INFINITE ? LOOK_INTERVAL : TimeLeft(Deadline);

        Over = IsOver(Capture); /* before looking: what came before the end is still delivered */
        Taken = Collect(Capture, Packets, Count, &Error);
        if (Taken) return Taken;
        if (!Error && Over) Error = ERROR_HANDLE_EOF;
        if (!Error && !Left) Error = ERROR_TIMEOUT;
        if (Error) break;
        if (ring_arm_wake(&Capture->Ring[TAP_TO_CLIENT]) && ring_arm_wake(&Capture->Ring[TAP_TO_STACK]))
            WaitForSingleObject(Capture->Event, Left < LOOK_INTERVAL ? Left : LOOK_INTERVAL);
    }
    SetLastError(Error);
    return 0;
}

BOOL WINAPI WarrenGetCaptureStatistics(WARREN_CAPTURE_HANDLE Capture, WARREN_CAPTURE_STATISTICS *Statistics) {
    WARREN_CAPTURE_STATISTICS Full = {.Size = sizeof(Full)};

    if (!StructureIsValid(Statistics) || !ObjectIs(Capture, OBJECT_CAPTURE)) {
        LogError(WARREN_STAGE_ARGUMENTS, StructureIsValid(Statistics) ? ERROR_INVALID_HANDLE : ERROR_INVALID_PARAMETER,
                 L"GetCaptureStatistics: the handle is not open, or the structure has no valid size");
        return FALSE;
    }
    Full.ToClientSeen = Capture->Shared->count[TAP_TO_CLIENT].seen;
    Full.ToClientDropped = Capture->Shared->count[TAP_TO_CLIENT].dropped;
    Full.ToStackSeen = Capture->Shared->count[TAP_TO_STACK].seen;
    Full.ToStackDropped = Capture->Shared->count[TAP_TO_STACK].dropped;
    StructureAnswer(Statistics, &Full, sizeof(Full));
    return TRUE;
}

VOID WINAPI WarrenEndCapture(WARREN_CAPTURE_HANDLE Capture) {
    if (!Capture) return;
    if (!ObjectClaim(Capture, OBJECT_CAPTURE)) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_HANDLE, L"EndCapture: the handle is not open");
        return;
    }
    Close(Capture);
}
