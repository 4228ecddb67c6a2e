/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Processes of one brand among themselves: only one at a time creates or removes, and whether the owner of an adapter is
 * alive can be told from a named event that ends with its process. Without that, an adapter which Windows is just taking
 * away from a dead process would look like one in use.
 */
#include "lib/devnode.h"
#include "lib/library.h"

HANDLE CreationLock(LPCWSTR Function, ULONGLONG Deadline) {
    HANDLE Mutex = CreateMutexW(NULL, FALSE, BRAND_MUTEX);

    if (!Mutex) {
        LogError(WARREN_STAGE_LOCK, GetLastError(), L"%s: cannot open the mutex %s", Function, BRAND_MUTEX);
        return NULL;
    }
    switch (WaitForSingleObject(Mutex, TimeLeft(Deadline))) {
    case WAIT_OBJECT_0:
    case WAIT_ABANDONED: /* its owner died; what it left half done is cleaned up like all that dead processes leave */
        return Mutex;
    case WAIT_TIMEOUT:
        LogError(WARREN_STAGE_LOCK, ERROR_TIMEOUT, L"%s: another process does not let go of the mutex %s", Function,
                 BRAND_MUTEX);
        break;
    default:
        LogError(WARREN_STAGE_LOCK, GetLastError(), L"%s: cannot wait for the mutex %s", Function, BRAND_MUTEX);
        break;
    }
    CloseHandle(Mutex);
    return NULL;
}

void CreationUnlock(HANDLE Mutex) {
    ReleaseMutex(Mutex);
    CloseHandle(Mutex);
}

/* The event's name is the instance's, which is the last part of its path. */
#define MARK_PREFIX BRAND_MUTEX L"-Adapter-"
#define MARK_ROOM (COUNT_OF(MARK_PREFIX) + DEVNODE_ID_ROOM)

static void MarkName(LPCWSTR InstanceId, WCHAR Name[MARK_ROOM]) {
    LPCWSTR Last = InstanceId;

    for (; *InstanceId; ++InstanceId)
        if (*InstanceId == '\\') Last = InstanceId + 1;
    TextCopy(Name, MARK_ROOM, MARK_PREFIX);
    TextAppend(Name, MARK_ROOM, Last);
}

HANDLE OwnerMark(LPCWSTR InstanceId) {
    WCHAR Name[MARK_ROOM];

    MarkName(InstanceId, Name);
    return CreateEventW(NULL, TRUE, FALSE, Name);
}

bool OwnerLives(LPCWSTR InstanceId) {
    WCHAR Name[MARK_ROOM];
    HANDLE Mark;

    MarkName(InstanceId, Name);
    Mark = OpenEventW(SYNCHRONIZE, FALSE, Name);
    if (!Mark) return GetLastError() != ERROR_FILE_NOT_FOUND; /* one that may not be opened exists */
    CloseHandle(Mark);
    return true;
}
