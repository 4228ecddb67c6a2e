/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Cancelling: the system's cancel spin lock, cancel routines, cancel-safe queues.
 */
#include "host/io.h"

static KSPIN_LOCK cancel_lock;

void NTAPI IoAcquireCancelSpinLock(PKIRQL Irql) {
    NT_ENTER(IoAcquireCancelSpinLock);
    *Irql = KeAcquireSpinLockRaiseToDpc(&cancel_lock);
}

static bool cancel_lock_is_mine(void) {
    /* A spin lock's word holds its owner. */
    return __atomic_load_n(&cancel_lock, __ATOMIC_RELAXED) == (KSPIN_LOCK)ps_self();
}

void NTAPI IoReleaseCancelSpinLock(KIRQL Irql) {
    NT_ENTER(IoReleaseCancelSpinLock);
    if (!cancel_lock_is_mine()) {
        verify_violation("cancel-lock-not-held", "IoReleaseCancelSpinLock without IoAcquireCancelSpinLock");
        return;
    }
    KeReleaseSpinLock(&cancel_lock, Irql);
}

bool io_irp_cancel(PIRP irp) {
    PDRIVER_CANCEL routine;
    KIRQL irql;

    IoAcquireCancelSpinLock(&irql);
    __atomic_store_n(&irp->Cancel, TRUE, __ATOMIC_SEQ_CST);
    routine = IoSetCancelRoutine(irp, NULL);
    if (routine == NULL) {
        IoReleaseCancelSpinLock(irql);
        return false;
    }
    irp->CancelIrql = irql;
    if (irp->CurrentLocation > irp->StackCount)
        verify_violation("irp-cancel-no-driver", "an IRP that no driver has is cancelled, with a cancel routine");
    routine(IoGetCurrentIrpStackLocation(irp)->DeviceObject, irp);
    verify_about((const void *)(uintptr_t)routine);
    if (cancel_lock_is_mine()) {
        verify_violation("cancel-lock-held", "a cancel routine returned without IoReleaseCancelSpinLock");
        KeReleaseSpinLock(&cancel_lock, irql);
    } else if (ke_irql() != irql) {
        verify_violation("cancel-irql", "a cancel routine returned at IRQL %u; it was called from %u", ke_irql(), irql);
    }
    verify_about(NULL);
    return true;
}

BOOLEAN NTAPI IoCancelIrp(PIRP Irp) {
    NT_ENTER(IoCancelIrp);
    if (!io_irp_usable(Irp, "IoCancelIrp")) return FALSE;
    return io_irp_cancel(Irp);
}

/* --- cancel-safe queues ------------------------------------------------------------------------------------------- */

/* DriverContext[3] says where a queued packet is: the queue, or the caller's context, which names the queue. */
#define PLACE(irp) ((irp)->Tail.Overlay.DriverContext[3])

static PIO_CSQ queue_of(PVOID place, PIO_CSQ_IRP_CONTEXT *context) {
    *context = NULL;
    if (*(ULONG *)place == IO_TYPE_CSQ || *(ULONG *)place == IO_TYPE_CSQ_EX) return place;
    *context = place;
    return (*context)->Csq;
}

/* Under the queue's lock. */
static void take_out(PIO_CSQ queue, PIRP irp, PIO_CSQ_IRP_CONTEXT context) {
    queue->CsqRemoveIrp(queue, irp);
    if (context) context->Irp = NULL;
    PLACE(irp) = NULL;
}

static void NTAPI csq_cancel(PDEVICE_OBJECT device, PIRP irp) {
    PIO_CSQ_IRP_CONTEXT context;
    PIO_CSQ queue;
    KIRQL irql;

    (void)device;
    IoReleaseCancelSpinLock(irp->CancelIrql);
    queue = queue_of(PLACE(irp), &context);
    queue->CsqAcquireLock(queue, &irql);
    take_out(queue, irp, context);
    queue->CsqReleaseLock(queue, irql);
    queue->CsqCompleteCanceledIrp(queue, irp);
}

