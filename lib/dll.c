/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The module: start and end, memory, and the objects behind the API's handles.
 */
#include "lib/library.h"

void *MemoryAllocate(SIZE_T Size) { return HeapAlloc(GetProcessHeap(), 0, Size); }

void MemoryFree(void *Memory) {
    if (Memory) HeapFree(GetProcessHeap(), 0, Memory);
}

/* Objects that are not in use, oldest first, for each kind. A fresh one is preferred until some have gathered, so that
 * a stale handle stays recognizable for a while. */
#define POOL_KEEP 16

typedef struct _POOL {
    OBJECT *First, **Last;
    uint32_t Count;
} POOL;

static SRWLOCK PoolLock = SRWLOCK_INIT;
static POOL AdapterPool, SessionPool, CapturePool; /* PoolLock */

static POOL *PoolOf(uint32_t Kind) {
    switch (Kind) {
    case OBJECT_ADAPTER: return &AdapterPool;
    case OBJECT_SESSION: return &SessionPool;
    default: return &CapturePool;
    }
}

void *ObjectAllocate(uint32_t Kind, SIZE_T Size) {
    POOL *Pool = PoolOf(Kind);
    OBJECT *Object = NULL;

    AcquireSRWLockExclusive(&PoolLock);
    if (Pool->Count > POOL_KEEP) {
        Object = Pool->First;
        Pool->First = Object->Next;
        Pool->Count--;
    }
    ReleaseSRWLockExclusive(&PoolLock);
    if (!Object) Object = MemoryAllocate(Size);
    if (!Object) return NULL;
    /* Not over Kind: somebody may be looking at it through a stale handle. */
    __atomic_store_n(&Object->Kind, 0, __ATOMIC_RELAXED);
    memset((unsigned char *)Object + sizeof(Object->Kind), 0, Size - sizeof(Object->Kind));
    return Object;
}

void ObjectShow(OBJECT *Object, uint32_t Kind) { __atomic_store_n(&Object->Kind, Kind, __ATOMIC_RELEASE); }

bool ObjectClaim(void *Handle, uint32_t Kind) {
    OBJECT *Object = Handle;

    return __atomic_compare_exchange_n(&Object->Kind, &Kind, 0, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

void ObjectFree(OBJECT *Object, uint32_t Kind) {
    POOL *Pool = PoolOf(Kind);

    AcquireSRWLockExclusive(&PoolLock);
    Object->Next = NULL;
    if (!Pool->Count) Pool->Last = &Pool->First;
    *Pool->Last = Object;
    Pool->Last = &Object->Next;
    Pool->Count++;
    ReleaseSRWLockExclusive(&PoolLock);
}

static void PoolDrain(POOL *Pool) {
    while (Pool->Count) {
        OBJECT *Object = Pool->First;

        Pool->First = Object->Next;
        Pool->Count--;
        MemoryFree(Object);
    }
}

BOOL WINAPI DllMain(HINSTANCE Instance, DWORD Reason, LPVOID Reserved) {
    switch (Reason) {
    case DLL_PROCESS_ATTACH:
        DisableThreadLibraryCalls(Instance);
        ErrorStart();
        break;
    case DLL_PROCESS_DETACH:
        /* At the end of the process the system takes everything back itself, and other threads may have been stopped
         * in the middle of anything. Adapters and sessions that the program has not closed stay as they are: closing
         * them waits for other threads, which is not allowed here. */
        if (!Reserved) {
            ErrorStop();
            PoolDrain(&AdapterPool);
            PoolDrain(&SessionPool);
            PoolDrain(&CapturePool);
        }
        break;
    }
    return TRUE;
}
