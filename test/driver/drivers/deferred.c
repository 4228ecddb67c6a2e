/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A driver that has things done later: DPCs, timers, work items. Its exported functions return 0, or the line of the check
 * that failed.
 */
#include "nt/contract.h"
#include "nt/nt.h"

#define EXPORTED __declspec(dllexport) __attribute__((noinline))
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) return __LINE__;                                                                             \
    } while (0)
#define TAG 'yaLD'

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    (void)DriverObject, (void)RegistryPath;
    return STATUS_SUCCESS;
}

static LONG Read(volatile LONG *Value) { return InterlockedExchangeAdd(Value, 0); }

static void *Allocate(SIZE_T Size) {
    PVOID Memory;
    while ((Memory = ExAllocatePoolWithTag(NonPagedPoolNx, Size, TAG)) == NULL) KeStallExecutionProcessor(1);
    return Memory;
}

/* What the routines saw. */
static volatile LONG Runs, Wrong;
static PVOID Order[8];

static void NTAPI Note(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
    LONG Run = InterlockedIncrement(&Runs) - 1;
    (void)Dpc, (void)Argument2;
    if (KeGetCurrentIrql() != DISPATCH_LEVEL) InterlockedIncrement(&Wrong);
    if (Run < 8) Order[Run] = Argument1 ? Argument1 : Context;
}

/* --- a processor that is kept busy: its DPC waits for a spin lock ------------------------------------------------- */

static KSPIN_LOCK Gate;
static KDPC Blocker;
static volatile LONG Blocked;

static void NTAPI Block(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
    (void)Dpc, (void)Context, (void)Argument1, (void)Argument2;
    InterlockedExchange(&Blocked, 1);
    KeAcquireSpinLockAtDpcLevel(&Gate);
    KeReleaseSpinLockFromDpcLevel(&Gate);
}

static void Target(PKDPC Dpc) {
    PROCESSOR_NUMBER Number = {0};
    KeSetTargetProcessorDpcEx(Dpc, &Number);
}

/* Until Unblock, at DISPATCH_LEVEL, nothing more runs on processor 0. */
static void BlockProcessor(PKIRQL Old) {
    Runs = Wrong = Blocked = 0;
    KeInitializeSpinLock(&Gate);
    KeInitializeDpc(&Blocker, Block, NULL);
    Target(&Blocker);
    KeAcquireSpinLock(&Gate, Old);
    KeInsertQueueDpc(&Blocker, NULL, NULL);
    while (!Read(&Blocked)) KeStallExecutionProcessor(1);
}

static void Unblock(KIRQL Old) {
    KeReleaseSpinLock(&Gate, Old);
    KeFlushQueuedDpcs();
}

/* --- DPCs --------------------------------------------------------------------------------------------------------- */

EXPORTED ULONG LaterOnce(void) {
    KDPC Dpc;
    KIRQL Old;

    KeInitializeDpc(&Dpc, Note, &Dpc);
    Target(&Dpc);
    CHECK(!KeRemoveQueueDpc(&Dpc));
    BlockProcessor(&Old);
    CHECK(KeInsertQueueDpc(&Dpc, (PVOID)1, NULL));
    CHECK(!KeInsertQueueDpc(&Dpc, (PVOID)2, NULL));
    CHECK(KeRemoveQueueDpc(&Dpc) && !KeRemoveQueueDpc(&Dpc));
    CHECK(KeInsertQueueDpc(&Dpc, (PVOID)3, NULL));
    CHECK(Read(&Runs) == 0);
    Unblock(Old);
    CHECK(Runs == 1 && Wrong == 0 && Order[0] == (PVOID)3);
    CHECK(!KeRemoveQueueDpc(&Dpc));
    return 0;
}

EXPORTED ULONG LaterInOrder(void) {
    KDPC Dpcs[3];
    KIRQL Old;

    for (ULONG At = 0; At < 3; At++) {
        KeInitializeDpc(&Dpcs[At], Note, &Dpcs[At]);
        Target(&Dpcs[At]);
    }
    KeSetImportanceDpc(&Dpcs[2], HighImportance);
    BlockProcessor(&Old);
    for (ULONG At = 0; At < 3; At++) CHECK(KeInsertQueueDpc(&Dpcs[At], NULL, NULL));
    Unblock(Old);
    CHECK(Runs == 3 && Order[0] == &Dpcs[2] && Order[1] == &Dpcs[0] && Order[2] == &Dpcs[1]);
    return 0;
}

static volatile LONG ThreadedIrql;
static ULONG RunsOn;

