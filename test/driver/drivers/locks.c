/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A driver that uses locks, DPCs, timers and lists the ways third-party miniports do. Its exported functions return 0, or
 * the line of the check that failed.
 */
#include "nt/contract.h"
#include "nt/nt.h"

#define EXPORTED __declspec(dllexport) __attribute__((noinline))
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) return __LINE__;                                                                             \
    } while (0)
#define TAG 'kcoL'

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    (void)DriverObject, (void)RegistryPath;
    return STATUS_SUCCESS;
}

static LONG Read(volatile LONG *Value) { return InterlockedExchangeAdd(Value, 0); }

/* --- spin locks --------------------------------------------------------------------------------------------------- */

EXPORTED ULONG LockSpin(void) {
    KLOCK_QUEUE_HANDLE Handle;
    KSPIN_LOCK Lock;
    KIRQL Old;

    KeInitializeSpinLock(&Lock);
    CHECK(KeTestSpinLock(&Lock));
    KeAcquireSpinLock(&Lock, &Old);
    CHECK(Old == PASSIVE_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL);
    CHECK(!KeTestSpinLock(&Lock));
    KeReleaseSpinLockFromDpcLevel(&Lock);
    CHECK(KeTryToAcquireSpinLockAtDpcLevel(&Lock));
    CHECK(!KeTryToAcquireSpinLockAtDpcLevel(&Lock));
    KeReleaseSpinLockFromDpcLevel(&Lock);
    KeAcquireInStackQueuedSpinLockAtDpcLevel(&Lock, &Handle);
    KeReleaseInStackQueuedSpinLockFromDpcLevel(&Handle);
    CHECK(KeGetCurrentIrql() == DISPATCH_LEVEL);
    KeLowerIrql(Old);
    KeAcquireInStackQueuedSpinLock(&Lock, &Handle);
    CHECK(KeGetCurrentIrql() == DISPATCH_LEVEL);
    KeReleaseInStackQueuedSpinLock(&Handle);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    KeAcquireInStackQueuedSpinLockForDpc(&Lock, &Handle);
    KeReleaseInStackQueuedSpinLockForDpc(&Handle);
    Old = KeAcquireSpinLockForDpc(&Lock);
    KeReleaseSpinLockForDpc(&Lock, Old);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL && Lock == 0);
    return 0;
}

EXPORTED ULONG LockExSpin(void) {
    EX_SPIN_LOCK Lock = 0, Other = 0;
    KIRQL Old = ExAcquireSpinLockShared(&Lock);

    CHECK(Old == PASSIVE_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL);
    ExAcquireSpinLockExclusiveAtDpcLevel(&Other);
    ExReleaseSpinLockExclusiveFromDpcLevel(&Other);
    CHECK(ExTryConvertSharedSpinLockExclusive(&Lock));
    ExReleaseSpinLockExclusive(&Lock, Old);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL && Lock == 0 && Other == 0);
    Old = ExAcquireSpinLockExclusive(&Lock);
    ExAcquireSpinLockSharedAtDpcLevel(&Other);
    ExReleaseSpinLockSharedFromDpcLevel(&Other);
    ExReleaseSpinLockExclusive(&Lock, Old);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL && Lock == 0 && Other == 0);
    return 0;
}

/* Two callers, in two threads: both must be inside at once, and then neither can convert. */
static EX_SPIN_LOCK Meeting;
static volatile LONG Arrived, Tried;

EXPORTED ULONG LockMeet(void) {
    KIRQL Old = ExAcquireSpinLockShared(&Meeting);
    LOGICAL Converted;

    InterlockedIncrement(&Arrived);
    while (Read(&Arrived) != 2) KeStallExecutionProcessor(1);
    Converted = ExTryConvertSharedSpinLockExclusive(&Meeting);
    InterlockedIncrement(&Tried);
    while (Read(&Tried) != 2) KeStallExecutionProcessor(1);
    CHECK(!Converted);
    ExReleaseSpinLockShared(&Meeting, Old);
    return 0;
}

