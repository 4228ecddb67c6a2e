/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The session's side of a capture: copies packets for a capturing process, and never waits for it.
 */
#include "lib/tap.h"

#include <sddl.h>

static void MakeName(WCHAR To[TAP_NAME_ROOM], LPCWSTR Kind, const GUID *Interface) {
    WCHAR Text[GUID_TEXT];

    TextFromGuid(Interface, Text);
    TextCopy(To, TAP_NAME_ROOM, Kind);
    TextAppend(To, TAP_NAME_ROOM, Text);
}

void TapMemoryName(const GUID *Interface, WCHAR To[TAP_NAME_ROOM]) { MakeName(To, BRAND_MUTEX L"-Tap-", Interface); }

void TapEventName(TAP_EVENT Which, const GUID *Interface, DWORD64 Mark, WCHAR To[TAP_NAME_ROOM]) {
    static const LPCWSTR Kinds[] = {BRAND_MUTEX L"-TapEvent-", BRAND_MUTEX L"-TapOwner-", BRAND_MUTEX L"-TapReader-"};
    WCHAR Text[21];

    MakeName(To, Kinds[Which], Interface);
    TextNumber(Text, COUNT_OF(Text), Mark);
    TextAppend(To, TAP_NAME_ROOM, L"-");
    TextAppend(To, TAP_NAME_ROOM, Text);
}

/* Nothing that was there before is used: who made it could see what is not his to see. Call it at once, and
 * SetLastError(ERROR_SUCCESS) before the object is made: that its maker does so is nowhere promised. */
static bool IsNew(HANDLE Object) { return Object && GetLastError() != ERROR_ALREADY_EXISTS; }

static HANDLE CreateNewEvent(TAP_EVENT Which, const GUID *Interface, DWORD64 Mark, SECURITY_ATTRIBUTES *Attributes) {
    WCHAR Name[TAP_NAME_ROOM];
    HANDLE Event;

    TapEventName(Which, Interface, Mark, Name);
    SetLastError(ERROR_SUCCESS);
    Event = CreateEventW(Attributes, FALSE, FALSE, Name);
    if (IsNew(Event) || !Event) return Event;
    CloseHandle(Event);
    SetLastError(ERROR_ALREADY_EXISTS);
    return NULL;
}

static bool Create(TAP *Tap, const GUID *Interface, DWORD64 Mark, SECURITY_ATTRIBUTES *Attributes) {
    WCHAR Name[TAP_NAME_ROOM];

    TapMemoryName(Interface, Name);
    SetLastError(ERROR_SUCCESS);
    Tap->Memory = CreateFileMappingW(INVALID_HANDLE_VALUE, Attributes, PAGE_READWRITE, 0, TAP_SIZE, Name);
    if (!IsNew(Tap->Memory)) return false;
    Tap->Event = CreateNewEvent(TAP_EVENT_WAKE, Interface, Mark, Attributes);
    if (!Tap->Event) return false;
    Tap->Owner = CreateNewEvent(TAP_EVENT_OWNER, Interface, Mark, Attributes);
    if (!Tap->Owner) return false;
    Tap->Shared = MapViewOfFile(Tap->Memory, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, TAP_SIZE);
    return Tap->Shared != NULL;
}

DWORD64 TapTime(void) {
    FILETIME Now;

    GetSystemTimePreciseAsFileTime(&Now);
    return (DWORD64)Now.dwHighDateTime << 32 | Now.dwLowDateTime;
}

void TapStart(TAP *Tap, const GUID *Interface) {
    SECURITY_ATTRIBUTES Attributes = {.nLength = sizeof(Attributes)};
    DWORD64 Mark = TapTime(); /* an adapter has one session at a time */
    DWORD Error = ERROR_SUCCESS;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(L"D:P(A;;GA;;;SY)(A;;GA;;;BA)", SDDL_REVISION_1,
                                                              &Attributes.lpSecurityDescriptor, NULL)) {
        Error = GetLastError();
    } else {
        if (!Create(Tap, Interface, Mark, &Attributes)) Error = GetLastError();
        LocalFree(Attributes.lpSecurityDescriptor);
    }
    if (!Tap->Shared) {
        LogLine(WINTUN_LOG_INFO, L"StartSession: the session's packets cannot be captured (Windows error %u)", Error);
        TapStop(Tap);
        return;
    }
    Tap->Shared->capacity = TAP_CAPACITY;
    Tap->Shared->mark = Mark;
    for (unsigned Direction = 0; Direction < 2; ++Direction) {
        ring_producer_init(&Tap->Ring[Direction], &Tap->Shared->ring[Direction], tap_records(Tap->Shared, Direction),
                           TAP_CAPACITY);
        Tap->Shared->ring[Direction].state = RING_STATE_OPEN;
    }
    atomic_store_release(&Tap->Shared->magic, TAP_MAGIC);
}

void TapStop(TAP *Tap) {
    if (Tap->Shared) {
        for (unsigned Direction = 0; Direction < 2; ++Direction)
            atomic_store_release(&Tap->Shared->ring[Direction].state, RING_STATE_CLOSED);
        SetEvent(Tap->Event);
        UnmapViewOfFile(Tap->Shared);
    }
    if (Tap->Owner) CloseHandle(Tap->Owner);
    if (Tap->Event) CloseHandle(Tap->Event);
    if (Tap->Memory) CloseHandle(Tap->Memory);
    Tap->Shared = NULL;
    Tap->Owner = Tap->Event = Tap->Memory = NULL;
}

void TapPut(TAP *Tap, unsigned Direction, DWORD64 Time, const void *Packet, DWORD Length) {
    struct tap_shared *Shared = Tap->Shared;
    uint32_t Snap = atomic_load_relaxed(&Shared->snap), Taken = Length < Snap ? Length : Snap;
    struct ring_record *Record;
    struct tap_packet *Head;
    enum ring_result Result;

    if (Taken > TAP_SNAP_MAX) Taken = TAP_SNAP_MAX;
    Shared->count[Direction].seen++;
    Result = Tap->Broken[Direction] ? RING_CORRUPT
                                    : ring_reserve(&Tap->Ring[Direction], (uint32_t)sizeof(*Head) + Taken, &Record);
    if (Result != RING_OK) {
        Shared->count[Direction].dropped++;
        if (Result == RING_CORRUPT) Tap->Broken[Direction] = true;
        return;
    }
    *Record = (struct ring_record){.length = (uint32_t)sizeof(*Head) + Taken};
    Head = ring_record_data(Record);
    *Head = (struct tap_packet){.time = Time, .length = Length};
    memcpy(Head + 1, Packet, Taken);
}

bool TapShow(TAP *Tap, unsigned Direction) { return ring_publish(&Tap->Ring[Direction]); }
