/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Locks, DPCs, timers, priorities, times and interlocked lists beyond what nt.h has. Included by nt.h.
 */
#ifndef NT_LOCK_H
#define NT_LOCK_H

/* --- executive resources: acquired at or below APC_LEVEL, with normal kernel APCs disabled ------------------------ */

NTKERNELAPI NTSTATUS NTAPI ExReinitializeResourceLite(PERESOURCE Resource);
NTKERNELAPI BOOLEAN NTAPI ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait);
NTKERNELAPI BOOLEAN NTAPI ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait);
NTKERNELAPI void NTAPI ExConvertExclusiveToSharedLite(PERESOURCE Resource);
NTKERNELAPI BOOLEAN NTAPI ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource);
NTKERNELAPI ULONG NTAPI ExIsResourceAcquiredSharedLite(PERESOURCE Resource); /* how often, in either way */
NTKERNELAPI PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource);
NTKERNELAPI PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource);
NTKERNELAPI void NTAPI ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource);
NTKERNELAPI void NTAPI ExReleaseResourceForThreadLite(PERESOURCE Resource, ERESOURCE_THREAD ResourceThreadId);
NTKERNELAPI ULONG NTAPI ExGetExclusiveWaiterCount(PERESOURCE Resource);
NTKERNELAPI ULONG NTAPI ExGetSharedWaiterCount(PERESOURCE Resource);
#define ExGetCurrentResourceThread() ((ULONG_PTR)PsGetCurrentThread())

/* --- spin locks --------------------------------------------------------------------------------------------------- */

NTKERNELAPI BOOLEAN NTAPI KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock);
NTKERNELAPI BOOLEAN NTAPI KeTestSpinLock(PKSPIN_LOCK SpinLock);
NTKERNELAPI KIRQL NTAPI KeAcquireSpinLockForDpc(PKSPIN_LOCK SpinLock);
NTKERNELAPI void NTAPI KeReleaseSpinLockForDpc(PKSPIN_LOCK SpinLock, KIRQL OldIrql);
NTKERNELAPI void NTAPI KeAcquireInStackQueuedSpinLockForDpc(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle);
NTKERNELAPI void NTAPI KeReleaseInStackQueuedSpinLockForDpc(PKLOCK_QUEUE_HANDLE LockHandle);

/* --- mutexes, semaphores, push locks ------------------------------------------------------------------------------ */

#define STATUS_SEMAPHORE_LIMIT_EXCEEDED ((NTSTATUS)0xC0000047)

typedef KSEMAPHORE *PRKSEMAPHORE;
typedef FAST_MUTEX KGUARDED_MUTEX, *PKGUARDED_MUTEX;

NTKERNELAPI BOOLEAN NTAPI ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex);
NTKERNELAPI void NTAPI ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex);
NTKERNELAPI void NTAPI ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex);
NTKERNELAPI void NTAPI ExEnterCriticalRegionAndAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex);
NTKERNELAPI void NTAPI ExReleaseFastMutexUnsafeAndLeaveCriticalRegion(PFAST_MUTEX FastMutex);
NTKERNELAPI void NTAPI KeInitializeGuardedMutex(PKGUARDED_MUTEX Mutex);
NTKERNELAPI void NTAPI KeAcquireGuardedMutex(PKGUARDED_MUTEX Mutex);
NTKERNELAPI void NTAPI KeReleaseGuardedMutex(PKGUARDED_MUTEX Mutex);
NTKERNELAPI BOOLEAN NTAPI KeTryToAcquireGuardedMutex(PKGUARDED_MUTEX Mutex);
NTKERNELAPI void NTAPI KeEnterGuardedRegion(void);
NTKERNELAPI void NTAPI KeLeaveGuardedRegion(void);
NTKERNELAPI BOOLEAN NTAPI KeAreApcsDisabled(void);
NTKERNELAPI BOOLEAN NTAPI KeAreAllApcsDisabled(void);

NTKERNELAPI void NTAPI KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit);
NTKERNELAPI LONG NTAPI KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment, BOOLEAN Wait);
NTKERNELAPI LONG NTAPI KeReadStateSemaphore(PRKSEMAPHORE Semaphore);

NTKERNELAPI void NTAPI ExReleasePushLockEx(PULONG_PTR PushLock, ULONG Flags);

/* --- DPCs, timers, work ------------------------------------------------------------------------------------------- */

