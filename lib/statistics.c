/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What has passed: an adapter's counters, which the driver keeps, and a session's, which the library keeps.
 */
#include "lib/session.h"

#include "core/abi.h"

#include <winioctl.h>

bool StructureIsValid(const void *Structure) { return Structure && *(const DWORD *)Structure >= sizeof(DWORD64); }

void StructureAnswer(void *To, const void *From, DWORD Size) {
    DWORD Room = *(const DWORD *)To;

    memcpy((BYTE *)To + sizeof(DWORD), (const BYTE *)From + sizeof(DWORD), (Room < Size ? Room : Size) - sizeof(DWORD));
    if (Room > Size) memset((BYTE *)To + Size, 0, Room - Size);
}

static bool SizeIsValid(LPCWSTR Stage, const void *Structure) {
    if (StructureIsValid(Structure)) return true;
    LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_PARAMETER, L"%s: Size of the structure is not set", Stage);
    return false;
}

static DWORD CountersOf(LPCWSTR Path, struct abi_counters *Counters) {
    HANDLE Device = CreateFileW(Path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD Error = ERROR_SUCCESS, Returned = 0;

    if (Device == INVALID_HANDLE_VALUE)
        return LogError(WARREN_STAGE_OPEN, GetLastError(), L"GetAdapterStatistics: cannot open the adapter's device %s",
                        Path);
    if (!DeviceIoControl(Device, ABI_CTL_COUNTERS, NULL, 0, Counters, sizeof(*Counters), &Returned, NULL))
        Error = LogError(WARREN_STAGE_OPEN, GetLastError(), L"GetAdapterStatistics: the driver does not answer");
    else if (Returned != sizeof(*Counters) || Counters->size != sizeof(*Counters))
        Error = LogError(WARREN_STAGE_OPEN, ERROR_REVISION_MISMATCH,
                         L"GetAdapterStatistics: the running driver is of another version than this library");
    CloseHandle(Device);
    return Error;
}

BOOL WINAPI WarrenGetAdapterStatistics(WINTUN_ADAPTER_HANDLE Adapter, WARREN_STATISTICS *Statistics) {
    struct abi_counters Counters;
    WARREN_STATISTICS Full;
    LPCWSTR Path;
    GUID Interface;
    DWORD Error;

    if (!SizeIsValid(L"GetAdapterStatistics", Statistics)) return FALSE;
    if (!AdapterGetDevicePath(Adapter, &Path, &Interface)) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_HANDLE, L"GetAdapterStatistics: the adapter handle is not open");
        return FALSE;
    }
    Error = CountersOf(Path, &Counters);
    if (Error) {
        SetLastError(Error);
        return FALSE;
    }
    Full = (WARREN_STATISTICS){
        .SessionActive = Counters.attached,
        .ToClientPackets = Counters.to_client_packets,
        .ToClientBytes = Counters.to_client_bytes,
        .ToClientDroppedFull = Counters.to_client_full,
        .ToClientDroppedRefused = Counters.to_client_refused,
        .ToClientDroppedInvalid = Counters.to_client_invalid,
        .ToStackPackets = Counters.to_stack_packets,
        .ToStackBytes = Counters.to_stack_bytes,
        .ToStackDroppedInvalid = Counters.to_stack_invalid,
        .ToStackFromReserve = Counters.to_stack_reserve,
        .ClientWakeUps = Counters.wakes,
        .DriverSleeps = Counters.sleeps,
    };
    StructureAnswer(Statistics, &Full, sizeof(Full));
    return TRUE;
}

BOOL WINAPI WarrenGetSessionStatistics(WINTUN_SESSION_HANDLE Session, WARREN_SESSION_STATISTICS *Statistics) {
    WARREN_SESSION_STATISTICS Full = {0};

    if (!SizeIsValid(L"GetSessionStatistics", Statistics)) return FALSE;
    if (!SessionLock(Session, offsetof(SESSION, ReceiveLock))) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_HANDLE, L"GetSessionStatistics: the session handle is not open");
        return FALSE;
    }
    Full.Capacity = Session->ToClient.capacity;
    Full.ToClientUsed = atomic_load_acquire(&Session->ToClient.shared->tail) - Session->ToClient.freed;
    Full.Received = Session->ReceiveCount.Packets;
    Full.ReceivedBytes = Session->ReceiveCount.Bytes;
    Full.ReceiveEmpty = Session->ReceiveCount.Empty;
    /* In the order in which WintunEndSession takes them. */
    AcquireSRWLockExclusive(&Session->SendLock);
    Full.ToStackUsed = Session->ToStack.tail - atomic_load_acquire(&Session->ToStack.shared->head);
    Full.Sent = Session->SendCount.Packets;
    Full.SentBytes = Session->SendCount.Bytes;
    Full.SendFull = Session->SendCount.Full;
    Full.DriverKicks = Session->SendCount.Kicks;
    ReleaseSRWLockExclusive(&Session->SendLock);
    ReleaseSRWLockExclusive(&Session->ReceiveLock);
    StructureAnswer(Statistics, &Full, sizeof(Full));
    return TRUE;
}
