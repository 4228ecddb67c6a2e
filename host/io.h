/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the I/O manager's own files share.
 */
#ifndef HOST_IO_H
#define HOST_IO_H

#include "host/kernel_private.h"

/* --- request packets (io_irp.c) ---------------------------------------------------------------------------------- */

/* Who is called when an IRP has passed its last location. Without one, a completion routine has to stop it before. */
typedef void io_finish(PIRP irp, void *context);

/* A packet for a device stack of that depth; `finish` NULL: its maker's completion routine ends it. */
PIRP io_irp_make(CCHAR locations, io_finish *finish, void *context);
/* The same for a driver, that the I/O manager frees. `finish` is also called when the driver frees it unsent: then its
 * CurrentLocation is not StackCount + 2. */
PIRP io_irp_make_driver(CCHAR locations, io_finish *finish, void *context, const void *caller);
void io_irp_free(PIRP irp);
/* Its memory stays as it is until the release, even if it is freed meanwhile. For packets that are not freed yet. */
PIRP io_irp_hold(PIRP irp);
void io_irp_release(PIRP irp);
bool io_irp_usable(PIRP irp, const char *call); /* false: a violation */
bool io_irp_cancel(PIRP irp);                   /* io_cancel.c: IoCancelIrp without its checks */
/* A violation if somebody wrote to packets that were freed. */
void io_irp_check(void);

/* --- the host's requests (io_request.c) -------------------------------------------------------------------------- */

/* Lock legend: i immutable once sent; r the list's lock; f written by the completing thread before `done` */
struct io_request {
    LIST_ENTRY link; /* r */
    int references;  /* atomic: the issuer's, and the packet's until it has come back */
    PIRP irp;        /* i; gone once it has come back */
    PDEVICE_OBJECT top;
    PFILE_OBJECT file;    /* i: referenced, or NULL */
    PEPROCESS process;    /* i: NULL: its buffers are the kernel's */
    PETHREAD thread;      /* i: only compared */
    bool listed;          /* r */
    bool abandoned;       /* r: the process is gone: none of its memory may be written */
    unsigned cancel_pass; /* r: the last time that it was cancelled */

    KEVENT done;
    NTSTATUS status;       /* f */
    ULONG_PTR information; /* f */

    /* what an asynchronous request's end is told with */
    bool async;
    PIO_STATUS_BLOCK iosb;  /* i: in the process */
    void *event;            /* i: referenced, or NULL */
    PIO_WORKITEM last_file; /* drops the file where a driver must not be called */

    /* data */
    PVOID buffer; /* the system's copy */
    void *out;    /* where it goes */
    ULONG out_size;
    PMDL mdl;
    struct run *run; /* that the MDL's pages belong to */
};

struct io_request *io_request_make(PDEVICE_OBJECT device, PFILE_OBJECT file, UCHAR major);
void io_request_drop(struct io_request *request); /* one that was not sent, or the issuer's reference */
PIO_STACK_LOCATION io_request_stack(struct io_request *request);
/* A copy of the input that is as large as the larger buffer; what the driver writes there goes to `out`. */
NTSTATUS io_request_buffer(struct io_request *request, const void *in, ULONG in_size, void *out, ULONG out_size);
NTSTATUS io_request_lock(struct io_request *request, void *address, ULONG size, LOCK_OPERATION operation);
/* What those two took. */
void io_request_data_free(struct io_request *request);
/* Sends it and, unless it is asynchronous, waits. Consumes the issuer's reference. */
NTSTATUS io_request_send(struct io_request *request, ULONG_PTR *information);
/* Cancels the pending requests that match: NULL matches any. Returns how many there were. */
unsigned io_request_cancel(PFILE_OBJECT file, PETHREAD thread, PIO_STATUS_BLOCK iosb, PEPROCESS process);
unsigned io_requests_pending(PDRIVER_OBJECT driver); /* NULL: of all */

PDEVICE_OBJECT io_top_of(PDEVICE_OBJECT device);

/* --- devices (io_device.c, io_stack.c) --------------------------------------------------------------------------- */

/* A file of the device begins (1) or is gone (-1). False: it is exclusive and open. */
bool io_device_opened(PDEVICE_OBJECT device, int change);
void io_driver_extensions_free(PDRIVER_OBJECT driver);
void io_shutdown_forget(PDEVICE_OBJECT device);

#endif
