/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the files of the client library share.
 *
 *   dll.c      the module's start and end; memory; objects behind handles
 *   log.c      the logger
 *   text.c     text and memory without a C runtime
 *   adapter.c  adapters as the API sees them: create, open, close, delete, rename
 *   create.c   how one comes to be
 *   owner.c    one process at a time; whose an adapter is
 *   devnode.c  the same as Windows sees them: device nodes, their properties, removal
 *   package.c  driver packages, in the store and carried
 *   install.c  the driver: installation, deletion, versions
 *   session.c  sessions; receive.c, send.c  their packets; statistics.c
 *   tap.c      packets for a process that looks on; capture.c  what that process does
 *
 * Errors: a function that fails has logged one line and set the last error (LogError does both), and nobody above it
 * logs it again. Functions that return DWORD return a Windows error code, 0 for success.
 */
#ifndef LIB_LIBRARY_H
#define LIB_LIBRARY_H

#include <winsock2.h>

#include <windows.h>
#include <ws2ipdef.h>

#include <iphlpapi.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "include/warren.h"
#include "lib/text.h"

#include <gen/brand.h>

/* ---- dll.c ------------------------------------------------------------------------------------------------------ */

/* A handle of the API points to a structure that begins with one of these. Their memory is not given back to the heap
 * before the library is unloaded, only used again for the same kind, so that a stale handle is noticed. */
typedef struct _OBJECT {
    uint32_t Kind; /* 0 while not in use; atomic */
    struct _OBJECT *Next;
} OBJECT;

enum { OBJECT_ADAPTER = 0x61647074, OBJECT_SESSION = 0x73657373, OBJECT_CAPTURE = 0x63617074 };

/* Memory for an object, zeroed, not yet valid as a handle until ObjectShow. NULL: no memory; nothing logged. */
void *ObjectAllocate(uint32_t Kind, SIZE_T Size);
void ObjectShow(OBJECT *Object, uint32_t Kind);
/* True for exactly one caller: the object is his to take apart, then to hand to ObjectFree. */
bool ObjectClaim(void *Handle, uint32_t Kind);
void ObjectFree(OBJECT *Object, uint32_t Kind);

static inline bool ObjectIs(const void *Handle, uint32_t Kind) {
    return Handle && __atomic_load_n(&((const OBJECT *)Handle)->Kind, __ATOMIC_RELAXED) == Kind;
}

void *MemoryAllocate(SIZE_T Size); /* not zeroed */
void MemoryFree(void *Memory);

/* ---- log.c ------------------------------------------------------------------------------------------------------ */

/* Format: %s LPCWSTR, %u DWORD in decimal, %x DWORD in hexadecimal, %% itself. */
void LogLine(WINTUN_LOGGER_LEVEL Level, LPCWSTR Format, ...);
/* Logs an error, adding the code, makes it the last error, and keeps it for WarrenGetLastError. Returns it. */
DWORD LogError(WARREN_STAGE Stage, DWORD Error, LPCWSTR Format, ...);

/* ---- error.c ---------------------------------------------------------------------------------------------------- */

void ErrorStart(void); /* when the library is loaded, and unloaded */
void ErrorStop(void);
void ErrorKeep(WARREN_STAGE Stage, DWORD Win32, LPCWSTR Text);
/* To the error that has just been logged: what lies below it; 0: nothing. Returns Win32, which is the last error again. */
DWORD ErrorAdd(DWORD Win32, DWORD ConfigRet, DWORD ProblemCode, DWORD Status);

/* ---- structures with a Size (statistics.c) ---------------------------------------------------------------------- */

bool StructureIsValid(const void *Structure);
/* As much as the caller knows; what only he knows is 0. His Size stays. */
void StructureAnswer(void *To, const void *From, DWORD Size);

/* ---- time (owner.c) --------------------------------------------------------------------------------------------- */

#define DEFAULT_TIMEOUT 60000 /* ms; longer than one creation by another process may take */

/* Deadlines are in milliseconds since the system's start. */
static inline ULONGLONG DeadlineIn(DWORD Milliseconds) { return GetTickCount64() + Milliseconds; }

static inline DWORD TimeLeft(ULONGLONG Deadline) {
    ULONGLONG Now = GetTickCount64();

    return Deadline > Now ? (DWORD)(Deadline - Now) : 0;
}

/* ---- owner.c ---------------------------------------------------------------------------------------------------- */

/* Creation and removal look at what devices there are and then act on it, so only one process of the brand may. NULL: it
 * has been logged why not. */
HANDLE CreationLock(LPCWSTR Function, ULONGLONG Deadline);
void CreationUnlock(HANDLE Mutex);
/* Says that the adapter's owner is alive until the handle is closed. NULL: an error, not logged. */
HANDLE OwnerMark(LPCWSTR InstanceId);
bool OwnerLives(LPCWSTR InstanceId);

/* ---- adapter.c -------------------------------------------------------------------------------------------------- */

#define NAME_MAX_LENGTH 127 /* characters, without the end */

/* Path of the adapter's control device, and which interface it is of; false if the handle is none. */
bool AdapterGetDevicePath(WINTUN_ADAPTER_HANDLE Adapter, LPCWSTR *Path, GUID *Interface);

#endif