/* --- several threads ---------------------------------------------------------------------------------------------- */

enum { SPIN, QUEUED, EX_SPIN, RESOURCE, PUSH, FAST, FAST_TRY, UNSAFE, GUARDED, SEMAPHORE, KINDS };

static struct {
    KSPIN_LOCK Spin, Queued;
    EX_SPIN_LOCK ExSpin;
    ERESOURCE Resource;
    EX_PUSH_LOCK Push;
    FAST_MUTEX Fast;
    KSEMAPHORE Semaphore;
} Lock;
static volatile LONG Owners, Sharers;
static LONG First, Second; /* equal whenever nobody is inside */

struct Hold {
    KLOCK_QUEUE_HANDLE Handle;
    KIRQL Irql;
};

static void TakeExclusive(ULONG Kind, struct Hold *Hold) {
    switch (Kind) {
    case SPIN: KeAcquireSpinLock(&Lock.Spin, &Hold->Irql); break;
    case QUEUED: KeAcquireInStackQueuedSpinLock(&Lock.Queued, &Hold->Handle); break;
    case EX_SPIN: Hold->Irql = ExAcquireSpinLockExclusive(&Lock.ExSpin); break;
    case RESOURCE: ExEnterCriticalRegionAndAcquireResourceExclusive(&Lock.Resource); break;
    case PUSH: KeEnterCriticalRegion(), ExAcquirePushLockExclusive(&Lock.Push); break;
    case FAST: ExAcquireFastMutex(&Lock.Fast); break;
    case FAST_TRY:
        while (!ExTryToAcquireFastMutex(&Lock.Fast)) KeStallExecutionProcessor(1);
        break;
    case UNSAFE: ExEnterCriticalRegionAndAcquireFastMutexUnsafe(&Lock.Fast); break;
    case GUARDED: KeAcquireGuardedMutex(&Lock.Fast); break;
    case SEMAPHORE: KeWaitForSingleObject(&Lock.Semaphore, Executive, KernelMode, FALSE, NULL); break;
    }
}

static void GiveExclusive(ULONG Kind, struct Hold *Hold) {
    switch (Kind) {
    case SPIN: KeReleaseSpinLock(&Lock.Spin, Hold->Irql); break;
    case QUEUED: KeReleaseInStackQueuedSpinLock(&Hold->Handle); break;
    case EX_SPIN: ExReleaseSpinLockExclusive(&Lock.ExSpin, Hold->Irql); break;
    case RESOURCE: ExReleaseResourceAndLeaveCriticalRegion(&Lock.Resource); break;
    case PUSH: ExReleasePushLockExclusive(&Lock.Push), KeLeaveCriticalRegion(); break;
    case FAST:
    case FAST_TRY: ExReleaseFastMutex(&Lock.Fast); break;
    case UNSAFE: ExReleaseFastMutexUnsafeAndLeaveCriticalRegion(&Lock.Fast); break;
    case GUARDED: KeReleaseGuardedMutex(&Lock.Fast); break;
    case SEMAPHORE: KeReleaseSemaphore(&Lock.Semaphore, IO_NO_INCREMENT, 1, FALSE); break;
    }
}

static BOOLEAN TakeShared(ULONG Kind, struct Hold *Hold) {
    switch (Kind) {
    case EX_SPIN: Hold->Irql = ExAcquireSpinLockShared(&Lock.ExSpin); return TRUE;
    case RESOURCE: ExEnterCriticalRegionAndAcquireResourceShared(&Lock.Resource); return TRUE;
    case PUSH: KeEnterCriticalRegion(), ExAcquirePushLockShared(&Lock.Push); return TRUE;
    default: return FALSE;
    }
}

