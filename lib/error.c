/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What went wrong last, for each thread: kept when it is logged, whether or not there is a logger. The memory comes with a
 * thread's first failure and goes with the thread, by way of fiber-local storage, which can do that without the library
 * being told of every thread.
 */
#include "lib/library.h"

static DWORD Slot = FLS_OUT_OF_INDEXES; /* set before any other function runs */

static VOID WINAPI Forget(PVOID Memory) { MemoryFree(Memory); }

void ErrorStart(void) { Slot = FlsAlloc(Forget); }

void ErrorStop(void) {
    if (Slot != FLS_OUT_OF_INDEXES) FlsFree(Slot);
    Slot = FLS_OUT_OF_INDEXES;
}

/* NULL: none yet, or no memory to keep one. */
static WARREN_ERROR *Mine(bool Make) {
    DWORD LastError = GetLastError();
    WARREN_ERROR *Error = Slot == FLS_OUT_OF_INDEXES ? NULL : FlsGetValue(Slot);

    SetLastError(LastError); /* FlsGetValue has made it 0 */

    if (Error || !Make || Slot == FLS_OUT_OF_INDEXES) return Error;
    Error = MemoryAllocate(sizeof(*Error));
    if (!Error) return NULL;
    memset(Error, 0, sizeof(*Error));
    if (FlsSetValue(Slot, Error)) return Error;
    MemoryFree(Error);
    return NULL;
}

void ErrorKeep(WARREN_STAGE Stage, DWORD Win32, LPCWSTR Text) {
    WARREN_ERROR *Error = Mine(true);

    if (!Error) return;
    memset(Error, 0, sizeof(*Error));
    Error->Win32 = Win32;
    Error->Stage = Stage;
    TextCopy(Error->Text, COUNT_OF(Error->Text), Text);
}

DWORD ErrorAdd(DWORD Win32, DWORD ConfigRet, DWORD ProblemCode, DWORD Status) {
    WARREN_ERROR *Error = Mine(false);

    if (Error) {
        Error->ConfigRet = ConfigRet;
        Error->ProblemCode = ProblemCode;
        Error->Status = Status;
    }
    SetLastError(Win32);
    return Win32;
}

BOOL WINAPI WarrenGetLastError(WARREN_ERROR *Error) {
    static const WARREN_ERROR None;
    const WARREN_ERROR *Kept;

    if (!StructureIsValid(Error)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    Kept = Mine(false);
    StructureAnswer(Error, Kept ? Kept : &None, sizeof(None));
    return TRUE;
}
