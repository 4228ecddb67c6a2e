/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * DPCs: two processors' queues, with a thread each, so that routines that run at once get in each other's way.
 */
#include <unistd.h>

#include "host/sched.h"
#include "host/verify.h"

#define QUEUES 2
#define TYPE_DPC 0x13
#define TYPE_THREADED_DPC 0x1a
#define TARGETED 0x800 /* in Number: the processor was chosen */

/* L: `lock`. */
struct queue {
    PSINGLE_LIST_ENTRY first; /* L */
    PETHREAD thread;          /* L: NULL until something is queued */
    KEVENT wake;              /* something is queued, or the thread shall end */
    bool stopping;            /* L */
    const void *inside;       /* L: the routine that runs */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct queue queues[QUEUES];
static PSINGLE_LIST_ENTRY const end = NULL;

static PKDPC dpc_of(PSINGLE_LIST_ENTRY entry) { return CONTAINING_RECORD(entry, KDPC, DpcListEntry); }

/* --- running ------------------------------------------------------------------------------------------------------ */

void ke_dpc_call(PKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID first, PVOID second) {
    PETHREAD self = (PETHREAD)ps_self();
    KIRQL before = self->irql, irql = dpc->Type == TYPE_THREADED_DPC ? PASSIVE_LEVEL : DISPATCH_LEVEL;
    int regions = self->critical_regions + self->guarded_regions;

    ke_irql_move(self, irql);
    routine(dpc, dpc->DeferredContext, first, second); /* it may free the DPC */
    verify_about((const void *)(uintptr_t)routine);
    if (self->spin_locks)
        verify_violation("dpc-lock", "the DPC routine %p returns with %u spin locks held", (void *)(uintptr_t)routine,
                         self->spin_locks);
    self->spin_locks = 0;
    if (self->irql != irql)
        verify_violation("dpc-irql", "the DPC routine %p was called at IRQL %u and returns at %u",
                         (void *)(uintptr_t)routine, irql, self->irql);
    if (self->critical_regions + self->guarded_regions != regions)
        verify_violation("critical-region-balance", "the DPC routine %p returns in other regions than it was called in",
                         (void *)(uintptr_t)routine);
    verify_about(NULL);
    ke_irql_move(self, before);
}

/* Takes the first of the queue, and what its routine is to be called with. */
static PKDPC take(struct queue *queue, KDPC *call) {
    PKDPC dpc = NULL;
    pthread_mutex_lock(&lock);
    queue->inside = NULL;
    if (queue->first != end) {
        dpc = dpc_of(queue->first);
        queue->first = dpc->DpcListEntry.Next;
        dpc->DpcData = NULL; /* may be queued again from here on, and run on another processor at the same time */
        *call = *dpc;
        queue->inside = (const void *)(uintptr_t)dpc->DeferredRoutine;
    }
    pthread_mutex_unlock(&lock);
    return dpc;
}

/* Where this thread says it is. */
static void move_to(USHORT processor) {
    if (ps_this->processor == processor) return;
    ps_this->processor = processor;
    ps_gs_start(ps_this);
}

static void queue_main(void *context) {
    struct queue *queue = context;
    PKDPC dpc;
    KDPC call;
    bool stopping;

    do {
        KeWaitForSingleObject(&queue->wake, Executive, KernelMode, FALSE, NULL);
        pthread_mutex_lock(&lock);
        stopping = queue->stopping;
        pthread_mutex_unlock(&lock);
        while ((dpc = take(queue, &call))) {
            move_to(call.Number & TARGETED ? (USHORT)((call.Number & ~TARGETED) + 1) : 0);
            ke_dpc_call(dpc, call.DeferredRoutine, call.SystemArgument1, call.SystemArgument2);
        }
    } while (!stopping);
}

static void start_locked(struct queue *queue) {
    if (queue->thread) return;
    ke_header_init(&queue->wake.Header, KE_SYNCHRONIZATION_EVENT, sizeof(KEVENT) / sizeof(LONG), 0);
    queue->stopping = false;
    queue->thread = ps_thread_create(NULL, queue_main, queue, queue == queues ? "dpc 0" : "dpc 1");
    if (!queue->thread) host_panic("no thread for DPCs");
}

void ke_dpc_stop(void) {
    for (struct queue *queue = queues; queue < queues + QUEUES; queue++) {
        pthread_mutex_lock(&lock);
        PETHREAD thread = queue->thread;
        queue->stopping = true;
        pthread_mutex_unlock(&lock);
        if (!thread) continue;
        ke_signal(&queue->wake.Header, 1);
        ps_thread_join(thread);
        queue->thread = NULL;
    }
}

/* --- queueing ----------------------------------------------------------------------------------------------------- */

static unsigned processors(void) { return (unsigned)sysconf(_SC_NPROCESSORS_ONLN); }

static void insert_locked(struct queue *queue, PKDPC dpc, bool at_front) {
    PSINGLE_LIST_ENTRY *link = &queue->first;
    while (!at_front && *link != end) link = &(*link)->Next;
    dpc->DpcListEntry.Next = *link;
    *link = &dpc->DpcListEntry;
    dpc->DpcData = queue;
}

bool ke_dpc_queue(PKDPC dpc, PVOID first, PVOID second) {
    unsigned number = dpc->Number & TARGETED ? dpc->Number & ~TARGETED : ((PETHREAD)ps_self())->id / 4;
    struct queue *queue = &queues[number % QUEUES];

    if (!dpc->DeferredRoutine || (dpc->Type != TYPE_DPC && dpc->Type != TYPE_THREADED_DPC)) {
        verify_violation("dpc-not-initialized", "%p is no initialized DPC", (void *)dpc);
        return false;
    }
    pthread_mutex_lock(&lock);
    bool was = dpc->DpcData != NULL;
    if (!was) {
        start_locked(queue);
        dpc->SystemArgument1 = first;
        dpc->SystemArgument2 = second;
        insert_locked(queue, dpc, dpc->Importance == HighImportance);
    }
    pthread_mutex_unlock(&lock);
    if (!was) ke_signal(&queue->wake.Header, 1);
    return !was;
}

static bool inside(const void *address, const void *memory, size_t size) {
    return (uintptr_t)address - (uintptr_t)memory < size;
}

bool ke_dpc_in(const void *memory, size_t size) {
    bool found = false;
    pthread_mutex_lock(&lock);
    for (unsigned at = 0; at < QUEUES; at++) {
        found |= inside(queues[at].inside, memory, size);
        for (PSINGLE_LIST_ENTRY entry = queues[at].first; entry != end && !found; entry = entry->Next)
            found = inside(dpc_of(entry), memory, size) ||
                    inside((void *)(uintptr_t)dpc_of(entry)->DeferredRoutine, memory, size);
    }
    pthread_mutex_unlock(&lock);
    return found;
}

void ke_image_check(const void *base, size_t size, const char *name) {
    verify_about(base);
    if (ke_dpc_in(base, size)) verify_violation("unload-with-dpc", "%s is unloaded with a DPC queued", name);
    if (ex_work_in(base, size))
        verify_violation("unload-with-work-item", "%s is unloaded with a work item queued, or running", name);
    if (ke_timer_in(base, size)) verify_violation("unload-with-timer", "%s is unloaded with a timer running", name);
    verify_about(NULL);
}

void NTAPI KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext) {
    NT_ENTER(KeInitializeDpc);
    verify_resident(Dpc, "a DPC");
    if (ke_dpc_in(Dpc, sizeof *Dpc))
        verify_violation("dpc-queued", "the DPC %p is initialized while queued", (void *)Dpc);
    *Dpc = (KDPC){.Type = TYPE_DPC,
                  .Importance = MediumImportance,
                  .DeferredRoutine = DeferredRoutine,
                  .DeferredContext = DeferredContext};
}

