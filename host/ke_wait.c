/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Waiting: dispatcher objects, events, mutexes, semaphores, timers. One lock for all of it, as NT had for long, since a wait for
 * several objects is one decision over all of them.
 */
#include "host/image.h"
#include "host/sched.h"
#include "host/verify.h"

static pthread_mutex_t dispatcher = PTHREAD_MUTEX_INITIALIZER;

/* A thread's wait: lives on its stack, linked into each object's WaitListHead. D: all of it under `dispatcher`. */
struct wait {
    PETHREAD thread;
    DISPATCHER_HEADER **objects;
    ULONG count;
    bool all, done;
    ULONG result; /* index of the object that satisfied it */
};

struct wait_block {
    LIST_ENTRY link;
    struct wait *wait;
    ULONG index;
};

void ke_header_init(DISPATCHER_HEADER *header, UCHAR type, UCHAR size, LONG state) {
    verify_resident(header, "an event, mutex, semaphore or timer");
    header->Lock = 0;
    header->Type = type;
    header->Size = size;
    __atomic_store_n(&header->SignalState, state, __ATOMIC_RELAXED);
    InitializeListHead(&header->WaitListHead);
}

static bool ready(const DISPATCHER_HEADER *header, PETHREAD thread) {
    if (header->Type == KE_MUTANT)
        return header->SignalState > 0 || ((const KMUTANT *)header)->OwnerThread == (PKTHREAD)thread;
    return header->SignalState > 0;
}

/* Programs' mutexes go with the thread that owns them; a driver's thread that ends with one is wrong. */
static NTSTATUS take_mutex(KMUTANT *mutex, PETHREAD thread) {
    bool abandoned = mutex->Abandoned;
    if (mutex->Header.SignalState-- != 1) return STATUS_SUCCESS;
    mutex->OwnerThread = (PKTHREAD)thread;
    mutex->Abandoned = FALSE;
    if (mutex->ApcDisable)
        thread->mutexes++;
    else
        InsertTailList(&thread->mutants, &mutex->MutantListEntry);
    return abandoned ? STATUS_ABANDONED : STATUS_SUCCESS;
}

/* STATUS_ABANDONED for a mutex whose last owner ended without releasing it. */
static NTSTATUS take(DISPATCHER_HEADER *header, PETHREAD thread) {
    switch (header->Type) {
    case KE_SYNCHRONIZATION_EVENT:
    case KE_TIMER_SYNCHRONIZATION: __atomic_store_n(&header->SignalState, 0, __ATOMIC_RELAXED); break;
    case KE_SEMAPHORE: __atomic_fetch_sub(&header->SignalState, 1, __ATOMIC_RELAXED); break;
    case KE_MUTANT: return take_mutex((KMUTANT *)header, thread);
    default: break;
    }
    return STATUS_SUCCESS;
}

/* Ends the wait if its objects allow. */
static bool try_satisfy(struct wait *wait) {
    for (ULONG at = 0; at < wait->count; at++) {
        if (!ready(wait->objects[at], wait->thread)) {
            if (wait->all) return false;
            continue;
        }
        if (wait->all) continue;
        wait->result = at | (ULONG)take(wait->objects[at], wait->thread);
        return wait->done = true;
    }
    if (!wait->all) return false;
    for (ULONG at = 0; at < wait->count; at++) wait->result |= (ULONG)take(wait->objects[at], wait->thread);
    return wait->done = true;
}

static void wake_waiters(DISPATCHER_HEADER *header) {
    for (LIST_ENTRY *entry = header->WaitListHead.Flink, *next; entry != &header->WaitListHead; entry = next) {
        struct wait *wait = CONTAINING_RECORD(entry, struct wait_block, link)->wait;
        next = entry->Flink;
        if (!wait->done && try_satisfy(wait)) sched_wake(&wait->thread->wake);
        if (header->SignalState <= 0) break;
    }
}

void ke_signal(DISPATCHER_HEADER *header, LONG state) {
    pthread_mutex_lock(&dispatcher);
    __atomic_store_n(&header->SignalState, state, __ATOMIC_RELAXED);
    wake_waiters(header);
    pthread_mutex_unlock(&dispatcher);
}

void ke_signal_last(DISPATCHER_HEADER *header, LONG state) {
    pthread_mutex_lock(&dispatcher);
    __atomic_store_n(&header->SignalState, state, __ATOMIC_RELAXED);
    wake_waiters(header);
    ob_dereference(header);
    pthread_mutex_unlock(&dispatcher);
}

/* --- events ------------------------------------------------------------------------------------------------------- */

void NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State) {
    NT_ENTER(KeInitializeEvent);
    ke_header_init(&Event->Header, (UCHAR)Type, sizeof(KEVENT) / sizeof(LONG), State != FALSE);
}