static void GiveShared(ULONG Kind, struct Hold *Hold) {
    switch (Kind) {
    case EX_SPIN: ExReleaseSpinLockShared(&Lock.ExSpin, Hold->Irql); break;
    case RESOURCE: ExReleaseResourceAndLeaveCriticalRegion(&Lock.Resource); break;
    case PUSH: ExReleasePushLockEx(&Lock.Push, 0), KeLeaveCriticalRegion(); break;
    default: break;
    }
}

EXPORTED ULONG LockContendBegin(void) {
    CHECK(NT_SUCCESS(ExInitializeResourceLite(&Lock.Resource)));
    KeInitializeSpinLock(&Lock.Spin);
    KeInitializeSpinLock(&Lock.Queued);
    ExInitializePushLock(&Lock.Push);
    ExInitializeFastMutex(&Lock.Fast);
    KeInitializeSemaphore(&Lock.Semaphore, 1, 1);
    First = Second = 0;
    return 0;
}

static ULONG Exclusively(ULONG Kind) {
    struct Hold Hold;

    TakeExclusive(Kind, &Hold);
    CHECK(InterlockedIncrement(&Owners) == 1 && Read(&Sharers) == 0);
    CHECK(First == Second);
    First++;
    KeTestSpinLock(&Lock.Spin); /* others may run */
    Second++;
    CHECK(InterlockedDecrement(&Owners) == 0 && Read(&Sharers) == 0);
    GiveExclusive(Kind, &Hold);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    return 0;
}

static ULONG Sharing(ULONG Kind) {
    struct Hold Hold;
    LONG Seen;

    if (!TakeShared(Kind, &Hold)) return 0;
    InterlockedIncrement(&Sharers);
    CHECK(Read(&Owners) == 0);
    Seen = First;
    KeTestSpinLock(&Lock.Spin);
    CHECK(Second == Seen && First == Seen && Read(&Owners) == 0);
    InterlockedDecrement(&Sharers);
    GiveShared(Kind, &Hold);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    return 0;
}

EXPORTED ULONG LockContend(ULONG Kind, ULONG Rounds) {
    for (ULONG Round = 0; Round < Rounds; Round++) {
        ULONG Line = Exclusively(Kind);
        if (!Line) Line = Sharing(Kind);
        if (Line) return Line;
    }
    return 0;
}

EXPORTED ULONG LockContendEnd(LONG Total) {
    CHECK(First == Total && Second == Total);
    CHECK(NT_SUCCESS(ExDeleteResourceLite(&Lock.Resource)));
    CHECK(Lock.Spin == 0 && Lock.Queued == 0 && Lock.ExSpin == 0 && Lock.Push == 0);
    return 0;
}

/* --- executive resources ------------------------------------------------------------------------------------------ */

static ERESOURCE Resource;

EXPORTED ULONG LockResource(void) {
    CHECK(NT_SUCCESS(ExInitializeResourceLite(&Resource)));
    KeEnterCriticalRegion();
    CHECK(ExAcquireResourceSharedLite(&Resource, TRUE));
    CHECK(ExAcquireResourceSharedLite(&Resource, FALSE));
    CHECK(ExIsResourceAcquiredSharedLite(&Resource) == 2 && !ExIsResourceAcquiredExclusiveLite(&Resource));
    CHECK(!ExAcquireResourceExclusiveLite(&Resource, FALSE));
    ExReleaseResourceLite(&Resource);
    ExReleaseResourceForThreadLite(&Resource, (ERESOURCE_THREAD)ExGetCurrentResourceThread());
    CHECK(ExIsResourceAcquiredSharedLite(&Resource) == 0);
    CHECK(ExAcquireResourceExclusiveLite(&Resource, TRUE));
    CHECK(ExAcquireResourceExclusiveLite(&Resource, TRUE));
    CHECK(ExAcquireResourceSharedLite(&Resource, TRUE)); /* counts as exclusive */
    CHECK(ExIsResourceAcquiredExclusiveLite(&Resource) && ExIsResourceAcquiredSharedLite(&Resource) == 3);
    ExConvertExclusiveToSharedLite(&Resource);
    CHECK(!ExIsResourceAcquiredExclusiveLite(&Resource) && ExIsResourceAcquiredSharedLite(&Resource) == 3);
    for (ULONG Count = 0; Count < 3; Count++) ExReleaseResourceLite(&Resource);
    KeLeaveCriticalRegion();
    CHECK(NT_SUCCESS(ExReinitializeResourceLite(&Resource)));
    CHECK(NT_SUCCESS(ExDeleteResourceLite(&Resource)));
    return 0;
}

