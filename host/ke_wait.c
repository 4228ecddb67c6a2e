/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Waiting: dispatcher objects, events, mutexes, semaphores, timers. One lock for all of it, as NT had for long, since a wait for
 * several objects is one decision over all of them.
 */
#include "host/guest.h"
#include "host/image.h"
#include "host/sched.h"
#include "host/verify.h"

static pthread_mutex_t dispatcher = PTHREAD_MUTEX_INITIALIZER;

/* A thread's wait: lives on its stack, linked into each object's WaitListHead. All of it under `dispatcher`; but once it
 * is done, nobody else looks at it, and it goes when the thread has been told (PETHREAD.told). */
struct wait {
    PETHREAD thread;
    DISPATCHER_HEADER **objects;
    struct wait_block *blocks;
    ULONG count;
    bool all, done;
    ULONG result;      /* index of the object that satisfied it */
    struct wait *next; /* of those that are to be told */
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

/* The state of an event, which is set without the lock, together with what stands beside it (WAITED_FOR). */
static uint64_t *both_of(DISPATCHER_HEADER *header) { return (uint64_t *)(void *)header; }

static LONG state_of(const DISPATCHER_HEADER *header) {
    return (LONG)(__atomic_load_n(both_of((DISPATCHER_HEADER *)header), __ATOMIC_ACQUIRE) >> 32);
}

static LONG state_set(DISPATCHER_HEADER *header, LONG state) {
    uint64_t both = __atomic_load_n(both_of(header), __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(both_of(header), &both, (uint32_t)both | (uint64_t)(uint32_t)state << 32, true,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
    }
    return (LONG)(both >> 32);
}

static bool ready(const DISPATCHER_HEADER *header, PETHREAD thread) {
    if (ke_type(header) == KE_MUTANT)
        return header->SignalState > 0 || ((const KMUTANT *)header)->OwnerThread == (PKTHREAD)thread;
    return state_of(header) > 0;
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
    switch (ke_type(header)) {
    case KE_SYNCHRONIZATION_EVENT:
    case KE_TIMER_SYNCHRONIZATION: state_set(header, 0); break;
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

/* Whether somebody waits for the object is a bit beside its state, so that an event is set without the lock, by one
 * compare-and-exchange of both, when nobody does; and not touched afterwards, since it may be gone at once. It changes
 * with the lock only. */
#define WAITED_FOR (1u << 8) /* Signalling; the byte behind the size says of a timer that it runs */
/* Beside it, of an event that is a proxy: as if somebody always waited, namely who is told when nobody else does. */
#define PROXY (1u << 9)

static bool is_proxy(const DISPATCHER_HEADER *header) {
    return __atomic_load_n(&header->Lock, __ATOMIC_RELAXED) & (LONG)PROXY;
}

static void link_all(struct wait *wait) {
    for (ULONG at = 0; at < wait->count; at++) {
        wait->blocks[at] = (struct wait_block){.wait = wait, .index = at};
        InsertTailList(&wait->objects[at]->WaitListHead, &wait->blocks[at].link);
        __atomic_fetch_or(both_of(wait->objects[at]), WAITED_FOR, __ATOMIC_SEQ_CST);
    }
}

static void unlink_all(struct wait *wait) {
    for (ULONG at = 0; at < wait->count; at++) {
        DISPATCHER_HEADER *header = wait->objects[at];
        RemoveEntryList(&wait->blocks[at].link);
        if (IsListEmpty(&header->WaitListHead) && !is_proxy(header))
            __atomic_fetch_and(both_of(header), ~(uint64_t)WAITED_FOR, __ATOMIC_RELAXED);
    }
}

/* Those that are done, in front of `told`. */
static struct wait *wake_waiters(DISPATCHER_HEADER *header, struct wait *told) {
    for (LIST_ENTRY *entry = header->WaitListHead.Flink; entry != &header->WaitListHead && state_of(header) > 0;) {
        struct wait *wait = CONTAINING_RECORD(entry, struct wait_block, link)->wait;
        entry = entry->Flink;
        if (!try_satisfy(wait)) continue;
        /* It may have blocks of the same object behind this one. */
        while (entry != &header->WaitListHead && CONTAINING_RECORD(entry, struct wait_block, link)->wait == wait)
            entry = entry->Flink;
        unlink_all(wait);
        wait->next = told;
        told = wait;
    }
    return told;
}

/* Without the lock: whoever is woken shall not have to wait for it. */
static void tell(struct wait *told) {
    for (struct wait *next; told; told = next) {
        PETHREAD thread = told->thread;
        next = told->next;
        sched_tell(&thread->told);
    }
}

static HOST_COLD LONG set_signal(DISPATCHER_HEADER *header, LONG state, bool last);

/* Sets a proxy where its state is kept. Somebody may have begun to wait here meanwhile, and looked there too early: then
 * it is fetched back. */
static HOST_COLD void pass_on(DISPATCHER_HEADER *header) {
    guest_event_set((PRKEVENT)header);
    pthread_mutex_lock(&dispatcher);
    bool waited_for = !IsListEmpty(&header->WaitListHead);
    pthread_mutex_unlock(&dispatcher);
    if (waited_for && guest_event_take((PRKEVENT)header)) set_signal(header, 1, false);
}

static HOST_COLD LONG set_signal(DISPATCHER_HEADER *header, LONG state, bool last) {
    pthread_mutex_lock(&dispatcher);
    LONG before = state_set(header, state);
    struct wait *told = wake_waiters(header, NULL);
    bool pass = is_proxy(header) && state_of(header) > 0;
    if (pass) state_set(header, 0);
    if (last) ob_dereference(header);
    pthread_mutex_unlock(&dispatcher);
    tell(told);
    if (pass) pass_on(header);
    return before;
}

void ke_signal(DISPATCHER_HEADER *header, LONG state) { set_signal(header, state, false); }

void ke_signal_last(DISPATCHER_HEADER *header, LONG state) { set_signal(header, state, true); }

/* --- events ------------------------------------------------------------------------------------------------------- */

void ke_event_proxy(PRKEVENT event, EVENT_TYPE type) {
    ke_header_init(&event->Header, (UCHAR)type, sizeof(KEVENT) / sizeof(LONG), 0);
    event->Header.Lock |= (LONG)(WAITED_FOR | PROXY);
}

bool ke_event_is_proxy(const KEVENT *event) { return is_proxy(&event->Header); }

void NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State) {
    NT_ENTER(KeInitializeEvent);
    ke_header_init(&Event->Header, (UCHAR)Type, sizeof(KEVENT) / sizeof(LONG), State != FALSE);
}

static HOST_COLD void not_an_event(PRKEVENT event, const char *name) {
    verify_violation("not-an-event", "%s(%p): not an initialized event", name, (void *)event);
}

static inline void check_event(PRKEVENT event, const char *name) {
    if (__builtin_expect(!ke_is_event(&event->Header), 0)) not_an_event(event, name);
}

/* KeSetEvent with Wait TRUE, and its like. */
static HOST_COLD void promise(const char *name) {
    if (ke_irql() > APC_LEVEL) verify_violation("irql-too-high", "%s with Wait at DISPATCH_LEVEL", name);
    if (verify_enabled) verify_promise = name;
}

LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait) {
    NT_ENTER(KeSetEvent);
    check_event(Event, "KeSetEvent");
    if (__builtin_expect(Wait, 0)) promise("KeSetEvent");
    uint64_t both = __atomic_load_n(both_of(&Event->Header), __ATOMIC_RELAXED);
    while (!(both & WAITED_FOR))
        if (__atomic_compare_exchange_n(both_of(&Event->Header), &both, (uint32_t)both | 1ull << 32, true,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            return (LONG)(both >> 32);
    return set_signal(&Event->Header, 1, false);
}

static LONG set_state(PRKEVENT event, LONG state) {
    LONG before;
    pthread_mutex_lock(&dispatcher);
    before = state_set(&event->Header, state);
    pthread_mutex_unlock(&dispatcher);
    if (ke_event_is_proxy(event)) guest_event_clear(event);
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
    return state_of(&Event->Header);
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
    struct wait *told = NULL;
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
        told = wake_waiters(&Mutex->Header, NULL);
    }
    pthread_mutex_unlock(&dispatcher);
    tell(told);
    if (Wait) promise("KeReleaseMutex");
    return before;
}

void ke_thread_abandons(PETHREAD thread) {
    struct wait *told = NULL;
    pthread_mutex_lock(&dispatcher);
    while (!IsListEmpty(&thread->mutants)) {
        KMUTANT *mutex = CONTAINING_RECORD(thread->mutants.Flink, KMUTANT, MutantListEntry);
        RemoveEntryList(&mutex->MutantListEntry);
        mutex->OwnerThread = NULL;
        mutex->Abandoned = TRUE;
        mutex->Header.SignalState = 1;
        told = wake_waiters(&mutex->Header, told);
    }
    pthread_mutex_unlock(&dispatcher);
    tell(told);
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
    struct wait *told = NULL;
    if (ke_type(&Semaphore->Header) != KE_SEMAPHORE)
        verify_violation("not-a-semaphore", "KeReleaseSemaphore(%p): not an initialized semaphore", (void *)Semaphore);
    pthread_mutex_lock(&dispatcher);
    before = Semaphore->Header.SignalState;
    bool fits = Adjustment > 0 && Adjustment <= Semaphore->Limit - before;
    if (fits) {
        __atomic_store_n(&Semaphore->Header.SignalState, before + Adjustment, __ATOMIC_RELAXED);
        told = wake_waiters(&Semaphore->Header, NULL);
    }
    pthread_mutex_unlock(&dispatcher);
    tell(told);
    if (!fits) seh_raise(STATUS_SEMAPHORE_LIMIT_EXCEEDED, 0, NULL);
    if (Wait) promise("KeReleaseSemaphore");
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

static void check_sleep(void) {
    if (ke_locks_held())
        verify_violation("wait-with-spin-lock", "a wait that may block, with a spin lock held");
    else if (ke_irql() > APC_LEVEL)
        verify_violation("wait-at-dispatch", "a wait that may block, at IRQL %u", ke_irql());
}

static void check_objects_locked(DISPATCHER_HEADER **objects, ULONG count) {
    for (ULONG at = 0; at < count; at++)
        if (objects[at]->WaitListHead.Flink == NULL)
            verify_violation("wait-uninitialized", "the object %p was never initialized", (void *)objects[at]);
}

/* A proxy may have been set where its state is kept, before we were in its list. */
static HOST_COLD void look_behind(struct wait *wait) {
    for (ULONG at = 0; at < wait->count; at++) {
        PRKEVENT event = (PRKEVENT)wait->objects[at];
        if (!is_proxy(&event->Header) || !guest_event_take(event)) continue;
        pthread_mutex_lock(&dispatcher);
        bool late = wait->done;
        if (!late) {
            wait->done = true;
            wait->result = at;
            unlink_all(wait);
            __atomic_store_n(&wait->thread->told, 1, __ATOMIC_RELAXED);
        }
        pthread_mutex_unlock(&dispatcher);
        if (late) set_signal(&event->Header, 1, false);
        return;
    }
}

/* Enters with the lock, leaves without. */
static void sleep_locked(struct wait *wait, const LARGE_INTEGER *timeout) {
    uint32_t *told = &wait->thread->told;
    uint64_t until = timeout ? deadline(timeout) : 0;
    link_all(wait);
    __atomic_store_n(told, 0, __ATOMIC_RELAXED);
    /* An event may have been set before the bit was. */
    bool sleeps = !try_satisfy(wait);
    if (!sleeps) unlink_all(wait);
    pthread_mutex_unlock(&dispatcher);
    if (sleeps && guest) look_behind(wait);
    if (!sleeps || sched_listen(told, timeout ? &until : NULL)) return;
    pthread_mutex_lock(&dispatcher);
    bool late = wait->done; /* at the last moment: somebody is about to tell */
    if (!late) unlink_all(wait);
    pthread_mutex_unlock(&dispatcher);
    if (late) sched_listen(told, NULL);
}

static NTSTATUS wait_for(DISPATCHER_HEADER **objects, ULONG count, bool all, const LARGE_INTEGER *timeout) {
    struct wait_block blocks[MAXIMUM_WAIT_OBJECTS];
    struct wait wait = {
        .thread = (PETHREAD)ps_self(), .objects = objects, .blocks = blocks, .count = count, .all = all};
    bool may_sleep = timeout == NULL || timeout->QuadPart != 0;

    if (may_sleep) check_sleep();
    pthread_mutex_lock(&dispatcher);
    check_objects_locked(objects, count);
    if (try_satisfy(&wait) || !may_sleep)
        pthread_mutex_unlock(&dispatcher);
    else
        sleep_locked(&wait, timeout);
    return wait.done ? (NTSTATUS)wait.result : STATUS_TIMEOUT;
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