static void NTAPI NoteThreaded(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
    (void)Dpc, (void)Context, (void)Argument1, (void)Argument2;
    ThreadedIrql = KeGetCurrentIrql();
}

static void NTAPI NoteProcessor(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
    (void)Dpc, (void)Context, (void)Argument1, (void)Argument2;
    RunsOn = KeGetCurrentProcessorNumberEx(NULL);
}

EXPORTED ULONG LaterElsewhere(void) {
    PROCESSOR_NUMBER Number = {.Number = (UCHAR)(KeQueryActiveProcessorCountEx(0) - 1)};
    KDPC Dpc;

    ThreadedIrql = -1;
    KeInitializeThreadedDpc(&Dpc, NoteThreaded, NULL);
    CHECK(KeInsertQueueDpc(&Dpc, NULL, NULL));
    KeFlushQueuedDpcs();
    CHECK(ThreadedIrql == PASSIVE_LEVEL);
    KeInitializeDpc(&Dpc, NoteProcessor, NULL);
    CHECK(NT_SUCCESS(KeSetTargetProcessorDpcEx(&Dpc, &Number)));
    RunsOn = ~0u;
    CHECK(KeInsertQueueDpc(&Dpc, NULL, NULL));
    KeFlushQueuedDpcs();
    CHECK(RunsOn == Number.Number);
    Number.Number++;
    CHECK(KeSetTargetProcessorDpcEx(&Dpc, &Number) == STATUS_INVALID_PARAMETER);
    return 0;
}

/* A routine that queues its own DPC again, and the last time frees it. */
static void NTAPI Again(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
    ULONG_PTR Left = (ULONG_PTR)Argument1;
    (void)Context;
    InterlockedIncrement(&Runs);
    if (Left) {
        KeInsertQueueDpc(Dpc, (PVOID)(Left - 1), Argument2);
    } else {
        ExFreePoolWithTag(Dpc, TAG);
        KeSetEvent(Argument2, IO_NO_INCREMENT, FALSE);
    }
}

EXPORTED ULONG LaterAgain(void) {
    PKDPC Dpc = Allocate(sizeof(*Dpc));
    KEVENT Done;

    Runs = 0;
    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    KeInitializeDpc(Dpc, Again, NULL);
    CHECK(KeInsertQueueDpc(Dpc, (PVOID)9, &Done));
    KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
    KeFlushQueuedDpcs(); /* out of its code, too */
    CHECK(Runs == 10);
    return 0;
}

/* --- timers ------------------------------------------------------------------------------------------------------- */

EXPORTED ULONG LaterTimers(void) {
    LARGE_INTEGER Soon = {.QuadPart = -1}, Hour = {.QuadPart = -36000000000}, Now;
    KTIMER Timer;

    KeInitializeTimer(&Timer);
    CHECK(!KeReadStateTimer(&Timer) && !KeCancelTimer(&Timer));
    CHECK(!KeSetTimer(&Timer, Soon, NULL));
    CHECK(KeWaitForSingleObject(&Timer, Executive, KernelMode, FALSE, NULL) == STATUS_SUCCESS);
    CHECK(KeReadStateTimer(&Timer));
    CHECK(!KeSetTimer(&Timer, Hour, NULL) && !KeReadStateTimer(&Timer));
    CHECK(KeSetTimer(&Timer, Hour, NULL)); /* was running */
    CHECK(KeCancelTimer(&Timer) && !KeCancelTimer(&Timer));
    KeQuerySystemTimePrecise(&Now);
    Soon.QuadPart = Now.QuadPart + 10000; /* absolute */
    CHECK(!KeSetTimer(&Timer, Soon, NULL));
    CHECK(KeWaitForSingleObject(&Timer, Executive, KernelMode, FALSE, NULL) == STATUS_SUCCESS);
    KeQuerySystemTimePrecise(&Now);
    CHECK(Now.QuadPart >= Soon.QuadPart);
    Soon.QuadPart = Now.QuadPart + 36000000000;
    CHECK(!KeSetTimer(&Timer, Soon, NULL) && KeCancelTimer(&Timer));
    return 0;
}