/* What the test's threads do to it, one step at a time. */
/* No tail calls: what they make would not be the driver's. */
EXPORTED ULONG LockResourceInit(void) {
    CHECK(NT_SUCCESS(ExInitializeResourceLite(&Resource)));
    return 0;
}
EXPORTED void LockResourceDelete(void) { ExDeleteResourceLite(&Resource); }
EXPORTED BOOLEAN LockResourceTake(ULONG Manner, BOOLEAN Wait) {
    BOOLEAN Taken;
    KeEnterCriticalRegion();
    Taken = Manner == 0   ? ExAcquireResourceExclusiveLite(&Resource, Wait)
            : Manner == 1 ? ExAcquireResourceSharedLite(&Resource, Wait)
            : Manner == 2 ? ExAcquireSharedStarveExclusive(&Resource, Wait)
                          : ExAcquireSharedWaitForExclusive(&Resource, Wait);
    if (!Taken) KeLeaveCriticalRegion();
    return Taken;
}
EXPORTED void LockResourceGive(void) { ExReleaseResourceAndLeaveCriticalRegion(&Resource); }
EXPORTED ULONG LockResourceWaiters(void) { return ExGetExclusiveWaiterCount(&Resource); }

static ULONG_PTR Forgetful;
EXPORTED void LockResourceForget(void) {
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&Resource, TRUE);
    KeLeaveCriticalRegion();
    Forgetful = ExGetCurrentResourceThread();
}
EXPORTED void LockResourceRemember(void) {
    KeEnterCriticalRegion();
    ExReleaseResourceForThreadLite(&Resource, (ERESOURCE_THREAD)Forgetful);
    KeLeaveCriticalRegion();
}

/* --- mutexes, semaphores, priorities, times ----------------------------------------------------------------------- */

EXPORTED ULONG LockMutexes(void) {
    FAST_MUTEX Mutex;

    ExInitializeFastMutex(&Mutex);
    ExAcquireFastMutex(&Mutex);
    CHECK(KeGetCurrentIrql() == APC_LEVEL && !ExTryToAcquireFastMutex(&Mutex));
    CHECK(KeAreAllApcsDisabled() && !KeAreApcsDisabled());
    ExReleaseFastMutex(&Mutex);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    CHECK(ExTryToAcquireFastMutex(&Mutex) && KeGetCurrentIrql() == APC_LEVEL);
    ExReleaseFastMutex(&Mutex);
    KeEnterCriticalRegion();
    ExAcquireFastMutexUnsafe(&Mutex);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL && KeAreApcsDisabled() && !KeAreAllApcsDisabled());
    ExReleaseFastMutexUnsafe(&Mutex);
    KeLeaveCriticalRegion();
    KeInitializeGuardedMutex(&Mutex);
    CHECK(KeTryToAcquireGuardedMutex(&Mutex) && KeAreAllApcsDisabled());
    KeReleaseGuardedMutex(&Mutex);
    CHECK(!KeAreAllApcsDisabled() && !KeAreApcsDisabled());
    return 0;
}