static void check_event(PRKEVENT event, const char *name) {
    if (event->Header.Type > KE_SYNCHRONIZATION_EVENT || event->Header.Size != sizeof(KEVENT) / sizeof(LONG))
        verify_violation("not-an-event", "%s(%p): not an initialized event", name, (void *)event);
}

LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait) {
    NT_ENTER(KeSetEvent);
    LONG before;
    check_event(Event, "KeSetEvent");
    if (Wait && ke_irql() > APC_LEVEL) verify_violation("irql-too-high", "KeSetEvent with Wait at DISPATCH_LEVEL");
    pthread_mutex_lock(&dispatcher);
    before = Event->Header.SignalState;
    __atomic_store_n(&Event->Header.SignalState, 1, __ATOMIC_RELAXED);
    if (before == 0) wake_waiters(&Event->Header);
    pthread_mutex_unlock(&dispatcher);
    if (Wait) verify_promise = "KeSetEvent";
    return before;
}

static LONG set_state(PRKEVENT event, LONG state) {
    LONG before;
    pthread_mutex_lock(&dispatcher);
    before = event->Header.SignalState;
    __atomic_store_n(&event->Header.SignalState, state, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&dispatcher);
    return before;
}

LONG NTAPI KeResetEvent(PRKEVENT Event) {
    NT_ENTER(KeResetEvent);
    check_event(Event, "KeResetEvent");
    return set_state(Event, 0);
}

void NTAPI KeClearEvent(PRKEVENT Event) {
    NT_ENTER(KeClearEvent);
    check_event(Event, "KeClearEvent");
    set_state(Event, 0);
}

LONG NTAPI KeReadStateEvent(PRKEVENT Event) {
    NT_ENTER(KeReadStateEvent);
    return __atomic_load_n(&Event->Header.SignalState, __ATOMIC_ACQUIRE);
}

/* --- mutexes ------------------------------------------------------------------------------------------------------ */

void NTAPI KeInitializeMutex(PRKMUTEX Mutex, ULONG Level) {
    NT_ENTER(KeInitializeMutex);
    ke_header_init(&Mutex->Header, KE_MUTANT, sizeof(KMUTANT) / sizeof(LONG), 1);
    Mutex->OwnerThread = NULL;
    Mutex->Abandoned = FALSE;
    Mutex->ApcDisable = TRUE;
}

LONG NTAPI KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait) {
    NT_ENTER(KeReleaseMutex);
    LONG before;
    pthread_mutex_lock(&dispatcher);
    before = Mutex->Header.SignalState;
    if (Mutex->OwnerThread != (PKTHREAD)ps_this)
        verify_violation("mutex-not-owned", "KeReleaseMutex(%p) by a thread that does not own it", (void *)Mutex);
    if (++Mutex->Header.SignalState == 1) {
        Mutex->OwnerThread = NULL;
        if (!Mutex->ApcDisable)
            RemoveEntryList(&Mutex->MutantListEntry);
        else if (ps_this->mutexes)
            ps_this->mutexes--;
        wake_waiters(&Mutex->Header);
    }
    pthread_mutex_unlock(&dispatcher);
    if (Wait) verify_promise = "KeReleaseMutex";
    return before;
}

void ke_thread_abandons(PETHREAD thread) {
    pthread_mutex_lock(&dispatcher);
    while (!IsListEmpty(&thread->mutants)) {
        KMUTANT *mutex = CONTAINING_RECORD(thread->mutants.Flink, KMUTANT, MutantListEntry);
        RemoveEntryList(&mutex->MutantListEntry);
        mutex->OwnerThread = NULL;
        mutex->Abandoned = TRUE;
        mutex->Header.SignalState = 1;
        wake_waiters(&mutex->Header);
    }
    pthread_mutex_unlock(&dispatcher);
}

void ke_mutant_delete(void *object) {
    KMUTANT *mutex = object;
    pthread_mutex_lock(&dispatcher);
    if (mutex->OwnerThread && !mutex->ApcDisable) RemoveEntryList(&mutex->MutantListEntry);
    pthread_mutex_unlock(&dispatcher);
}

LONG NTAPI KeReadStateMutex(PRKMUTEX Mutex) {
    NT_ENTER(KeReadStateMutex);
    return Mutex->Header.SignalState;
}

/* --- semaphores --------------------------------------------------------------------------------------------------- */

void NTAPI KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit) {
    NT_ENTER(KeInitializeSemaphore);
    if (Count < 0 || Limit <= 0 || Count > Limit)
        verify_violation("semaphore-limit", "KeInitializeSemaphore with count %d and limit %d", Count, Limit);
    ke_header_init(&Semaphore->Header, KE_SEMAPHORE, sizeof(KSEMAPHORE) / sizeof(LONG), Count);
    Semaphore->Limit = Limit;
}