/* Whatever a timer had queued when it is cancelled has run when the queues are flushed; nothing comes later. */
EXPORTED ULONG LaterCancelled(void) {
    LARGE_INTEGER Soon = {.QuadPart = -1};
    struct {
        KTIMER Timer;
        KDPC Dpc;
    } *Memory = Allocate(sizeof(*Memory));
    LONG Before;

    Runs = Wrong = 0;
    KeInitializeTimerEx(&Memory->Timer, SynchronizationTimer);
    KeInitializeDpc(&Memory->Dpc, Note, NULL);
    KeSetTimerEx(&Memory->Timer, Soon, 1, &Memory->Dpc);
    KeWaitForSingleObject(&Memory->Timer, Executive, KernelMode, FALSE, NULL);
    KeCancelTimer(&Memory->Timer);
    KeFlushQueuedDpcs();
    Before = Read(&Runs);
    CHECK(Before >= 1 && Wrong == 0);
    ExFreePoolWithTag(Memory, TAG);
    KeFlushQueuedDpcs();
    CHECK(Read(&Runs) == Before);
    return 0;
}

/* --- work items --------------------------------------------------------------------------------------------------- */

struct Work {
    WORK_QUEUE_ITEM Item;
    KEVENT Done;
    LONG Left;
};

static void NTAPI Work(PVOID Parameter) {
    struct Work *Mine = Parameter;
    if (KeGetCurrentIrql() == PASSIVE_LEVEL && Mine->Left-- > 0)
        ExQueueWorkItem(&Mine->Item, DelayedWorkQueue);
    else
        KeSetEvent(&Mine->Done, IO_NO_INCREMENT, FALSE);
}

EXPORTED ULONG LaterWork(void) {
    struct Work Mine = {.Left = 5};

    KeInitializeEvent(&Mine.Done, NotificationEvent, FALSE);
    ExInitializeWorkItem(&Mine.Item, Work, &Mine);
    ExQueueWorkItem(&Mine.Item, DelayedWorkQueue);
    KeWaitForSingleObject(&Mine.Done, Executive, KernelMode, FALSE, NULL);
    CHECK(Mine.Left == -1);
    return 0;
}

/* --- violations, each of which the test waits for ----------------------------------------------------------------- */

static KSPIN_LOCK Kept;

static void NTAPI Misbehave(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
    (void)Dpc, (void)Context, (void)Argument2;
    if (Argument1)
        KeAcquireSpinLockAtDpcLevel(&Kept);
    else
        KeLowerIrql(PASSIVE_LEVEL);
}

static void BreakPool(BOOLEAN WithTimer) {
    LARGE_INTEGER Hour = {.QuadPart = -36000000000};
    struct {
        KTIMER Timer;
        KDPC Dpc;
    } *Memory = Allocate(sizeof(*Memory));
    KIRQL Old;

    KeInitializeTimer(&Memory->Timer);
    KeInitializeDpc(&Memory->Dpc, Note, NULL);
    Target(&Memory->Dpc);
    BlockProcessor(&Old);
    if (WithTimer)
        KeSetTimer(&Memory->Timer, Hour, NULL);
    else
        KeInsertQueueDpc(&Memory->Dpc, NULL, NULL);
    ExFreePoolWithTag(Memory, TAG); /* is not, if the test wants to see what happens */
    KeCancelTimer(&Memory->Timer);
    KeRemoveQueueDpc(&Memory->Dpc);
    Unblock(Old);
    ExFreePoolWithTag(Memory, TAG);
}

static void BreakTimer(void) {
    LARGE_INTEGER Hour = {.QuadPart = -36000000000};
    KTIMER Timer;
    KeInitializeTimer(&Timer);
    KeSetTimer(&Timer, Hour, NULL);
    KeCancelTimer(&Timer);
    Timer.Header.Type = 0;
    KeSetTimer(&Timer, Hour, NULL);
    KeCancelTimer(&Timer);
}

EXPORTED void LaterBreak(ULONG Which) {
    KDPC Dpc;

    RtlZeroMemory(&Dpc, sizeof(Dpc));
    if (Which == 0) KeInsertQueueDpc(&Dpc, NULL, NULL);
    if (Which == 1 || Which == 2) {
        KeInitializeDpc(&Dpc, Misbehave, NULL);
        KeInsertQueueDpc(&Dpc, (PVOID)(ULONG_PTR)(Which == 2), NULL);
        KeFlushQueuedDpcs();
        KeInitializeSpinLock(&Kept);
    }
    if (Which == 3) BreakPool(FALSE);
    if (Which == 4) BreakPool(TRUE);
    if (Which == 5) BreakTimer();
}

static KTIMER Left;
static KDPC LeftDpc;

EXPORTED void LaterLeaveTimer(void) {
    LARGE_INTEGER Hour = {.QuadPart = -36000000000};
    KeInitializeTimer(&Left);
    KeInitializeDpc(&LeftDpc, Note, NULL);
    KeSetTimer(&Left, Hour, &LeftDpc);
}

EXPORTED void LaterCancelTimer(void) { KeCancelTimer(&Left); }