typedef enum _KDPC_IMPORTANCE { LowImportance, MediumImportance, HighImportance, MediumHighImportance } KDPC_IMPORTANCE;

NTKERNELAPI void NTAPI KeInitializeThreadedDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext);
NTKERNELAPI void NTAPI KeSetImportanceDpc(PRKDPC Dpc, KDPC_IMPORTANCE Importance);
NTKERNELAPI void NTAPI KeSetTargetProcessorDpc(PRKDPC Dpc, CCHAR Number);
NTKERNELAPI BOOLEAN NTAPI KeReadStateTimer(PKTIMER Timer);
NTKERNELAPI BOOLEAN NTAPI KeSetCoalescableTimer(PKTIMER Timer, LARGE_INTEGER DueTime, ULONG Period,
                                                ULONG TolerableDelay, PKDPC Dpc);
#define ExInitializeWorkItem(Item, Routine, Context)                                                                   \
    ((Item)->WorkerRoutine = (Routine), (Item)->Parameter = (Context), (void)((Item)->List.Flink = NULL))

/* --- priorities, times -------------------------------------------------------------------------------------------- */

#define LOW_PRIORITY 0
#define LOW_REALTIME_PRIORITY 16
#define HIGH_PRIORITY 31

NTKERNELAPI KPRIORITY NTAPI KeQueryPriorityThread(PKTHREAD Thread);
NTKERNELAPI LONG NTAPI KeSetBasePriorityThread(PKTHREAD Thread, LONG Increment);
NTHALAPI void NTAPI KeStallExecutionProcessor(ULONG MicroSeconds);

/* On 64-bit Windows these are reads of a page that everybody sees. */
#if defined(_WIN32) && !defined(NT_HOST)
#define KI_USER_SHARED_DATA 0xFFFFF78000000000ULL
#define KeQuerySystemTime(Time) ((void)((Time)->QuadPart = *(volatile LONG64 *)(KI_USER_SHARED_DATA + 0x14)))
#define KeQueryInterruptTime() (*(volatile ULONG64 *)(KI_USER_SHARED_DATA + 0x8))
#define KeQueryTickCount(Count) ((void)((Count)->QuadPart = *(volatile LONG64 *)(KI_USER_SHARED_DATA + 0x320)))
#else
#define KeQuerySystemTime(Time) KeQuerySystemTimePrecise(Time)
#define KeQueryInterruptTime() KeQueryUnbiasedInterruptTime()
#define KeQueryTickCount(Count)                                                                                        \
    ((void)((Count)->QuadPart = (LONGLONG)(KeQueryUnbiasedInterruptTime() / KeQueryTimeIncrement())))
#endif

/* --- interlocked lists -------------------------------------------------------------------------------------------- */

NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                                          PKSPIN_LOCK Lock);
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                                          PKSPIN_LOCK Lock);
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock);
NTKERNELAPI PSINGLE_LIST_ENTRY NTAPI ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                                PSINGLE_LIST_ENTRY ListEntry, PKSPIN_LOCK Lock);
NTKERNELAPI PSINGLE_LIST_ENTRY NTAPI ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock);
NTKERNELAPI LARGE_INTEGER NTAPI ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend, LARGE_INTEGER Increment,
                                                             PKSPIN_LOCK Lock);

NTKERNELAPI PSLIST_ENTRY NTAPI ExpInterlockedFlushSList(PSLIST_HEADER ListHead);
#define ExInterlockedPushEntrySList(Head, Entry, Lock) ExpInterlockedPushEntrySList((Head), (Entry))
#define ExInterlockedPopEntrySList(Head, Lock) ExpInterlockedPopEntrySList(Head)
#define ExInterlockedFlushSList(Head) ExpInterlockedFlushSList(Head)
#define InterlockedPushEntrySList(Head, Entry) ExpInterlockedPushEntrySList((Head), (Entry))
#define InterlockedPopEntrySList(Head) ExpInterlockedPopEntrySList(Head)
#define InterlockedFlushSList(Head) ExpInterlockedFlushSList(Head)
FORCEINLINE void ExInitializeSListHead(PSLIST_HEADER Head) { Head->Alignment = Head->Region = 0; }

/* --- lookaside lists: taking from them and giving back is code of the driver's ------------------------------------ */