EXPORTED ULONG LockSemaphore(void) {
    LARGE_INTEGER Never = {.QuadPart = 0};
    KSEMAPHORE Semaphore;
    NTSTATUS Status = STATUS_SUCCESS;

    KeInitializeSemaphore(&Semaphore, 1, 3);
    CHECK(KeReleaseSemaphore(&Semaphore, IO_NO_INCREMENT, 2, FALSE) == 1);
    CHECK(KeReadStateSemaphore(&Semaphore) == 3);
    __try {
        KeReleaseSemaphore(&Semaphore, IO_NO_INCREMENT, 1, FALSE);
    } __except (1) {
        Status = (NTSTATUS)_exception_code();
    }
    CHECK(Status == STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    for (ULONG Count = 0; Count < 3; Count++)
        CHECK(KeWaitForSingleObject(&Semaphore, Executive, KernelMode, FALSE, &Never) == STATUS_SUCCESS);
    CHECK(KeWaitForSingleObject(&Semaphore, Executive, KernelMode, FALSE, &Never) == STATUS_TIMEOUT);
    return 0;
}

EXPORTED ULONG LockPriorities(void) {
    PKTHREAD Self = KeGetCurrentThread();

    CHECK(KeQueryPriorityThread(Self) == 8);
    CHECK(KeSetPriorityThread(Self, LOW_REALTIME_PRIORITY) == 8);
    CHECK(KeSetPriorityThread(Self, 12) == LOW_REALTIME_PRIORITY);
    CHECK(KeQueryPriorityThread(Self) == 12);
    CHECK(KeSetBasePriorityThread(Self, 2) == 0);
    CHECK(KeQueryPriorityThread(Self) == 10);
    CHECK(KeSetBasePriorityThread(Self, 0) == 2);
    CHECK(KeSetPriorityThread(Self, 8) == 8);
    return 0;
}

#if defined(__x86_64__)
/* The ways in which compilers read a fixed address. */
static __attribute__((noinline)) LONG64 ReadAt(volatile LONG64 *Address) { return *Address; }
static __attribute__((noinline)) ULONG ReadHigh(volatile ULONG *Page) { return Page[0x18 / 4]; }

EXPORTED ULONG LockSharedPage(void) {
    ULONGLONG Before = KeQueryUnbiasedInterruptTime();
    ULONG Tick = KeQueryTimeIncrement();
    LARGE_INTEGER Precise, Coarse, Ticks;
    ULONG64 Pointer = KI_USER_SHARED_DATA + 0x14, Value;

    KeQuerySystemTime(&Coarse);
    KeQuerySystemTimePrecise(&Precise);
    CHECK(Coarse.QuadPart <= Precise.QuadPart && Coarse.QuadPart % Tick == 0);
    CHECK(ReadAt((volatile LONG64 *)(KI_USER_SHARED_DATA + 0x14)) >= Coarse.QuadPart);
    CHECK(ReadHigh((volatile ULONG *)KI_USER_SHARED_DATA) >= (ULONG)Coarse.HighPart);
    __asm__ volatile("movq (%0), %1" : "+r"(Pointer), "=&r"(Value));
    CHECK(Pointer == KI_USER_SHARED_DATA + 0x14 && Value >= (ULONG64)Coarse.QuadPart);
    __asm__ volatile("movabsq 0xfffff78000000014, %0" : "=a"(Value));
    CHECK(Value >= (ULONG64)Coarse.QuadPart);
    __asm__ volatile("movabsl 0xfffff78000000018, %%eax" : "=a"(Value));
    CHECK(Value >= (ULONG)Coarse.HighPart);
    KeQueryTickCount(&Ticks);
    CHECK((ULONGLONG)Ticks.QuadPart >= Before / Tick && KeQueryInterruptTime() >= (ULONGLONG)Ticks.QuadPart * Tick);
    CHECK(KeQueryInterruptTime() <= KeQueryUnbiasedInterruptTime());
    return 0;
}

EXPORTED ULONG LockSharedPageWrite(void) {
    NTSTATUS Status = STATUS_SUCCESS;
    __try {
        *(volatile ULONG *)KI_USER_SHARED_DATA = 1;
    } __except (1) {
        Status = (NTSTATUS)_exception_code();
    }
    CHECK(Status == STATUS_ACCESS_VIOLATION);
    return 0;
}
#endif

EXPORTED ULONG LockStall(void) {
    ULONGLONG Before = KeQueryUnbiasedInterruptTime();

    KeStallExecutionProcessor(50);
    CHECK(KeQueryUnbiasedInterruptTime() - Before >= 500);
    return 0;
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

EXPORTED ULONG LockLists(void) {
    LIST_ENTRY Head, One, Two;
    SINGLE_LIST_ENTRY Single = {NULL}, Entry;
    LARGE_INTEGER Sum = {.QuadPart = 40}, Increment = {.QuadPart = 2};
    KSPIN_LOCK Spin = 0;

    InitializeListHead(&Head);
    CHECK(ExInterlockedInsertTailList(&Head, &One, &Spin) == NULL);
    CHECK(ExInterlockedInsertTailList(&Head, &Two, &Spin) == &One);
    CHECK(ExInterlockedRemoveHeadList(&Head, &Spin) == &One);
    CHECK(ExInterlockedInsertHeadList(&Head, &One, &Spin) == &Two);
    CHECK(ExInterlockedRemoveHeadList(&Head, &Spin) == &One);
    CHECK(ExInterlockedRemoveHeadList(&Head, &Spin) == &Two);
    CHECK(ExInterlockedRemoveHeadList(&Head, &Spin) == NULL);
    CHECK(ExInterlockedPushEntryList(&Single, &Entry, &Spin) == NULL);
    CHECK(ExInterlockedPopEntryList(&Single, &Spin) == &Entry);
    CHECK(ExInterlockedPopEntryList(&Single, &Spin) == NULL);
    CHECK(ExInterlockedAddLargeInteger(&Sum, Increment, &Spin).QuadPart == 40 && Sum.QuadPart == 42);
    CHECK(Spin == 0 && KeGetCurrentIrql() == PASSIVE_LEVEL);
    return 0;
}

#define STACKED 8
static SLIST_HEADER Stack;
static SLIST_ENTRY Entries[STACKED];

EXPORTED ULONG LockStackBegin(void) {
    ExInitializeSListHead(&Stack);
    CHECK(ExpInterlockedPopEntrySList(&Stack) == NULL && ExQueryDepthSList(&Stack) == 0);
    for (ULONG At = 0; At < STACKED; At++)
        CHECK(ExInterlockedPushEntrySList(&Stack, &Entries[At], NULL) == (At ? &Entries[At - 1] : NULL));
    CHECK(ExQueryDepthSList(&Stack) == STACKED);
    return 0;
}

/* Several threads take and give back; each entry is at one place at a time. */
EXPORTED ULONG LockStackShuffle(ULONG Rounds) {
    for (ULONG Round = 0; Round < Rounds; Round++) {
        PSLIST_ENTRY One = InterlockedPopEntrySList(&Stack), Two = InterlockedPopEntrySList(&Stack);
        CHECK(One != Two || One == NULL);
        if (One) InterlockedPushEntrySList(&Stack, One);
        if (Two) InterlockedPushEntrySList(&Stack, Two);
    }
    return 0;
}

EXPORTED ULONG LockStackEnd(void) {
    ULONG Count = 0;
    CHECK(ExQueryDepthSList(&Stack) == STACKED);
    for (PSLIST_ENTRY Entry = InterlockedFlushSList(&Stack); Entry; Entry = Entry->Next) Count++;
    CHECK(Count == STACKED && ExQueryDepthSList(&Stack) == 0);
    return 0;
}

static NPAGED_LOOKASIDE_LIST Lookaside;

EXPORTED ULONG LockLookasideInit(void) {
    ExInitializeNPagedLookasideList(&Lookaside, NULL, NULL, 0, 48, TAG, 0);
    CHECK(Lookaside.L.Size == 48 && Lookaside.L.Tag == TAG);
    return 0;
}
EXPORTED void LockLookasideDelete(void) { ExDeleteNPagedLookasideList(&Lookaside); }

/* Without memory there is nothing to see. */
EXPORTED ULONG LockLookaside(void) {
    LOOKASIDE_LIST_EX Other;
    PVOID One, Two;

    CHECK(LockLookasideInit() == 0);
    One = ExAllocateFromNPagedLookasideList(&Lookaside);
    Two = ExAllocateFromNPagedLookasideList(&Lookaside);
    CHECK(One != Two);
    if (One) ExFreeToNPagedLookasideList(&Lookaside, One);
    if (Two) ExFreeToNPagedLookasideList(&Lookaside, Two);
    CHECK(Lookaside.L.TotalAllocates == 2 && Lookaside.L.TotalFrees == (One != NULL) + (Two != NULL));
    LockLookasideDelete();
    if (!NT_SUCCESS(ExInitializeLookasideListEx(&Other, NULL, NULL, NonPagedPoolNx, 0, 100, TAG, 0))) return 0;
    One = ExAllocateFromLookasideListEx(&Other);
    if (One) ExFreeToLookasideListEx(&Other, One);
    ExFlushLookasideListEx(&Other);
    ExDeleteLookasideListEx(&Other);
    return 0;
}

/* --- violations, each of which the test waits for ----------------------------------------------------------------- */

static void BreakSpinLock(ULONG Which) {
    EX_SPIN_LOCK Shared = 0;
    KSPIN_LOCK One = 0, Two = 0;
    KIRQL Old, Two0;

    switch (Which) {
    case 0:
        Old = ExAcquireSpinLockExclusive(&Shared);
        ExAcquireSpinLockExclusiveAtDpcLevel(&Shared);
        ExReleaseSpinLockExclusive(&Shared, Old);
        break;
    case 1:
        Old = ExAcquireSpinLockShared(&Shared);
        ExAcquireSpinLockExclusiveAtDpcLevel(&Shared);
        ExReleaseSpinLockShared(&Shared, Old);
        break;
    case 2:
        Old = ExAcquireSpinLockShared(&Shared);
        ExAcquireSpinLockSharedAtDpcLevel(&Shared);
        ExReleaseSpinLockShared(&Shared, Old);
        break;
    case 3:
        KeAcquireSpinLock(&One, &Old);
        KeAcquireSpinLockAtDpcLevel(&One);
        KeReleaseSpinLock(&One, Old);
        break;
    case 4:
        KeRaiseIrql(DISPATCH_LEVEL, &Old);
        ExReleaseSpinLockSharedFromDpcLevel(&Shared);
        KeLowerIrql(Old);
        break;
    case 5:
        Old = ExAcquireSpinLockShared(&Shared);
        ExReleaseSpinLockExclusiveFromDpcLevel(&Shared);
        ExReleaseSpinLockShared(&Shared, Old);
        break;
    case 6:
        KeAcquireSpinLock(&One, &Old);
        KeReleaseSpinLockFromDpcLevel(&Two);
        KeReleaseSpinLock(&One, Old);
        break;
    case 7:
        KeAcquireSpinLock(&One, &Old);
        KeAcquireSpinLock(&Two, &Two0);
        KeReleaseSpinLock(&One, Old); /* the first one's, though the second is held */
        KeRaiseIrql(DISPATCH_LEVEL, &Two0);
        KeReleaseSpinLock(&Two, Old);
        break;
    }
}

static void BreakResource(ULONG Which) {
    KeEnterCriticalRegion();
    ExInitializeResourceLite(&Resource);
    switch (Which) {
    case 0:
        KeLeaveCriticalRegion();
        ExAcquireResourceSharedLite(&Resource, TRUE);
        KeEnterCriticalRegion();
        ExReleaseResourceLite(&Resource);
        break;
    case 1: ExReleaseResourceLite(&Resource); break;
    case 2: ExAcquireResourceSharedLite(&Resource, TRUE); break; /* and then deleted */
    case 3:
        ExAcquireResourceSharedLite(&Resource, TRUE);
        ExAcquireResourceExclusiveLite(&Resource, TRUE);
        ExReleaseResourceLite(&Resource);
        break;
    case 4:
        ExAcquireResourceSharedLite(&Resource, TRUE);
        ExConvertExclusiveToSharedLite(&Resource);
        ExReleaseResourceLite(&Resource);
        break;
    }
    KeLeaveCriticalRegion();
    ExDeleteResourceLite(&Resource);
}

static void BreakMutex(ULONG Which) {
    FAST_MUTEX Mutex;
    EX_PUSH_LOCK Push = 0;
    KIRQL Old;

    ExInitializeFastMutex(&Mutex);
    switch (Which) {
    case 0:
        ExAcquireFastMutex(&Mutex);
        ExAcquireFastMutex(&Mutex);
        ExReleaseFastMutex(&Mutex);
        break;
    case 1:
        KeRaiseIrql(APC_LEVEL, &Old);
        ExReleaseFastMutex(&Mutex);
        KeLowerIrql(Old);
        break;
    case 2:
        ExAcquireFastMutexUnsafe(&Mutex);
        ExReleaseFastMutexUnsafe(&Mutex);
        break;
    case 3:
        ExAcquirePushLockExclusive(&Push);
        KeEnterCriticalRegion();
        ExReleasePushLockExclusive(&Push);
        KeLeaveCriticalRegion();
        break;
    case 4:
        KeEnterCriticalRegion();
        ExAcquirePushLockExclusive(&Push);
        ExAcquirePushLockShared(&Push);
        ExReleasePushLockExclusive(&Push);
        KeLeaveCriticalRegion();
        break;
    case 5:
        KeEnterCriticalRegion();
        ExAcquirePushLockShared(&Push);
        ExReleasePushLockExclusive(&Push);
        ExReleasePushLockShared(&Push);
        KeLeaveCriticalRegion();
        break;
    }
}

/* The test waits for what happens then. */
static void *Allocate(SIZE_T Size) {
    PVOID Memory;
    while ((Memory = ExAllocatePoolWithTag(NonPagedPoolNx, Size, TAG)) == NULL) KeStallExecutionProcessor(1);
    return Memory;
}

static void BreakPool(ULONG Which) {
    union {
        ERESOURCE Resource;
        NPAGED_LOOKASIDE_LIST Lookaside;
    } *Memory = Allocate(sizeof(*Memory));

    if (Which == 0)
        ExInitializeResourceLite(&Memory->Resource);
    else
        ExInitializeNPagedLookasideList(&Memory->Lookaside, NULL, NULL, 0, 48, TAG, 0);
    ExFreePoolWithTag(Memory, TAG); /* is not, if the test wants to see what happens */
    if (Which == 0)
        ExDeleteResourceLite(&Memory->Resource);
    else
        ExDeleteNPagedLookasideList(&Memory->Lookaside);
    ExFreePoolWithTag(Memory, TAG);
}

static void BreakOther(ULONG Which) {
    DECLSPEC_ALIGN(16) UCHAR Memory[2 * sizeof(SLIST_ENTRY)];
    SLIST_HEADER Head;
    KSEMAPHORE Semaphore;

    switch (Which) {
    case 0: KeStallExecutionProcessor(51); break;
    case 1: KeLeaveGuardedRegion(); break;
    case 2:
        ExInitializeSListHead(&Head);
        ExpInterlockedPushEntrySList(&Head, (PSLIST_ENTRY)(void *)(Memory + 8));
        break;
    case 3: KeInitializeSemaphore(&Semaphore, 2, 1); break;
    case 4: KeSetPriorityThread(KeGetCurrentThread(), 32); break;
    }
}

EXPORTED void LockBreak(ULONG Group, ULONG Which) {
    switch (Group) {
    case 0: BreakSpinLock(Which); break;
    case 1: BreakResource(Which); break;
    case 2: BreakMutex(Which); break;
    case 3: BreakPool(Which); break;
    case 4: BreakOther(Which); break;
    }
}