static NTSTATUS csq_init(PIO_CSQ csq, ULONG type, PIO_CSQ_INSERT_IRP insert, PIO_CSQ_REMOVE_IRP remove,
                         PIO_CSQ_PEEK_NEXT_IRP peek, PIO_CSQ_ACQUIRE_LOCK acquire, PIO_CSQ_RELEASE_LOCK release,
                         PIO_CSQ_COMPLETE_CANCELED_IRP complete) {
    *csq = (IO_CSQ){type, insert, remove, peek, acquire, release, complete, NULL};
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoCsqInitialize(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP CsqInsertIrp, PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
                               PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp, PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
                               PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                               PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp) {
    NT_ENTER(IoCsqInitialize);
    return csq_init(Csq, IO_TYPE_CSQ, CsqInsertIrp, CsqRemoveIrp, CsqPeekNextIrp, CsqAcquireLock, CsqReleaseLock,
                    CsqCompleteCanceledIrp);
}

NTSTATUS NTAPI IoCsqInitializeEx(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP_EX CsqInsertIrp, PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
                                 PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp, PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
                                 PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                                 PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp) {
    NT_ENTER(IoCsqInitializeEx);
    return csq_init(Csq, IO_TYPE_CSQ_EX, (PIO_CSQ_INSERT_IRP)(uintptr_t)CsqInsertIrp, CsqRemoveIrp, CsqPeekNextIrp,
                    CsqAcquireLock, CsqReleaseLock, CsqCompleteCanceledIrp);
}

static NTSTATUS insert(PIO_CSQ csq, PIRP irp, PIO_CSQ_IRP_CONTEXT context, PVOID insert_context) {
    NTSTATUS status = STATUS_SUCCESS;
    bool cancelled = false;
    KIRQL irql;

    if (context) {
        *context = (IO_CSQ_IRP_CONTEXT){IO_TYPE_CSQ_IRP_CONTEXT, irp, csq};
        PLACE(irp) = context;
    } else {
        PLACE(irp) = csq;
    }
    csq->ReservePointer = NULL;
    csq->CsqAcquireLock(csq, &irql);
    if (csq->Type == IO_TYPE_CSQ_EX)
        status = ((PIO_CSQ_INSERT_IRP_EX)(uintptr_t)csq->CsqInsertIrp)(csq, irp, insert_context);
    else
        csq->CsqInsertIrp(csq, irp);
    if (!NT_SUCCESS(status)) {
        if (context) context->Irp = NULL;
        PLACE(irp) = NULL;
        csq->CsqReleaseLock(csq, irql);
        return status;
    }
    IoMarkIrpPending(irp);
    if (IoSetCancelRoutine(irp, csq_cancel))
        verify_violation("irp-cancel-routine-set", "IoCsqInsertIrp: the IRP had a cancel routine");
    /* Cancelled before the routine was there: unless the canceller got hold of it since, it is ours to complete. */
    if (__atomic_load_n(&irp->Cancel, __ATOMIC_SEQ_CST) && IoSetCancelRoutine(irp, NULL)) {
        take_out(csq, irp, context);
        cancelled = true;
    }
    csq->CsqReleaseLock(csq, irql);
    if (cancelled) csq->CsqCompleteCanceledIrp(csq, irp);
    return status;
}

void NTAPI IoCsqInsertIrp(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context) {
    NT_ENTER(IoCsqInsertIrp);
    insert(Csq, Irp, Context, NULL);
}

NTSTATUS NTAPI IoCsqInsertIrpEx(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context, PVOID InsertContext) {
    NT_ENTER(IoCsqInsertIrpEx);
    return insert(Csq, Irp, Context, InsertContext);
}

PIRP NTAPI IoCsqRemoveNextIrp(PIO_CSQ Csq, PVOID PeekContext) {
    NT_ENTER(IoCsqRemoveNextIrp);
    PIO_CSQ_IRP_CONTEXT context;
    PIRP irp = NULL;
    KIRQL irql;

    Csq->CsqAcquireLock(Csq, &irql);
    while ((irp = Csq->CsqPeekNextIrp(Csq, irp, PeekContext)) != NULL) {
        if (IoSetCancelRoutine(irp, NULL) == NULL) continue; /* csq_cancel is on its way to it */
        queue_of(PLACE(irp), &context);
        take_out(Csq, irp, context);
        break;
    }
    Csq->CsqReleaseLock(Csq, irql);
    return irp;
}

PIRP NTAPI IoCsqRemoveIrp(PIO_CSQ Csq, PIO_CSQ_IRP_CONTEXT Context) {
    NT_ENTER(IoCsqRemoveIrp);
    PIRP irp;
    KIRQL irql;

    Csq->CsqAcquireLock(Csq, &irql);
    irp = Context->Irp;
    if (irp && IoSetCancelRoutine(irp, NULL))
        take_out(Csq, irp, Context);
    else
        irp = NULL;
    Csq->CsqReleaseLock(Csq, irql);
    return irp;
}