typedef PVOID NTAPI ALLOCATE_FUNCTION(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
typedef ALLOCATE_FUNCTION *PALLOCATE_FUNCTION;
typedef void NTAPI FREE_FUNCTION(PVOID Buffer);
typedef FREE_FUNCTION *PFREE_FUNCTION;

#if defined(__aarch64__)
#define LOOKASIDE_ALIGN 128
#else
#define LOOKASIDE_ALIGN 64
#endif

#define GENERAL_LOOKASIDE_LAYOUT                                                                                       \
    __extension__ union {                                                                                              \
        SLIST_HEADER ListHead;                                                                                         \
        SINGLE_LIST_ENTRY SingleListHead;                                                                              \
    };                                                                                                                 \
    USHORT Depth;                                                                                                      \
    USHORT MaximumDepth;                                                                                               \
    ULONG TotalAllocates;                                                                                              \
    __extension__ union {                                                                                              \
        ULONG AllocateMisses;                                                                                          \
        ULONG AllocateHits;                                                                                            \
    };                                                                                                                 \
    ULONG TotalFrees;                                                                                                  \
    __extension__ union {                                                                                              \
        ULONG FreeMisses;                                                                                              \
        ULONG FreeHits;                                                                                                \
    };                                                                                                                 \
    POOL_TYPE Type;                                                                                                    \
    ULONG Tag;                                                                                                         \
    ULONG Size;                                                                                                        \
    __extension__ union {                                                                                              \
        PALLOCATE_FUNCTION_EX AllocateEx;                                                                              \
        PALLOCATE_FUNCTION Allocate;                                                                                   \
    };                                                                                                                 \
    __extension__ union {                                                                                              \
        PFREE_FUNCTION_EX FreeEx;                                                                                      \
        PFREE_FUNCTION Free;                                                                                           \
    };                                                                                                                 \
    LIST_ENTRY ListEntry;                                                                                              \
    ULONG LastTotalAllocates;                                                                                          \
    __extension__ union {                                                                                              \
        ULONG LastAllocateMisses;                                                                                      \
        ULONG LastAllocateHits;                                                                                        \
    };                                                                                                                 \
    ULONG Future[2];

typedef struct DECLSPEC_ALIGN(LOOKASIDE_ALIGN) _GENERAL_LOOKASIDE {
    GENERAL_LOOKASIDE_LAYOUT
} GENERAL_LOOKASIDE, *PGENERAL_LOOKASIDE;
/* Inside of a LOOKASIDE_LIST_EX. */
typedef struct _GENERAL_LOOKASIDE_POOL {
    GENERAL_LOOKASIDE_LAYOUT
} GENERAL_LOOKASIDE_POOL, *PGENERAL_LOOKASIDE_POOL;

typedef struct DECLSPEC_ALIGN(LOOKASIDE_ALIGN) _NPAGED_LOOKASIDE_LIST {
    GENERAL_LOOKASIDE L;
} NPAGED_LOOKASIDE_LIST, *PNPAGED_LOOKASIDE_LIST;
typedef struct DECLSPEC_ALIGN(LOOKASIDE_ALIGN) _PAGED_LOOKASIDE_LIST {
    GENERAL_LOOKASIDE L;
} PAGED_LOOKASIDE_LIST, *PPAGED_LOOKASIDE_LIST;

NTKERNELAPI void NTAPI ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
                                                       PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag,
                                                       USHORT Depth);
NTKERNELAPI void NTAPI ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside);
NTKERNELAPI void NTAPI ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
                                                      PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag,
                                                      USHORT Depth);
NTKERNELAPI void NTAPI ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside);
NTKERNELAPI void NTAPI ExFlushLookasideListEx(PLOOKASIDE_LIST_EX Lookaside);

FORCEINLINE PVOID ExAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside) {
    GENERAL_LOOKASIDE *List = &Lookaside->L;
    PVOID Entry = ExpInterlockedPopEntrySList(&List->ListHead);
    InterlockedIncrement(&List->TotalAllocates);
    if (Entry) return Entry;
    InterlockedIncrement(&List->AllocateMisses);
    return List->Allocate(List->Type, List->Size, List->Tag);
}

FORCEINLINE void ExFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry) {
    GENERAL_LOOKASIDE *List = &Lookaside->L;
    InterlockedIncrement(&List->TotalFrees);
    if (ExQueryDepthSList(&List->ListHead) < List->Depth) {
        ExpInterlockedPushEntrySList(&List->ListHead, (PSLIST_ENTRY)Entry);
    } else {
        InterlockedIncrement(&List->FreeMisses);
        List->Free(Entry);
    }
}

#endif
