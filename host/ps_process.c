/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Who lives, by id; who wants to hear of processes; acting in another process.
 */
#include <string.h>

#include "host/image.h"
#include "host/kernel_private.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* L */
static PETHREAD threads;                                 /* L */
static PEPROCESS processes;                              /* L */

/* --- ids ---------------------------------------------------------------------------------------------------------- */

void ps_thread_known(PETHREAD thread) {
    pthread_mutex_lock(&lock);
    thread->next = threads;
    threads = thread;
    pthread_mutex_unlock(&lock);
}

void ps_thread_forget(PETHREAD thread) {
    pthread_mutex_lock(&lock);
    for (PETHREAD *link = &threads; *link; link = &(*link)->next) {
        if (*link != thread) continue;
        *link = thread->next;
        break;
    }
    pthread_mutex_unlock(&lock);
}

void ps_process_known(PEPROCESS process) {
    PEPROCESS *link = &processes;
    pthread_mutex_lock(&lock);
    while (*link) link = &(*link)->next; /* the oldest first */
    *link = process;
    pthread_mutex_unlock(&lock);
}

void ps_process_forget(PEPROCESS process) {
    pthread_mutex_lock(&lock);
    for (PEPROCESS *link = &processes; *link; link = &(*link)->next) {
        if (*link != process) continue;
        *link = process->next;
        process->next = NULL;
        break;
    }
    pthread_mutex_unlock(&lock);
}

void ps_each_process(bool (*function)(PEPROCESS process, void *context), void *context) {
    pthread_mutex_lock(&lock);
    for (PEPROCESS process = processes; process && function(process, context); process = process->next);
    pthread_mutex_unlock(&lock);
}

void ps_each_thread(bool (*function)(PETHREAD thread, void *context), void *context) {
    pthread_mutex_lock(&lock);
    for (PETHREAD thread = threads; thread && function(thread, context); thread = thread->next);
    pthread_mutex_unlock(&lock);
}

