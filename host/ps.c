/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Threads and processes. An NT thread is a pthread; all NT processes live in this one.
 */
#include "host/guest.h"
#include "host/image.h"
#include "host/sched.h"
#include "host/mm.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

__thread PETHREAD ps_this;
PEPROCESS ps_system_process, ps_client_process;
extern PEPROCESS PsInitialSystemProcess __attribute__((alias("ps_system_process")));
static unsigned next_id = 4; /* as NT: ids are multiples of four */

static unsigned new_id(void) { return __atomic_add_fetch(&next_id, 4, __ATOMIC_RELAXED); }

/* --- threads ------------------------------------------------------------------------------------------------------ */

static PETHREAD thread_object(PEPROCESS process, const char *name) {
    PETHREAD thread = ob_create(&ob_type_thread, sizeof(*thread));

    if (thread == NULL) return NULL;
    ke_header_init(&thread->Header, KE_THREAD, 0, 0);
    thread->process = thread->home = process ? process : ps_system_process;
    thread->priority = 8;
    thread->id = new_id();
    InitializeListHead(&thread->mutants);
    snprintf(thread->name, sizeof(thread->name), "%s", name);
    return thread;
}

/* A pthread that became an NT thread by calling us ends. */
static pthread_key_t foreign;
static void foreign_ends(void *thread) {
    win32_fls_thread_ends(thread);
    ke_thread_abandons(thread);
    ps_thread_forget(thread);
    ps_gs_stop();
    seh_thread_stop();
    ps_this = NULL;
    ob_dereference(thread);
}
static void foreign_key(void) { pthread_key_create(&foreign, foreign_ends); }

HOST_COLD struct host_thread *ps_self(void) {
    if (__builtin_expect(ps_this == NULL, 0)) {
        static pthread_once_t once = PTHREAD_ONCE_INIT;
        ps_this = thread_object(guest ? ps_client_process : NULL, "foreign");
        if (ps_this == NULL) host_panic("no memory for a thread object");
        pthread_once(&once, foreign_key);
        pthread_setspecific(foreign, ps_this);
        ps_thread_known(ps_this);
        ps_gs_start(ps_this);
        seh_thread_start();
    }
    return (struct host_thread *)ps_this;
}

static void thread_ends(PETHREAD thread) {
    win32_fls_thread_ends(thread);
    ke_thread_abandons(thread);
    ps_thread_forget(thread);
    verify_about(thread->routine); /* it has returned: no backtrace leads to it */
    ps_attach_check(NULL, "the thread's start");
    if (thread->spin_locks)
        verify_violation("thread-ends-with-lock", "a thread ends with %u spin locks", thread->spin_locks);
    if (thread->irql != PASSIVE_LEVEL) verify_violation("thread-ends-raised", "a thread ends at IRQL %u", thread->irql);
    if (thread->mutexes)
        verify_violation("thread-ends-with-mutex", "a thread ends and owns %u mutexes", thread->mutexes);
    if (thread->critical_regions)
        verify_violation("critical-region-balance", "a thread ends inside %d critical regions",
                         thread->critical_regions);
    if (thread->guarded_regions)
        verify_violation("critical-region-balance", "a thread ends inside %d guarded regions", thread->guarded_regions);
    if (ex_resource_owned_by(thread))
        verify_violation("thread-ends-with-resource", "a thread ends and owns a resource");
    verify_about(NULL);
    io_thread_ends(thread);
    ps_gs_stop();
    seh_thread_stop();
    ps_this = NULL;
    /* With the running thread's own reference: whoever waited for it may look for leaks next. */
    ke_signal_last(&thread->Header, 1);
    sched_thread_end();
}

static void *thread_main(void *context) {
    PETHREAD thread = context;

    ps_this = thread;
    sched_thread_begin(thread->slot);
    pthread_setname_np(pthread_self(), thread->name);
    seh_thread_start();
    ps_gs_start(thread);
    /* PsTerminateSystemThread comes back here, so that nothing of the thread is left in the driver's code when those who
     * wait for it go on to unload that. */
    if (setjmp(thread->end) == 0) thread->start(thread->context);
    thread_ends(thread);
    return NULL;
}

PETHREAD ps_thread_create(PEPROCESS process, void (*start)(void *), void *context, const char *name) {
    PETHREAD thread = thread_object(process, name);
    pthread_attr_t attributes;
    pthread_t pthread;
    int error;

    if (thread == NULL) return NULL;
    thread->start = start;
    thread->context = context;
    ob_reference(thread); /* the running thread's own */
    thread->slot = sched_thread_new(name);
    ps_thread_known(thread);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 1024 * 1024);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    error =
        guest ? guest_thread_create(thread_main, thread) : pthread_create(&pthread, &attributes, thread_main, thread);
    pthread_attr_destroy(&attributes);
    if (error == 0) return thread;
    sched_thread_drop(thread->slot);
    ps_thread_forget(thread);
    ob_dereference(thread);
    ob_dereference(thread);
    return NULL;
}

void ps_thread_join(PETHREAD thread) {
    KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
    ob_dereference(thread);
}

