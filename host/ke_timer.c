/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Timers and work items: one thread each.
 */
#include <stdlib.h>

#include "host/sched.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed, work_changed = PTHREAD_COND_INITIALIZER, work_done = PTHREAD_COND_INITIALIZER;
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
    __atomic_store_n(&timer->Header.Reserved1, 1, __ATOMIC_RELAXED); /* inserted */
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
        __atomic_store_n(&timer->Header.Reserved1, 0, __ATOMIC_RELAXED);
        dpc = timer->Dpc;
        if (timer->Period) {
            timer->DueTime.QuadPart += (ULONGLONG)timer->Period * 10000;
            insert(timer);
        }
        ke_signal(&timer->Header, 1);
        /* Before anybody can cancel the timer: who does and then flushes the queues is not called any more. */
        if (dpc) ke_dpc_queue(dpc, NULL, NULL);
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

bool ke_timer_in(const void *memory, size_t size) {
    bool found = false;
    pthread_mutex_lock(&lock);
    for (LIST_ENTRY *at = timers.Flink; at != &timers && !found; at = at->Flink) {
        PKTIMER timer = CONTAINING_RECORD(at, KTIMER, TimerListEntry);
        /* Its DPC's memory may be gone already, if the driver broke another rule. */
        found = (uintptr_t)timer - (uintptr_t)memory < size || (uintptr_t)timer->Dpc - (uintptr_t)memory < size;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

void NTAPI KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type) {
    NT_ENTER(KeInitializeTimerEx);
    if (ke_timer_in(Timer, sizeof *Timer))
        verify_violation("timer-active", "the timer %p is initialized while it runs", (void *)Timer);
    *Timer = (KTIMER){0};
    ke_header_init(&Timer->Header, Type == NotificationTimer ? KE_TIMER_NOTIFICATION : KE_TIMER_SYNCHRONIZATION, 0, 0);
}

void NTAPI KeInitializeTimer(PKTIMER Timer) {
    NT_ENTER(KeInitializeTimer);
    KeInitializeTimerEx(Timer, NotificationTimer);
}

/* How long from now, in the timers' unit. Positive times are absolute, since 1601. */
static uint64_t delay(LONGLONG due) {
    LONGLONG system = (LONGLONG)(sched_clock(CLOCK_REALTIME) / 100) + 116444736000000000;
    if (due < 0) return 0 - (uint64_t)due;
    return due > system ? (uint64_t)(due - system) : 0;
}

static BOOLEAN set(PKTIMER timer, LONGLONG due, LONG period, PKDPC dpc) {
    BOOLEAN was;
    if (ke_type(&timer->Header) != KE_TIMER_NOTIFICATION && ke_type(&timer->Header) != KE_TIMER_SYNCHRONIZATION)
        verify_violation("timer-not-initialized", "%p is no initialized timer", (void *)timer);
    pthread_mutex_lock(&lock);
    start(&timer_thread, timer_main, "timer");
    was = timer->Header.Reserved1;
    if (was) RemoveEntryList(&timer->TimerListEntry);
    __atomic_store_n(&timer->Header.SignalState, 0, __ATOMIC_RELAXED);
    timer->DueTime.QuadPart = now() + delay(due);
    timer->Period = (ULONG)period;
    timer->Dpc = dpc;
    insert(timer);
    sched_wake(&changed);
    pthread_mutex_unlock(&lock);
    return was;
}

BOOLEAN NTAPI KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc) {
    NT_ENTER(KeSetTimerEx);
    return set(Timer, DueTime.QuadPart, Period, Dpc);
}

BOOLEAN NTAPI KeSetCoalescableTimer(PKTIMER Timer, LARGE_INTEGER DueTime, ULONG Period, ULONG TolerableDelay,
                                    PKDPC Dpc) {
    NT_ENTER(KeSetCoalescableTimer);
    return set(Timer, DueTime.QuadPart, (LONG)Period, Dpc);
}

BOOLEAN NTAPI KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc) {
    NT_ENTER(KeSetTimer);
    return set(Timer, DueTime.QuadPart, 0, Dpc);
}

BOOLEAN NTAPI KeReadStateTimer(PKTIMER Timer) {
    NT_ENTER(KeReadStateTimer);
    return __atomic_load_n(&Timer->Header.SignalState, __ATOMIC_ACQUIRE) != 0;
}

BOOLEAN NTAPI KeCancelTimer(PKTIMER Timer) {
    NT_ENTER(KeCancelTimer);
    BOOLEAN was;
    pthread_mutex_lock(&lock);
    was = Timer->Header.Reserved1;
    if (was) RemoveEntryList(&Timer->TimerListEntry);
    __atomic_store_n(&Timer->Header.Reserved1, 0, __ATOMIC_RELAXED);
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
static PDRIVER_OBJECT working_for; /* lock: whose device's routine runs */

static void work_main(void *context) {
    pthread_mutex_lock(&lock);
    for (;;) {
        PIO_WORKITEM item;
        while (IsListEmpty(&work) && !stopping) sched_wait(&work_changed, &lock, NULL);
        if (IsListEmpty(&work)) break;
        item = CONTAINING_RECORD(RemoveHeadList(&work), struct _IO_WORKITEM, link);
        item->queued = false;
        PDEVICE_OBJECT device = item->device; /* the routine may free the item */
        working_for = device->DriverObject;
        pthread_mutex_unlock(&lock);
        PIO_WORKITEM_ROUTINE routine = item->routine;
        routine(device, item->context);
        ex_work_returned((const void *)(uintptr_t)routine);
        ob_dereference(device);
        pthread_mutex_lock(&lock);
        working_for = NULL;
        sched_wake(&work_done);
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

/* lock */
static bool works_for(PDRIVER_OBJECT driver) {
    bool found = working_for == driver;
    for (LIST_ENTRY *entry = work.Flink; entry != &work && !found; entry = entry->Flink)
        found = CONTAINING_RECORD(entry, struct _IO_WORKITEM, link)->device->DriverObject == driver;
    return found;
}

void ke_work_wait(PDRIVER_OBJECT driver) {
    if ((PETHREAD)ps_self() == work_thread) return;
    pthread_mutex_lock(&lock);
    while (works_for(driver)) sched_wait(&work_done, &lock, NULL);
    pthread_mutex_unlock(&lock);
}

void ke_stop(void) {
    pthread_mutex_lock(&lock);
    stopping = true;
    if (timer_thread) sched_wake(&changed);
    sched_wake(&work_changed);
    pthread_mutex_unlock(&lock);
    if (timer_thread) ps_thread_join(timer_thread);
    if (work_thread) ps_thread_join(work_thread);
    ex_work_stop();
    ke_dpc_stop();
    timer_thread = work_thread = NULL;
    stopping = false;
}
