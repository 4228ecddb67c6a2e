/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Timers with their DPCs, and work items: one thread each.
 */
#include <stdlib.h>

#include "host/sched.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed, work_changed = PTHREAD_COND_INITIALIZER;
static bool stopping;
static PETHREAD timer_thread, work_thread;

/* --- timers ------------------------------------------------------------------------------------------------------- */

static LIST_ENTRY timers = {&timers, &timers}; /* by due time, in 100 ns of the monotonic clock */

static uint64_t now(void) { return sched_clock(CLOCK_MONOTONIC) / 100; }

static void insert(PKTIMER timer) {
    LIST_ENTRY *at = timers.Flink;
    while (at != &timers && CONTAINING_RECORD(at, KTIMER, TimerListEntry)->DueTime.QuadPart <= timer->DueTime.QuadPart)
        at = at->Flink;
    InsertTailList(at, &timer->TimerListEntry);
    timer->Header.Reserved1 = 1; /* inserted */
}

static void timer_main(void *context) {
    pthread_mutex_lock(&lock);
    while (!stopping) {
        PKTIMER timer = IsListEmpty(&timers) ? NULL : CONTAINING_RECORD(timers.Flink, KTIMER, TimerListEntry);
        PKDPC dpc;

        if (timer == NULL) {
            sched_wait(&changed, &lock, NULL);
            continue;
        }
        if (timer->DueTime.QuadPart > now()) {
            uint64_t until = timer->DueTime.QuadPart * 100;
            sched_wait(&changed, &lock, &until);
            continue;
        }
        RemoveEntryList(&timer->TimerListEntry);
        timer->Header.Reserved1 = 0;
        dpc = timer->Dpc;
        if (timer->Period) {
            timer->DueTime.QuadPart += (ULONGLONG)timer->Period * 10000;
            insert(timer);
        }
        ke_signal(&timer->Header, 1);
        pthread_mutex_unlock(&lock);
        if (dpc) {
            ps_this->irql = DISPATCH_LEVEL;
            dpc->DeferredRoutine(dpc, dpc->DeferredContext, dpc->SystemArgument1, dpc->SystemArgument2);
            ps_this->irql = PASSIVE_LEVEL;
        }
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
}

static void start(PETHREAD *thread, void (*function)(void *), const char *name) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    extern void ke_timer_once(void);
    pthread_once(&once, ke_timer_once);
    if (*thread == NULL) *thread = ps_thread_create(NULL, function, NULL, name);
    if (*thread == NULL) host_panic("no thread for timers or work items");
}

void ke_timer_once(void) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
}

void NTAPI KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type) {
    NT_ENTER(KeInitializeTimerEx);
    *Timer = (KTIMER){0};
    ke_header_init(&Timer->Header, Type == NotificationTimer ? KE_TIMER_NOTIFICATION : KE_TIMER_SYNCHRONIZATION, 0, 0);
}

void NTAPI KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext) {
    NT_ENTER(KeInitializeDpc);
    *Dpc = (KDPC){.DeferredRoutine = DeferredRoutine, .DeferredContext = DeferredContext};
}

BOOLEAN NTAPI KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc) {
    NT_ENTER(KeSetTimerEx);
    BOOLEAN was;
    pthread_mutex_lock(&lock);
    start(&timer_thread, timer_main, "timer");
    was = Timer->Header.Reserved1;
    if (was) RemoveEntryList(&Timer->TimerListEntry);
    Timer->Header.SignalState = 0;
    Timer->DueTime.QuadPart = now() + (DueTime.QuadPart < 0 ? (ULONGLONG)-DueTime.QuadPart : 0);
    Timer->Period = (ULONG)Period;
    Timer->Dpc = Dpc;
    insert(Timer);
    sched_wake(&changed);
    pthread_mutex_unlock(&lock);
    return was;
}

BOOLEAN NTAPI KeCancelTimer(PKTIMER Timer) {
    NT_ENTER(KeCancelTimer);
    BOOLEAN was;
    pthread_mutex_lock(&lock);
    was = Timer->Header.Reserved1;
    if (was) RemoveEntryList(&Timer->TimerListEntry);
    Timer->Header.Reserved1 = 0;
    pthread_mutex_unlock(&lock);
    return was;
}

/* --- work items --------------------------------------------------------------------------------------------------- */

struct _IO_WORKITEM {
    LIST_ENTRY link;
    PDEVICE_OBJECT device;
    PIO_WORKITEM_ROUTINE routine;
    PVOID context;
    bool queued;
};
static LIST_ENTRY work = {&work, &work};

static void work_main(void *context) {
    pthread_mutex_lock(&lock);
    for (;;) {
        PIO_WORKITEM item;
        while (IsListEmpty(&work) && !stopping) sched_wait(&work_changed, &lock, NULL);
        if (IsListEmpty(&work)) break;
        item = CONTAINING_RECORD(RemoveHeadList(&work), struct _IO_WORKITEM, link);
        item->queued = false;
        pthread_mutex_unlock(&lock);
        PDEVICE_OBJECT device = item->device; /* the routine may free the item */
        item->routine(device, item->context);
        ps_attach_check(NULL, "a work item");
        ob_dereference(device);
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
}

PIO_WORKITEM NTAPI IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject) {
    NT_ENTER(IoAllocateWorkItem);
    PIO_WORKITEM item = NT_FAULT(IoAllocateWorkItem) ? NULL : calloc(1, sizeof(*item));
    if (item == NULL) return NULL;
    item->device = DeviceObject;
    verify_track("work-item", item, sizeof(*item), 0, CALLER);
    return item;
}

void NTAPI IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine, WORK_QUEUE_TYPE QueueType,
                           PVOID Context) {
    NT_ENTER(IoQueueWorkItem);
    pthread_mutex_lock(&lock);
    start(&work_thread, work_main, "worker");
    if (IoWorkItem->queued)
        verify_violation("work-item-queued", "the work item %p is queued already", (void *)IoWorkItem);
    IoWorkItem->queued = true;
    IoWorkItem->routine = WorkerRoutine;
    IoWorkItem->context = Context;
    ob_reference(IoWorkItem->device);
    InsertTailList(&work, &IoWorkItem->link);
    sched_wake(&work_changed);
    pthread_mutex_unlock(&lock);
}

void NTAPI IoFreeWorkItem(PIO_WORKITEM IoWorkItem) {
    NT_ENTER(IoFreeWorkItem);
    if (IoWorkItem->queued)
        verify_violation("work-item-queued", "the work item %p is freed while queued", (void *)IoWorkItem);
    verify_untrack("work-item", IoWorkItem);
    free(IoWorkItem);
}

void ke_stop(void) {
    pthread_mutex_lock(&lock);
    stopping = true;
    if (timer_thread) sched_wake(&changed);
    sched_wake(&work_changed);
    pthread_mutex_unlock(&lock);
    if (timer_thread) ps_thread_join(timer_thread);
    if (work_thread) ps_thread_join(work_thread);
    timer_thread = work_thread = NULL;
    stopping = false;
}