LONG NTAPI KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment, BOOLEAN Wait) {
    NT_ENTER(KeReleaseSemaphore);
    LONG before;
    if (Semaphore->Header.Type != KE_SEMAPHORE)
        verify_violation("not-a-semaphore", "KeReleaseSemaphore(%p): not an initialized semaphore", (void *)Semaphore);
    if (Wait && ke_irql() > APC_LEVEL)
        verify_violation("irql-too-high", "KeReleaseSemaphore with Wait at DISPATCH_LEVEL");
    pthread_mutex_lock(&dispatcher);
    before = Semaphore->Header.SignalState;
    bool fits = Adjustment > 0 && Adjustment <= Semaphore->Limit - before;
    if (fits) {
        __atomic_store_n(&Semaphore->Header.SignalState, before + Adjustment, __ATOMIC_RELAXED);
        wake_waiters(&Semaphore->Header);
    }
    pthread_mutex_unlock(&dispatcher);
    if (!fits) seh_raise(STATUS_SEMAPHORE_LIMIT_EXCEEDED, 0, NULL);
    if (Wait) verify_promise = "KeReleaseSemaphore";
    return before;
}

LONG NTAPI KeReadStateSemaphore(PRKSEMAPHORE Semaphore) {
    NT_ENTER(KeReadStateSemaphore);
    return __atomic_load_n(&Semaphore->Header.SignalState, __ATOMIC_ACQUIRE);
}

/* --- waits -------------------------------------------------------------------------------------------------------- */

/* The monotonic time at which a wait of this NT timeout ends. */
static uint64_t deadline(const LARGE_INTEGER *timeout) {
    uint64_t now = sched_clock(CLOCK_MONOTONIC), limit = (UINT64_MAX - now) / 100;
    int64_t delta = -timeout->QuadPart;

    if (timeout->QuadPart > 0) /* absolute, since 1601 */
        delta = timeout->QuadPart - 116444736000000000 - (int64_t)(sched_clock(CLOCK_REALTIME) / 100);
    if (delta < 0) delta = 0;
    return now + ((uint64_t)delta < limit ? (uint64_t)delta * 100 : limit);
}

static NTSTATUS wait_for(DISPATCHER_HEADER **objects, ULONG count, bool all, const LARGE_INTEGER *timeout) {
    struct wait wait = {.thread = (PETHREAD)ps_self(), .objects = objects, .count = count, .all = all};
    struct wait_block blocks[MAXIMUM_WAIT_OBJECTS];
    uint64_t until = 0;
    NTSTATUS status;

    if (timeout == NULL || timeout->QuadPart != 0) {
        if (ke_locks_held())
            verify_violation("wait-with-spin-lock", "a wait that may block, with a spin lock held");
        else if (ke_irql() > APC_LEVEL)
            verify_violation("wait-at-dispatch", "a wait that may block, at IRQL %u", ke_irql());
    }
    pthread_mutex_lock(&dispatcher);
    for (ULONG at = 0; at < count; at++)
        if (objects[at]->WaitListHead.Flink == NULL)
            verify_violation("wait-uninitialized", "the object %p was never initialized", (void *)objects[at]);
    if (!try_satisfy(&wait) && (timeout == NULL || timeout->QuadPart != 0)) {
        if (timeout) until = deadline(timeout);
        for (ULONG at = 0; at < count; at++) {
            blocks[at] = (struct wait_block){.wait = &wait, .index = at};
            InsertTailList(&objects[at]->WaitListHead, &blocks[at].link);
        }
        while (!wait.done)
            if (!sched_wait(&wait.thread->wake, &dispatcher, timeout ? &until : NULL)) break;
        for (ULONG at = 0; at < count; at++) RemoveEntryList(&blocks[at].link);
    }
    status = wait.done ? (NTSTATUS)wait.result : STATUS_TIMEOUT;
    pthread_mutex_unlock(&dispatcher);
    return status;
}

NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                     PLARGE_INTEGER Timeout) {
    NT_ENTER(KeWaitForSingleObject);
    DISPATCHER_HEADER *header = Object;
    return wait_for(&header, 1, false, Timeout);
}

NTSTATUS NTAPI KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType, KWAIT_REASON WaitReason,
                                        KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Timeout,
                                        PKWAIT_BLOCK WaitBlockArray) {
    NT_ENTER(KeWaitForMultipleObjects);
    if (Count == 0 || Count > MAXIMUM_WAIT_OBJECTS || (WaitBlockArray == NULL && Count > THREAD_WAIT_OBJECTS))
        verify_violation("wait-count", "KeWaitForMultipleObjects of %u objects %s wait blocks", Count,
                         WaitBlockArray ? "with" : "without");
    return wait_for((DISPATCHER_HEADER **)Object, Count, WaitType == WaitAll, Timeout);
}

NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Interval) {
    NT_ENTER(KeDelayExecutionThread);
    DISPATCHER_HEADER never, *object = &never;
    ke_header_init(&never, KE_NOTIFICATION_EVENT, 0, 0);
    wait_for(&object, 1, false, Interval);
    return STATUS_SUCCESS;
}