void NTAPI KeInitializeThreadedDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext) {
    NT_ENTER(KeInitializeThreadedDpc);
    KeInitializeDpc(Dpc, DeferredRoutine, DeferredContext);
    Dpc->Type = TYPE_THREADED_DPC;
}

BOOLEAN NTAPI KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2) {
    NT_ENTER(KeInsertQueueDpc);
    return ke_dpc_queue(Dpc, SystemArgument1, SystemArgument2);
}

BOOLEAN NTAPI KeRemoveQueueDpc(PRKDPC Dpc) {
    NT_ENTER(KeRemoveQueueDpc);
    pthread_mutex_lock(&lock);
    struct queue *queue = Dpc->DpcData;
    if (queue) {
        PSINGLE_LIST_ENTRY *link = &queue->first;
        while (*link != &Dpc->DpcListEntry) link = &(*link)->Next;
        *link = Dpc->DpcListEntry.Next;
        Dpc->DpcData = NULL;
    }
    pthread_mutex_unlock(&lock);
    return queue != NULL;
}

void NTAPI KeSetImportanceDpc(PRKDPC Dpc, KDPC_IMPORTANCE Importance) {
    NT_ENTER(KeSetImportanceDpc);
    Dpc->Importance = (UCHAR)Importance;
}

void NTAPI KeSetTargetProcessorDpc(PRKDPC Dpc, CCHAR Number) {
    NT_ENTER(KeSetTargetProcessorDpc);
    if ((unsigned)Number >= processors())
        verify_violation("dpc-processor", "KeSetTargetProcessorDpc: there is no processor %d", Number);
    Dpc->Number = (USHORT)(TARGETED | (UCHAR)Number);
}

NTSTATUS NTAPI KeSetTargetProcessorDpcEx(PKDPC Dpc, PPROCESSOR_NUMBER ProcNumber) {
    NT_ENTER(KeSetTargetProcessorDpcEx);
    if (ProcNumber->Group != 0 || ProcNumber->Number >= processors()) return STATUS_INVALID_PARAMETER;
    Dpc->Number = (USHORT)(TARGETED | ProcNumber->Number);
    return STATUS_SUCCESS;
}

/* --- waiting for them --------------------------------------------------------------------------------------------- */

static void NTAPI mark(PKDPC dpc, PVOID context, PVOID first, PVOID second) {
    ke_signal(&((KEVENT *)context)->Header, 1);
}

void NTAPI KeFlushQueuedDpcs(void) {
    NT_ENTER(KeFlushQueuedDpcs);
    KDPC marks[QUEUES];
    KEVENT passed[QUEUES];
    bool waits[QUEUES];

    /* Behind all that are queued; nothing waits for queues that never ran. */
    for (unsigned at = 0; at < QUEUES; at++) {
        KeInitializeEvent(&passed[at], NotificationEvent, FALSE);
        marks[at] = (KDPC){.Type = TYPE_DPC, .DeferredRoutine = mark, .DeferredContext = &passed[at]};
        pthread_mutex_lock(&lock);
        waits[at] = queues[at].thread != NULL;
        if (waits[at]) insert_locked(&queues[at], &marks[at], false);
        pthread_mutex_unlock(&lock);
        if (waits[at]) ke_signal(&queues[at].wake.Header, 1);
    }
    for (unsigned at = 0; at < QUEUES; at++)
        if (waits[at]) KeWaitForSingleObject(&passed[at], Executive, KernelMode, FALSE, NULL);
}
