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
    bool Attached;
    DWORD64 Mark; /* the session's */
    struct tap_shared *Shared;
    struct ring_consumer Ring[2];
    struct {
        bool Have; /* a record is taken and not handed out */
        struct ring_record *Record;
        DWORD Length; /* of its contents */
        DWORD Whole;  /* of the packet, before it was cut */
        DWORD64 Time;
        uint32_t Before; /* where it begins */
    } Next[2];
} CAPTURE;

static void Close(CAPTURE *Capture) {
    if (Capture->Shared) {
        if (Capture->Attached) atomic_store_relaxed(&Capture->Shared->attached, 0);
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
static bool Attach(CAPTURE *Capture, DWORD SnapLength) {
    for (unsigned Direction = 0; Direction < 2; ++Direction) {
        struct ring_consumer *Ring = &Capture->Ring[Direction];

        ring_consumer_init(Ring, &Capture->Shared->ring[Direction], tap_records(Capture->Shared, Direction),
                           TAP_CAPACITY);
        Ring->head = Ring->tail = atomic_load_acquire(&Ring->shared->tail);
        if (Ring->tail % RING_ALIGN != 0) return false;
        (void)ring_free(Ring);
    }
    atomic_store_relaxed(&Capture->Shared->snap, SnapLength);
    atomic_store_relaxed(&Capture->Shared->attached, 1);
    Capture->Attached = true;
    return true;
}

/* The memory is not believed to be what it should be: another program may have made it. Its first page is there, whatever
 * size it has; its name is only held on to while it is looked at, so that it is free for the next session. */
static DWORD OpenMemory(CAPTURE *Capture, LPCWSTR AdapterName) {
    const struct tap_shared *First;
    WCHAR Name[TAP_NAME_ROOM];
    uint32_t Magic, Capacity;

    TapMemoryName(&Capture->Interface, Name);
    Capture->Memory = OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, Name);
    if (!Capture->Memory) return OpenFailed(AdapterName);
    First = MapViewOfFile(Capture->Memory, FILE_MAP_READ, 0, 0, sizeof(*First));
    if (!First) return OpenFailed(AdapterName);
    Magic = atomic_load_acquire(&First->magic);
    Capacity = First->capacity;
    UnmapViewOfFile(First);
    if (!Magic)
        return LogError(WARREN_STAGE_ATTACH, ERROR_NOT_READY, L"StartCapture: the session on %s has just begun",
                        AdapterName);
    if (Magic != TAP_MAGIC || Capacity != TAP_CAPACITY)
        return LogError(WARREN_STAGE_ATTACH, ERROR_REVISION_MISMATCH,
                        L"StartCapture: the program on %s uses another version of this library", AdapterName);
    Capture->Shared = MapViewOfFile(Capture->Memory, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, TAP_SIZE);
    if (!Capture->Shared) return OpenFailed(AdapterName);
    CloseHandle(Capture->Memory);
    Capture->Memory = NULL;
    Capture->Mark = Capture->Shared->mark;
    return ERROR_SUCCESS;
}

static DWORD Open(CAPTURE *Capture, LPCWSTR AdapterName, DWORD SnapLength) {
    WCHAR Name[TAP_NAME_ROOM];
    DWORD Error = OpenMemory(Capture, AdapterName);

    if (Error) return Error;
    TapEventName(TAP_EVENT_WAKE, &Capture->Interface, Capture->Mark, Name);
    Capture->Event = OpenEventW(SYNCHRONIZE, FALSE, Name);
    if (!Capture->Event) return OpenFailed(AdapterName);
    TapEventName(TAP_EVENT_READER, &Capture->Interface, Capture->Mark, Name);
    SetLastError(ERROR_SUCCESS);
    Capture->Reader = CreateEventW(NULL, FALSE, FALSE, Name);
    if (!Capture->Reader || GetLastError() == ERROR_ALREADY_EXISTS)
        return LogError(WARREN_STAGE_ATTACH, ERROR_SHARING_VIOLATION, L"StartCapture: somebody captures on %s already",
                        AdapterName);
    if (Attach(Capture, SnapLength)) return ERROR_SUCCESS;
    return LogError(WARREN_STAGE_ATTACH, ERROR_INVALID_DATA,
                    L"StartCapture: the memory of the session on %s is damaged", AdapterName);
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
    memcpy(&Head, ring_record_data(Record), sizeof(Head)); /* there is slack behind the shortest record, too */
    if (Header.length < sizeof(Head) || Head.length < Header.length - sizeof(Head)) {
        ring_put_back(&Capture->Ring[Direction], Before);
        return RING_CORRUPT;
    }
    Capture->Next[Direction].Have = true;
    Capture->Next[Direction].Record = Record;
    Capture->Next[Direction].Length = Header.length;
    Capture->Next[Direction].Time = Head.time;
    Capture->Next[Direction].Whole = Head.length;
    Capture->Next[Direction].Before = Before;
    return RING_OK;
}

static void Hand(CAPTURE *Capture, unsigned Direction, WARREN_CAPTURED *Packet) {
    const BYTE *Contents = ring_record_data(Capture->Next[Direction].Record);

    Capture->Next[Direction].Have = false;
    *Packet =
        (WARREN_CAPTURED){.Timestamp = Capture->Next[Direction].Time,
                          .Direction = Direction == TAP_TO_STACK ? WARREN_CAPTURED_TO_STACK : WARREN_CAPTURED_TO_CLIENT,
                          .Length = Capture->Next[Direction].Whole,
                          .Captured = Capture->Next[Direction].Length - (DWORD)sizeof(struct tap_packet),
                          .Data = Contents + sizeof(struct tap_packet)};
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
    TapEventName(TAP_EVENT_OWNER, &Capture->Interface, Capture->Mark, Name);
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
