/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Requests of the host's own: data in and out, waiting for the end or being told of it, cancelling.
 *
 * Windows finishes a request in an APC of the thread that made it. Here the thread that completes it does so, which may
 * be at DISPATCH_LEVEL: the last reference to a file, which calls the driver, goes in a worker thread then.
 */
#include "host/io.h"
#include "host/verify.h"

#include <stdlib.h>
#include <string.h>

#include "host/mm.h"

static LIST_ENTRY requests = {&requests, &requests}; /* r: that were sent and have not come back */
static pthread_mutex_t requests_lock = PTHREAD_MUTEX_INITIALIZER;

PDEVICE_OBJECT io_top_of(PDEVICE_OBJECT device) {
    while (device->AttachedDevice) device = device->AttachedDevice;
    return device;
}

/* --- data --------------------------------------------------------------------------------------------------------- */

/* What a program passes may be anything. */
static bool user_good(const void *address, ULONG size, bool write) {
    return address && mm_is_user_range(address, size) && mm_user_bad(address, size, write) == NULL;
}

NTSTATUS io_request_buffer(struct io_request *request, const void *in, ULONG in_size, void *out, ULONG out_size) {
    ULONG size = in_size > out_size ? in_size : out_size;

    request->out = out;
    request->out_size = out_size;
    if (size == 0) return STATUS_SUCCESS;
    if (request->process &&
        ((in_size && !user_good(in, in_size, false)) || (out_size && !user_good(out, out_size, true))))
        return STATUS_ACCESS_VIOLATION;
    /* Exactly as large, so that a driver that goes beyond it is caught. */
    request->buffer = ExAllocatePoolWithTag(NonPagedPoolNx, size, ' oI ');
    if (request->buffer == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    memset(request->buffer, 0xA5, size);
    if (in_size) memcpy(request->buffer, in, in_size);
    request->irp->AssociatedIrp.SystemBuffer = request->buffer;
    return STATUS_SUCCESS;
}

NTSTATUS io_request_lock(struct io_request *request, void *address, ULONG size, LOCK_OPERATION operation) {
    bool write = operation != IoReadAccess;
    struct run *run;
    PMDL mdl;

    if (size == 0) return STATUS_SUCCESS;
    if (request->process && !user_good(address, size, write)) return STATUS_ACCESS_VIOLATION;
    mdl = IoAllocateMdl(address, size, FALSE, FALSE, NULL);
    if (mdl == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    request->mdl = mdl;
    for (ULONG at = 0; at < ADDRESS_AND_SIZE_TO_SPAN_PAGES(address, size); at++) {
        ULONG_PTR page = mm_page_of((PCHAR)mdl->StartVa + (SIZE_T)at * PAGE_SIZE, &run);
        MmGetMdlPfnArray(mdl)[at] = page;
        if (at == 0)
            request->run = run;
        else if (run)
            mm_run_release(run);
        if (page == 0) return STATUS_ACCESS_VIOLATION;
    }
    mdl->Process = (struct _EPROCESS *)request->process;
    mdl->MdlFlags |= MDL_PAGES_LOCKED | (write ? MDL_WRITE_OPERATION : 0);
    request->irp->MdlAddress = mdl;
    return STATUS_SUCCESS;
}

static void mdl_free(struct io_request *request) {
    PMDL mdl = request->mdl;

    if (mdl == NULL) return;
    if (mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) MmUnmapLockedPages(mdl->MappedSystemVa, mdl);
    if (request->run) mm_run_release(request->run);
    request->run = NULL;
    mdl->MdlFlags &= (CSHORT) ~(MDL_PAGES_LOCKED | MDL_WRITE_OPERATION);
    IoFreeMdl(mdl);
    request->mdl = NULL;
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static void release(struct io_request *request) {
    if (__atomic_sub_fetch(&request->references, 1, __ATOMIC_ACQ_REL) == 0) free(request);
}

void io_request_data_free(struct io_request *request) {
    mdl_free(request);
    if (request->buffer) ExFreePoolWithTag(request->buffer, ' oI ');
    request->buffer = NULL;
    if (request->event) ob_dereference(request->event);
    request->event = NULL;
}

static void NTAPI drop_file_later(PDEVICE_OBJECT device, PVOID context) {
    struct io_request *request = context;
    IoFreeWorkItem(request->last_file);
    ob_dereference(request->file);
    release(request);
}

/* Closing a file calls its driver, which may hold locks while it completes a request. */
static void drop_file(struct io_request *request) {
    if (request->last_file && !ob_dereference_if_shared(request->file)) {
        IoQueueWorkItem(request->last_file, drop_file_later, DelayedWorkQueue, request);
        return;
    }
    if (request->last_file) IoFreeWorkItem(request->last_file);
    release(request);
}

static void finish(PIRP irp, void *context) {
    struct io_request *request = context;
    bool abandoned;

    pthread_mutex_lock(&requests_lock);
    if (request->listed) RemoveEntryList(&request->link);
    request->listed = false;
    abandoned = request->abandoned;
    request->irp = NULL;
    pthread_mutex_unlock(&requests_lock);
    request->status = irp->IoStatus.Status;
    bool pended = irp->PendingReturned;
    request->information = irp->IoStatus.Information;
    if (!NT_ERROR(request->status) && request->buffer && request->out_size) {
        if (request->information > request->out_size)
            verify_violation("irp-information", "a request says that it wrote %llu bytes into %u",
                             (unsigned long long)request->information, request->out_size);
        else if (!abandoned)
            memcpy(request->out, request->buffer, request->information);
    }
    mdl_free(request);
    io_irp_free(irp);
    /* An error that the dispatch routine itself returned is the call's result and nothing else. */
    if (request->async && (pended || !NT_ERROR(request->status)) && !abandoned) {
        if (request->iosb) {
            request->iosb->Information = request->information;
            __atomic_store_n(&request->iosb->Status, request->status, __ATOMIC_RELEASE);
        }
        if (request->event)
            KeSetEvent(request->event, IO_NO_INCREMENT, FALSE);
        else if (request->file)
            KeSetEvent(&request->file->Event, IO_NO_INCREMENT, FALSE);
    }
    io_request_data_free(request);
    KeSetEvent(&request->done, IO_NO_INCREMENT, FALSE);
    drop_file(request);
}

struct io_request *io_request_make(PDEVICE_OBJECT device, PFILE_OBJECT file, UCHAR major) {
    PDEVICE_OBJECT top = io_top_of(device);
    struct io_request *request = calloc(1, sizeof(*request));
    PIO_STACK_LOCATION next;

    if (request == NULL) return NULL;
    request->irp = io_irp_make((CCHAR)(top->StackSize + 1), finish, request);
    if (request->irp == NULL) {
        free(request);
        return NULL;
    }
    request->references = 1;
    request->top = top;
    request->file = file;
    request->process = ps_current_process();
    request->thread = (PETHREAD)ps_self();
    request->irp->Tail.Overlay.Thread = request->thread;
    request->irp->Tail.Overlay.OriginalFileObject = file;
    request->irp->RequestorMode = UserMode;
    request->irp->UserEvent = &request->done;
    KeInitializeEvent(&request->done, NotificationEvent, FALSE);
    next = IoGetNextIrpStackLocation(request->irp);
    next->MajorFunction = major;
    next->FileObject = file;
    return request;
}

PIO_STACK_LOCATION io_request_stack(struct io_request *request) { return IoGetNextIrpStackLocation(request->irp); }

void io_request_drop(struct io_request *request) {
    if (request->irp) {
        io_request_data_free(request);
        if (request->last_file) IoFreeWorkItem(request->last_file);
        io_irp_free(request->irp);
    }
    release(request);
}

/* Back in the issuer's thread the world must be as it was. */
struct before {
    int regions;
    KIRQL irql;
    unsigned locks;
    PRKAPC_STATE attachment;
    const void *routine; /* that the request goes to */
};

static void check_back(struct before before, NTSTATUS returned, struct io_request *request) {
    verify_about(before.routine);
    if (returned != STATUS_PENDING && KeReadStateEvent(&request->done) && returned != request->status)
        verify_violation("irp-status", "a request returned %08x and was completed with %08x", (unsigned)returned,
                         (unsigned)request->status);
    if (ke_locks_held() != before.locks)
        verify_violation("lock-not-released", "a request came back with %u spin locks held", ke_locks_held());
    if (ke_irql() != before.irql) verify_violation("irql-not-restored", "a request came back at IRQL %u", ke_irql());
    if (((PETHREAD)ps_self())->critical_regions != before.regions)
        verify_violation("critical-region-balance", "a request came back inside a critical region");
    ps_attach_check(before.attachment, "a request");
    verify_about(NULL);
}

/* Synchronous: the issuer has its own reference to the file for as long. */
static NTSTATUS wait(struct io_request *request, NTSTATUS returned, ULONG_PTR *information) {
    NTSTATUS status = returned;

    if (returned == STATUS_PENDING) KeWaitForSingleObject(&request->done, Executive, KernelMode, FALSE, NULL);
    if (KeReadStateEvent(&request->done)) {
        status = request->status;
        if (information) *information = request->information;
    } else { /* a violation that was expected; if it comes back one day, its buffers are gone */
        pthread_mutex_lock(&requests_lock);
        request->abandoned = true;
        pthread_mutex_unlock(&requests_lock);
    }
    return status;
}

NTSTATUS io_request_send(struct io_request *request, ULONG_PTR *information) {
    PDRIVER_DISPATCH routine = request->top->DriverObject->MajorFunction[io_request_stack(request)->MajorFunction];
    struct before before = {((PETHREAD)ps_self())->critical_regions, ke_irql(), ke_locks_held(), ps_attachment(),
                            (const void *)(uintptr_t)routine};
    /* A file that was opened for synchronous use makes its callers wait, whatever they asked for. */
    bool synchronous = request->file && request->file->Flags & FO_SYNCHRONOUS_IO;
    NTSTATUS status;

    if (information) *information = 0;
    if (request->async && request->file) {
        request->last_file = IoAllocateWorkItem(request->top);
        if (request->last_file == NULL) {
            io_request_drop(request);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        ob_reference(request->file);
        KeClearEvent(&request->file->Event);
        if (request->iosb) __atomic_store_n(&request->iosb->Status, STATUS_PENDING, __ATOMIC_RELAXED);
        if (request->event) KeClearEvent(request->event);
    }
    __atomic_add_fetch(&request->references, 1, __ATOMIC_RELAXED); /* the packet's */
    pthread_mutex_lock(&requests_lock);
    InsertTailList(&requests, &request->link);
    request->listed = true;
    pthread_mutex_unlock(&requests_lock);
    unsigned mutexes = ((PETHREAD)ps_self())->mutexes;
    status = IofCallDriver(request->top, request->irp);
    verify_about(before.routine);
    verify_mutexes(mutexes, "a request");
    verify_about(NULL);
    check_back(before, status, request);
    if (!request->async || status != STATUS_PENDING || synchronous) status = wait(request, status, information);
    release(request);
    return status;
}

/* --- cancelling --------------------------------------------------------------------------------------------------- */

static bool matches(const struct io_request *request, PFILE_OBJECT file, PETHREAD thread, PIO_STATUS_BLOCK iosb,
                    PEPROCESS process) {
    return (file == NULL || request->file == file) && (thread == NULL || request->thread == thread) &&
           (iosb == NULL || request->iosb == iosb) && (process == NULL || request->process == process);
}

unsigned io_request_cancel(PFILE_OBJECT file, PETHREAD thread, PIO_STATUS_BLOCK iosb, PEPROCESS process) {
    static unsigned last_pass;
    unsigned count = 0, pass = __atomic_add_fetch(&last_pass, 1, __ATOMIC_RELAXED);

    for (;;) {
        struct io_request *found = NULL;
        PIRP irp = NULL;
        pthread_mutex_lock(&requests_lock);
        for (LIST_ENTRY *entry = requests.Flink; entry != &requests && !found; entry = entry->Flink) {
            struct io_request *request = CONTAINING_RECORD(entry, struct io_request, link);
            if (request->cancel_pass == pass || !matches(request, file, thread, iosb, process)) continue;
            request->cancel_pass = pass;
            found = request;
            irp = io_irp_hold(request->irp); /* its memory stays while it is cancelled, whoever completes it */
        }
        pthread_mutex_unlock(&requests_lock);
        if (found == NULL) break;
        count++;
        io_irp_cancel(irp);
        io_irp_release(irp);
    }
    return count;
}

unsigned io_requests_pending(PDRIVER_OBJECT driver) {
    unsigned count = 0;
    pthread_mutex_lock(&requests_lock);
    for (LIST_ENTRY *entry = requests.Flink; entry != &requests; entry = entry->Flink)
        count += driver == NULL || CONTAINING_RECORD(entry, struct io_request, link)->top->DriverObject == driver;
    pthread_mutex_unlock(&requests_lock);
    return count;
}

void io_process_ends(PEPROCESS process) {
    pthread_mutex_lock(&requests_lock);
    for (LIST_ENTRY *entry = requests.Flink; entry != &requests; entry = entry->Flink) {
        struct io_request *request = CONTAINING_RECORD(entry, struct io_request, link);
        if (request->process == process && request->async) request->abandoned = true;
    }
    pthread_mutex_unlock(&requests_lock);
    io_request_cancel(NULL, NULL, NULL, process);
}

void io_thread_ends(PETHREAD thread) { io_request_cancel(NULL, thread, NULL, NULL); }
