/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Work items that live in the driver's memory. Without a reference to anything, so nothing keeps the driver loaded.
 */
#include "host/sched.h"
#include "host/verify.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY items = {&items, &items}; /* lock */
static PETHREAD thread;                     /* lock */
static KEVENT wake;
static bool stopping;           /* lock */
static const void *running;     /* lock: the routine */
static pthread_cond_t returned; /* of the monotonic clock */

static PWORK_QUEUE_ITEM take(void) {
    PWORK_QUEUE_ITEM item = NULL;
    pthread_mutex_lock(&lock);
    if (!IsListEmpty(&items)) {
        item = CONTAINING_RECORD(RemoveHeadList(&items), WORK_QUEUE_ITEM, List);
        item->List.Flink = NULL; /* may be queued again, or freed, from its routine on */
        running = (const void *)(uintptr_t)item->WorkerRoutine;
    }
    pthread_mutex_unlock(&lock);
    return item;
}

void ex_work_returned(const void *routine) {
    verify_about(routine);
    verify_mutexes(0, "a work item");
    if (ke_irql() != PASSIVE_LEVEL || ke_locks_held() || ps_this->critical_regions || ps_this->guarded_regions)
        verify_violation("work-item-returns", "the work item's routine %p returns at IRQL %u with %u spin locks",
                         routine, ke_irql(), ke_locks_held());
    ps_attach_check(NULL, "a work item");
    verify_about(NULL);
}

static bool inside(const void *address, const void *memory, size_t size) {
    return (uintptr_t)address - (uintptr_t)memory < size;
}

static void call(PWORK_QUEUE_ITEM item) {
    PWORKER_THREAD_ROUTINE routine = item->WorkerRoutine;

    routine(item->Parameter);
    ex_work_returned((const void *)(uintptr_t)routine);
    pthread_mutex_lock(&lock);
    running = NULL;
    sched_wake(&returned);
    pthread_mutex_unlock(&lock);
}

bool ex_work_in(const void *memory, size_t size) {
    pthread_mutex_lock(&lock);
    bool found = false;
    for (LIST_ENTRY *entry = items.Flink; entry != &items && !found; entry = entry->Flink) {
        PWORK_QUEUE_ITEM item = CONTAINING_RECORD(entry, WORK_QUEUE_ITEM, List);
        found = inside(item, memory, size) || inside((const void *)(uintptr_t)item->WorkerRoutine, memory, size);
    }
    /* Who has signalled the end of its work has to return still: no driver can do better. */
    uint64_t until = sched_clock(CLOCK_MONOTONIC) + 2000000000;
    while (!found && inside(running, memory, size)) found = !sched_wait(&returned, &lock, &until);
    pthread_mutex_unlock(&lock);
    return found;
}

static void work_main(void *context) {
    PWORK_QUEUE_ITEM item;
    bool last;

    do {
        KeWaitForSingleObject(&wake, Executive, KernelMode, FALSE, NULL);
        pthread_mutex_lock(&lock);
        last = stopping;
        pthread_mutex_unlock(&lock);
        while ((item = take())) call(item);
    } while (!last);
}

static void once(void) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&returned, &attributes);
    pthread_condattr_destroy(&attributes);
}

void NTAPI ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType) {
    NT_ENTER(ExQueueWorkItem);
    static pthread_once_t before = PTHREAD_ONCE_INIT;
    verify_resident(WorkItem, "a work item");
    pthread_once(&before, once);
    pthread_mutex_lock(&lock);
    if (!thread) {
        ke_header_init(&wake.Header, KE_SYNCHRONIZATION_EVENT, sizeof(KEVENT) / sizeof(LONG), 0);
        stopping = false;
        thread = ps_thread_create(NULL, work_main, NULL, "ex worker");
        if (!thread) host_panic("no thread for work items");
    }
    bool queued = WorkItem->List.Flink != NULL;
    if (!queued) InsertTailList(&items, &WorkItem->List);
    pthread_mutex_unlock(&lock);
    if (queued)
        verify_violation("work-item-queued", "the work item %p is queued already, or not initialized",
                         (void *)WorkItem);
    else
        ke_signal(&wake.Header, 1);
}

void ex_work_stop(void) {
    pthread_mutex_lock(&lock);
    PETHREAD last = thread;
    stopping = true;
    pthread_mutex_unlock(&lock);
    if (!last) return;
    ke_signal(&wake.Header, 1);
    ps_thread_join(last);
    thread = NULL;
}