NTSTATUS NTAPI PsLookupProcessByProcessId(HANDLE ProcessId, PEPROCESS *Process) {
    NT_ENTER(PsLookupProcessByProcessId);
    PEPROCESS process;

    pthread_mutex_lock(&lock);
    for (process = processes; process && process->id != (ULONG_PTR)ProcessId; process = process->next);
    if (process) ob_reference(process);
    pthread_mutex_unlock(&lock);
    if (process == NULL) return STATUS_INVALID_CID;
    *Process = process;
    ob_driver_references(process, CALLER);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PsLookupThreadByThreadId(HANDLE ThreadId, PETHREAD *Thread) {
    NT_ENTER(PsLookupThreadByThreadId);
    PETHREAD thread;

    pthread_mutex_lock(&lock);
    for (thread = threads; thread && thread->id != (ULONG_PTR)ThreadId; thread = thread->next);
    if (thread) ob_reference(thread);
    pthread_mutex_unlock(&lock);
    if (thread == NULL) return STATUS_INVALID_CID;
    *Thread = thread;
    ob_driver_references(thread, CALLER);
    return STATUS_SUCCESS;
}

unsigned ps_thread_id(void) { return ((PETHREAD)ps_self())->id; }

HANDLE NTAPI PsGetThreadId(PETHREAD Thread) {
    NT_ENTER(PsGetThreadId);
    return (HANDLE)(ULONG_PTR)Thread->id;
}

HANDLE NTAPI PsGetCurrentThreadId(void) {
    NT_ENTER(PsGetCurrentThreadId);
    return (HANDLE)(ULONG_PTR)ps_thread_id();
}

HANDLE NTAPI PsGetThreadProcessId(PETHREAD Thread) {
    NT_ENTER(PsGetThreadProcessId);
    return (HANDLE)(ULONG_PTR)Thread->process->id;
}

PEPROCESS NTAPI IoThreadToProcess(PETHREAD Thread) {
    NT_ENTER(IoThreadToProcess);
    return Thread->process;
}

BOOLEAN NTAPI PsIsSystemThread(PETHREAD Thread) {
    NT_ENTER(PsIsSystemThread);
    return Thread->process == ps_system_process;
}

NTSTATUS NTAPI ZwOpenProcess(PHANDLE ProcessHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
                             PCLIENT_ID ClientId) {
    NT_ENTER(ZwOpenProcess);
    bool kernel = ObjectAttributes && ObjectAttributes->Attributes & OBJ_KERNEL_HANDLE;
    PEPROCESS process;
    NTSTATUS status;

    if (ClientId == NULL || ClientId->UniqueThread != NULL) return STATUS_INVALID_PARAMETER_MIX;
    if (NT_FAULT(ZwOpenProcess)) return STATUS_INSUFFICIENT_RESOURCES;
    status = PsLookupProcessByProcessId(ClientId->UniqueProcess, &process);
    if (!NT_SUCCESS(status)) return status;
    status = ob_insert(kernel ? NULL : ps_current_process(), process, DesiredAccess, ProcessHandle);
    if (NT_SUCCESS(status)) ob_driver_opens(*ProcessHandle, CALLER);
    ob_dereference(process);
    return status;
}

PEPROCESS NTAPI IoGetRequestorProcess(PIRP Irp) {
    NT_ENTER(IoGetRequestorProcess);
    return Irp->Tail.Overlay.Thread ? ((PETHREAD)Irp->Tail.Overlay.Thread)->process : NULL;
}

ULONG NTAPI IoGetRequestorProcessId(PIRP Irp) {
    NT_ENTER(IoGetRequestorProcessId);
    return Irp->Tail.Overlay.Thread ? ((PETHREAD)Irp->Tail.Overlay.Thread)->process->id : 0;
}

/* --- who wants to hear of processes ------------------------------------------------------------------------------- */

#define ROUTINES_MAX 64
static struct routine {
    void *routine; /* N */
    bool extended;
    unsigned running;  /* N: calls under way */
    PRKEVENT last_out; /* N: of who removes it and waits for those */
} routines[ROUTINES_MAX];
static pthread_mutex_t routines_lock = PTHREAD_MUTEX_INITIALIZER; /* N */
static __thread struct routine *inside;

static struct routine *routine_find(const void *routine, bool extended) {
    for (unsigned at = 0; at < ROUTINES_MAX; at++)
        if (routines[at].routine == routine && (routine == NULL || routines[at].extended == extended) &&
            routines[at].last_out == NULL)
            return &routines[at];
    return NULL;
}

static NTSTATUS routine_add(void *routine, bool extended) {
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    pthread_mutex_lock(&routines_lock);
    struct routine *slot = routine_find(routine, extended) ? NULL : routine_find(NULL, false);
    if (slot) {
        *slot = (struct routine){.routine = routine, .extended = extended};
        status = STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&routines_lock);
    if (slot) verify_track("process-notify", routine, 0, 0, routine);
    return status;
}

static NTSTATUS routine_remove(void *routine, bool extended) {
    KEVENT last_out;
    bool wait;

    KeInitializeEvent(&last_out, NotificationEvent, FALSE);
    pthread_mutex_lock(&routines_lock);
    struct routine *slot = routine_find(routine, extended);
    if (slot == NULL) {
        pthread_mutex_unlock(&routines_lock);
        return STATUS_PROCEDURE_NOT_FOUND;
    }
    wait = slot->running != 0;
    if (wait)
        slot->last_out = &last_out;
    else
        slot->routine = NULL;
    pthread_mutex_unlock(&routines_lock);
    verify_untrack("process-notify", routine);
    if (wait && inside == slot)
        verify_violation("notify-removes-itself", "a process-notify routine removes itself, which waits for its end");
    if (wait) KeWaitForSingleObject(&last_out, Executive, KernelMode, FALSE, NULL);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PsSetCreateProcessNotifyRoutine(PCREATE_PROCESS_NOTIFY_ROUTINE NotifyRoutine, BOOLEAN Remove) {
    NT_ENTER(PsSetCreateProcessNotifyRoutine);
    if (Remove) return routine_remove((void *)NotifyRoutine, false);
    if (NT_FAULT(PsSetCreateProcessNotifyRoutine)) return STATUS_INVALID_PARAMETER;
    return routine_add((void *)NotifyRoutine, false);
}

NTSTATUS NTAPI PsSetCreateProcessNotifyRoutineEx(PCREATE_PROCESS_NOTIFY_ROUTINE_EX NotifyRoutine, BOOLEAN Remove) {
    NT_ENTER(PsSetCreateProcessNotifyRoutineEx);
    const struct image *image = image_find((void *)NotifyRoutine);

    if (Remove) return routine_remove((void *)NotifyRoutine, true);
    if (NT_FAULT(PsSetCreateProcessNotifyRoutineEx)) return STATUS_INVALID_PARAMETER;
    if (image && !image_is_native(image)) {
        /* IMAGE_DLLCHARACTERISTICS_FORCE_INTEGRITY (link with /integritycheck) */
        const uint8_t *base = image_base(image);
        uint32_t header;
        memcpy(&header, base + 0x3c, sizeof(header));
        if (!(base[header + 24 + 70] & 0x80)) return STATUS_ACCESS_DENIED;
    }
    return routine_add((void *)NotifyRoutine, true);
}

static void routine_call(struct routine *slot, PEPROCESS process, PPS_CREATE_NOTIFY_INFO info) {
    PETHREAD self = (PETHREAD)ps_self();
    PRKAPC_STATE attachment = self->attachment;
    int regions;

    inside = slot;
    KeEnterCriticalRegion();
    regions = self->critical_regions;
    if (slot->extended)
        ((PS_PROCESS_NOTIFY_ROUTINE_EX *)slot->routine)(process, (HANDLE)(ULONG_PTR)process->id, info);
    else
        ((PCREATE_PROCESS_NOTIFY_ROUTINE)slot->routine)((HANDLE)(ULONG_PTR)process->parent,
                                                        (HANDLE)(ULONG_PTR)process->id, info != NULL);
    verify_about(slot->routine);
    if (ke_irql() != PASSIVE_LEVEL)
        verify_violation("irql-not-restored", "a process-notify routine returns at IRQL %u", ke_irql());
    if (self->critical_regions != regions)
        verify_violation("critical-region-balance", "a process-notify routine changes the depth of critical regions");
    ps_attach_check(attachment, "a process-notify routine");
    verify_about(NULL);
    KeLeaveCriticalRegion();
    inside = NULL;
}

NTSTATUS ps_process_notify(PEPROCESS process, bool create) {
    PETHREAD self = (PETHREAD)ps_self();
    WCHAR text[16] = {0};
    UNICODE_STRING name = {.Buffer = text};
    PS_CREATE_NOTIFY_INFO info = {.Size = sizeof(info),
                                  .ParentProcessId = (HANDLE)(ULONG_PTR)process->parent,
                                  .CreatingThreadId = {.UniqueProcess = (HANDLE)(ULONG_PTR)process->parent,
                                                       .UniqueThread = (HANDLE)(ULONG_PTR)self->id},
                                  .ImageFileName = &name};

    for (unsigned at = 0; process->name[at]; at++) {
        text[at] = (WCHAR)process->name[at];
        name.Length += sizeof(WCHAR);
    }
    name.MaximumLength = name.Length;
    for (unsigned at = 0; at < ROUTINES_MAX; at++) {
        struct routine *slot = &routines[at];
        PRKEVENT last_out = NULL;

        pthread_mutex_lock(&routines_lock);
        bool call = slot->routine && slot->last_out == NULL;
        slot->running += call;
        pthread_mutex_unlock(&routines_lock);
        if (!call) continue;
        routine_call(slot, process, create ? &info : NULL);
        pthread_mutex_lock(&routines_lock);
        if (--slot->running == 0 && slot->last_out) {
            last_out = slot->last_out;
            *slot = (struct routine){0};
        }
        pthread_mutex_unlock(&routines_lock);
        if (last_out) KeSetEvent(last_out, IO_NO_INCREMENT, FALSE);
    }
    return info.CreationStatus;
}

/* --- acting in another process ------------------------------------------------------------------------------------ */

/* The state that the driver keeps is ours to fill: where the thread was, and the attachment around this one. */
void NTAPI KeStackAttachProcess(PRKPROCESS PROCESS, PRKAPC_STATE ApcState) {
    NT_ENTER(KeStackAttachProcess);
    PETHREAD self = (PETHREAD)ps_self();

    if (ob_type_of(PROCESS) != &ob_type_process)
        verify_violation("not-a-process", "KeStackAttachProcess(%p)", (void *)PROCESS);
    memset(ApcState, 0, sizeof(*ApcState));
    ApcState->Process = self->attached;
    ApcState->ApcListHead[0].Flink = (LIST_ENTRY *)self->attachment;
    self->attached = (PEPROCESS)PROCESS;
    self->attachment = ApcState;
}

void NTAPI KeUnstackDetachProcess(PRKAPC_STATE ApcState) {
    NT_ENTER(KeUnstackDetachProcess);
    PETHREAD self = (PETHREAD)ps_self();

    if (self->attachment != ApcState) {
        verify_violation("attach-balance",
                         "KeUnstackDetachProcess(%p), but the thread's innermost attachment is %p (NULL: none)",
                         (void *)ApcState, (void *)self->attachment);
        return;
    }
    self->attached = ApcState->Process;
    self->attachment = (PRKAPC_STATE)ApcState->ApcListHead[0].Flink;
}

/* The old pair, which does not nest. */
void NTAPI KeAttachProcess(PRKPROCESS Process) {
    NT_ENTER(KeAttachProcess);
    PETHREAD self = (PETHREAD)ps_self();
    if ((PEPROCESS)Process != ps_current_process() && self->attached)
        verify_violation("attach-balance", "KeAttachProcess in a thread that is attached to another process already");
    KeStackAttachProcess(Process, &self->only);
}

void NTAPI KeDetachProcess(void) {
    NT_ENTER(KeDetachProcess);
    KeUnstackDetachProcess(&((PETHREAD)ps_self())->only);
}

PRKAPC_STATE ps_attachment(void) { return ((PETHREAD)ps_self())->attachment; }

void ps_attach_check(PRKAPC_STATE before, const char *where) {
    PETHREAD self = (PETHREAD)ps_self();

    if (self->attachment == before) return;
    verify_violation("attach-balance", "%s ended attached to another process than it began with", where);
    /* Whatever the state was, it may be gone. */
    self->attachment = before;
    if (before == NULL) self->attached = NULL;
}