struct system_thread {
    PKSTART_ROUTINE routine;
    PVOID context;
};

static void system_thread_start(void *context) {
    struct system_thread start = *(struct system_thread *)context;
    free(context);
    ((PETHREAD)ps_self())->routine = (const void *)(uintptr_t)start.routine;
    start.routine(start.context);
}

NTSTATUS NTAPI PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
                                    HANDLE ProcessHandle, PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine,
                                    PVOID StartContext) {
    NT_ENTER(PsCreateSystemThread);
    struct system_thread *start;
    PETHREAD thread;
    NTSTATUS status;

    if (NT_FAULT(PsCreateSystemThread) || (start = malloc(sizeof(*start))) == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    *start = (struct system_thread){StartRoutine, StartContext};
    thread = ps_thread_create(NULL, system_thread_start, start, "system");
    if (thread == NULL) {
        free(start);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status =
        ob_insert(ObjectAttributes && ObjectAttributes->Attributes & OBJ_KERNEL_HANDLE ? NULL : ps_current_process(),
                  thread, DesiredAccess, ThreadHandle);
    if (NT_SUCCESS(status)) verify_track("thread", thread, 0, 0, CALLER);
    if (NT_SUCCESS(status)) ob_driver_opens(*ThreadHandle, CALLER);
    ob_dereference(thread);
    return status;
}

NTSTATUS NTAPI PsTerminateSystemThread(NTSTATUS ExitStatus) {
    NT_ENTER(PsTerminateSystemThread);
    PETHREAD self = (PETHREAD)ps_self();
    if (self->process != ps_system_process)
        verify_violation("terminate-foreign-thread", "PsTerminateSystemThread in a thread of %s", self->process->name);
    longjmp(self->end, 1);
}

/* --- processes ---------------------------------------------------------------------------------------------------- */

void ps_process_delete(void *object) {
    PEPROCESS process = object;
    ps_process_forget(process);
    free(process->command_line);
    free(process->path);
    mm_unmap_all(process);
    if (process->token_object) ob_dereference(process->token_object);
    free(process->handles);
    pthread_mutex_destroy(&process->lock);
}

PEPROCESS ps_process_create(const char *name) {
    PEPROCESS process = ob_create(&ob_type_process, sizeof(*process));

    if (process == NULL) host_panic("no memory for a process object");
    ke_header_init(&process->Header, KE_PROCESS, 0, 0);
    process->id = new_id();
    snprintf(process->name, sizeof(process->name), "%s", name);
    pthread_mutex_init(&process->lock, NULL);
    process->token = SE_TOKEN_ADMINISTRATOR;
    ps_process_known(process);
    if (ps_system_process == NULL) return process; /* this is going to be that */
    process->parent = (ps_current_process() ? ps_current_process() : ps_system_process)->id;
    if (NT_SUCCESS(ps_process_notify(process, true))) return process;
    ps_process_kill(process);
    ob_dereference(process);
    return NULL;
}

PEPROCESS ps_current_process(void) {
    PETHREAD self = (PETHREAD)ps_self();
    return self->attached ? self->attached : self->process;
}

PEPROCESS ps_act_as(PEPROCESS process) {
    PETHREAD self = (PETHREAD)ps_self();
    PEPROCESS before = self->process;
    self->process = process;
    return before;
}

void se_set_process_token(PEPROCESS process, enum se_token_kind kind) { process->token = kind; }

void ps_process_kill(PEPROCESS process) {
    /* First its threads would end, and with them their requests. */
    io_process_ends(process);
    win32_process_silence(process);
    /* The calling thread is the last one of it to end: its handles are closed in it. */
    PETHREAD self = (PETHREAD)ps_self();
    PEPROCESS before = ps_act_as(process), attached = self->attached;
    self->attached = NULL;
    if (!process->dead) ps_process_notify(process, false);
    process->dead = true;
    for (unsigned at = 0; at < process->handle_capacity; at++)
        if (process->handles[at].object)
            ob_close(process, (HANDLE)(ULONG_PTR)((at + 1) * 4 | (guest ? GUEST_HANDLE : 0)));
    win32_process_ends(process);
    mm_process_ends(process);
    mm_unmap_all(process);
    ps_process_forget(process);
    self->process = before;
    self->attached = attached;
    ke_signal(&process->Header, 1);
}

PEPROCESS NTAPI PsGetCurrentProcess(void) {
    NT_ENTER(PsGetCurrentProcess);
    return ps_current_process();
}

PEPROCESS NTAPI IoGetCurrentProcess(void) {
    NT_ENTER(IoGetCurrentProcess);
    return ps_current_process();
}

HANDLE NTAPI PsGetCurrentProcessId(void) {
    NT_ENTER(PsGetCurrentProcessId);
    /* The thread's own: unlike PsGetCurrentProcess it does not follow an attachment. */
    return (HANDLE)(ULONG_PTR)((PETHREAD)ps_self())->process->id;
}

HANDLE NTAPI PsGetProcessId(PEPROCESS Process) {
    NT_ENTER(PsGetProcessId);
    return (HANDLE)(ULONG_PTR)Process->id;
}
