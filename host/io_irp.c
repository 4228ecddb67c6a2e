/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Request packets: their life from allocation to the end of their completion, and the checks along their way.
 *
 * Beside every packet made here lies a record that a driver cannot reach. It knows which location is whose, so that a
 * dispatch routine's answer can be compared with what happened, even when the packet is long gone.
 */
#include "host/io.h"
#include "host/verify.h"

#include <stdlib.h>
#include <string.h>

#define IO_TYPE_IRP 6

/* One location as seen from the call that used it. */
struct location {
    unsigned generation; /* counts the calls */
    bool completed;      /* completion has passed it */
    bool pended;         /* and it was marked pending then */
    bool promised;       /* the dispatch routine returned STATUS_PENDING before */
};

/* R: all of it under records_lock, but for what never changes. */
struct record {
    struct record *next; /* of the bucket, or of the freed ones */
    PIRP irp;
    int references;
    unsigned size, locations;
    int current; /* the location whose driver has the packet; locations + 1: its maker */
    bool freed, ended;
    io_finish *finish;
    void *context;
    int holds; /* that put off its being freed */
    bool own;  /* the host's: not a driver's to free */
    struct location at[];
};

#define BUCKETS 256
#define KEPT 64 /* freed packets whose memory is kept to see who still writes there */
static struct record *buckets[BUCKETS];
static struct record *kept, **kept_end = &kept;
static unsigned kept_count;
static pthread_mutex_t records_lock = PTHREAD_MUTEX_INITIALIZER;

static struct record **bucket_of(PIRP irp) { return &buckets[((uintptr_t)irp >> 5) % BUCKETS]; }

static struct record *record_find(PIRP irp) {
    struct record *record = *bucket_of(irp);
    while (record && record->irp != irp) record = record->next;
    for (struct record *old = kept; old && !record; old = old->next)
        if (old->irp == irp) record = old;
    return record;
}

static struct record *record_get(PIRP irp) {
    pthread_mutex_lock(&records_lock);
    struct record *record = record_find(irp);
    if (record) record->references++;
    pthread_mutex_unlock(&records_lock);
    return record;
}

static void record_put(struct record *record) {
    if (record == NULL) return;
    pthread_mutex_lock(&records_lock);
    bool last = --record->references == 0;
    pthread_mutex_unlock(&records_lock);
    if (!last) return;
    free(record->irp);
    free(record);
}

/* --- making and freeing ------------------------------------------------------------------------------------------- */

static void irp_init(PIRP irp, USHORT size, CCHAR locations) {
    memset(irp, 0, size);
    irp->Type = IO_TYPE_IRP;
    irp->Size = size;
    irp->StackCount = locations;
    irp->CurrentLocation = (CHAR)(locations + 1);
    irp->Tail.Overlay.CurrentStackLocation = (PIO_STACK_LOCATION)(irp + 1) + locations;
    InitializeListHead(&irp->ThreadListEntry);
}

static PIRP irp_make(CCHAR locations, bool own, io_finish *finish, void *context) {
    size_t size = sizeof(IRP) + (size_t)locations * sizeof(IO_STACK_LOCATION);
    struct record *record = calloc(1, sizeof(*record) + ((size_t)locations + 2) * sizeof(struct location));
    void *irp;

    if (record == NULL || posix_memalign(&irp, 16, size) != 0) {
        free(record);
        return NULL;
    }
    irp_init(irp, (USHORT)size, locations);
    record->irp = irp;
    record->references = 1;
    record->size = (unsigned)size;
    record->locations = (unsigned)locations;
    record->current = locations + 1;
    record->own = own;
    record->finish = finish;
    record->context = context;
    pthread_mutex_lock(&records_lock);
    record->next = *bucket_of(irp);
    *bucket_of(irp) = record;
    pthread_mutex_unlock(&records_lock);
    return irp;
}

PIRP io_irp_make(CCHAR locations, io_finish *finish, void *context) {
    return irp_make(locations, true, finish, context);
}

PIRP io_irp_make_driver(CCHAR locations, io_finish *finish, void *context, const void *caller) {
    PIRP irp = irp_make(locations, false, finish, context);
    if (irp) verify_track("irp", irp, irp->Size, 0, caller);
    return irp;
}

static bool untouched(const struct record *record) {
    const uint8_t *bytes = (const uint8_t *)record->irp;
    for (unsigned at = 0; at < record->size; at++)
        if (bytes[at] != 0xDD) return false;
    return true;
}

/* records_lock. The oldest freed packet is forgotten; false: somebody wrote to it. */
static bool forget_oldest(void) {
    struct record *old = kept;
    bool good = untouched(old);

    kept = old->next;
    if (kept == NULL) kept_end = &kept;
    kept_count--;
    if (--old->references == 0) {
        free(old->irp);
        free(old);
    }
    return good;
}

static void touched(void) {
    verify_violation("irp-touched-after-free", "somebody wrote to an IRP after it was completed or freed");
}

void io_irp_free(PIRP irp) {
    bool good = true;

    pthread_mutex_lock(&records_lock);
    for (struct record **link = bucket_of(irp); *link; link = &(*link)->next) {
        struct record *record = *link;
        if (record->irp != irp) continue;
        record->freed = true;
        if (record->holds) break;
        *link = record->next;
        record->next = NULL;
        memset(irp, 0xDD, record->size);
        *kept_end = record;
        kept_end = &record->next;
        if (++kept_count > KEPT) good = forget_oldest();
        break;
    }
    pthread_mutex_unlock(&records_lock);
    if (!good) touched();
}

PIRP io_irp_hold(PIRP irp) {
    pthread_mutex_lock(&records_lock);
    record_find(irp)->holds++;
    pthread_mutex_unlock(&records_lock);
    return irp;
}

void io_irp_release(PIRP irp) {
    pthread_mutex_lock(&records_lock);
    struct record *record = record_find(irp);
    bool wanted = --record->holds == 0 && record->freed;
    pthread_mutex_unlock(&records_lock);
    if (wanted) io_irp_free(irp);
}

void io_irp_check(void) {
    bool good = true;

    pthread_mutex_lock(&records_lock);
    while (kept) good &= forget_oldest();
    pthread_mutex_unlock(&records_lock);
    if (!good) touched();
}

/* The record of a packet that a driver may use now, NULL after a violation or when the driver made the packet itself. */
static struct record *record_check(PIRP irp, const char *call) {
    struct record *record = record_get(irp);

    if (record == NULL) {
        if (irp->Type != IO_TYPE_IRP) verify_violation("irp-bad", "%s: %p is no IRP", call, (void *)irp);
        return NULL;
    }
    if (record->freed) {
        verify_violation(record->ended ? "irp-completed-twice" : "irp-freed", "%s: the IRP %p is %s", call, (void *)irp,
                         record->ended ? "completed already" : "freed");
    }
    return record;
}

PIRP NTAPI IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota) {
    NT_ENTER(IoAllocateIrp);
    PIRP irp;
    if (StackSize < 0 || NT_FAULT(IoAllocateIrp)) return NULL;
    irp = irp_make(StackSize, false, NULL, NULL);
    if (irp) verify_track("irp", irp, irp->Size, 0, CALLER);
    return irp;
}

void NTAPI IoInitializeIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize) {
    NT_ENTER(IoInitializeIrp);
    struct record *record = record_get(Irp);
    if (record) {
        verify_violation("irp-initialized", "IoInitializeIrp on a packet of IoAllocateIrp; IoReuseIrp is for those");
        record_put(record);
    }
    if (PacketSize < IoSizeOfIrp(StackSize))
        verify_violation("irp-size", "IoInitializeIrp: %u bytes are too few for %d locations", PacketSize, StackSize);
    irp_init(Irp, PacketSize, StackSize);
}

/* With its maker, and nobody may cancel it. */
static void check_idle(struct record *record, PIRP irp, const char *call) {
    if (record->current != (int)record->locations + 1)
        verify_violation("irp-in-use", "%s: a driver has the IRP %p", call, (void *)irp);
    if (__atomic_load_n(&irp->CancelRoutine, __ATOMIC_RELAXED))
        verify_violation("irp-cancel-routine-set", "%s: the IRP %p has a cancel routine", call, (void *)irp);
}

void NTAPI IoFreeIrp(PIRP Irp) {
    NT_ENTER(IoFreeIrp);
    struct record *record = record_check(Irp, "IoFreeIrp");

    if (record == NULL) {
        verify_violation("irp-freed", "IoFreeIrp: the IRP %p is not from IoAllocateIrp", (void *)Irp);
        return;
    }
    if (!record->freed) {
        if (record->own) {
            verify_violation("irp-foreign-free", "IoFreeIrp: the IRP %p is not the driver's", (void *)Irp);
        } else {
            check_idle(record, Irp, "IoFreeIrp");
            if (record->finish) record->finish(Irp, record->context);
            verify_untrack("irp", Irp);
            io_irp_free(Irp);
        }
    }
    record_put(record);
}

void NTAPI IoReuseIrp(PIRP Irp, NTSTATUS Iostatus) {
    NT_ENTER(IoReuseIrp);
    struct record *record = record_check(Irp, "IoReuseIrp");
    UCHAR flags = Irp->AllocationFlags;

    if (record) {
        if (record->freed) {
            record_put(record);
            return;
        }
        if (record->own || record->finish)
            verify_violation("irp-foreign-reuse", "IoReuseIrp: the IRP %p is not from IoAllocateIrp", (void *)Irp);
        check_idle(record, Irp, "IoReuseIrp");
        record_put(record);
    }
    irp_init(Irp, Irp->Size, Irp->StackCount);
    Irp->AllocationFlags = flags;
    Irp->IoStatus.Status = Iostatus;
}

/* --- down --------------------------------------------------------------------------------------------------------- */

/* What a dispatch routine says about the request must be what it did with it. */
static void check_answer(struct record *record, int at, unsigned generation, NTSTATUS status, const void *routine) {
    const char *wrong = NULL, *rule = "irp-pending-mismatch";
    struct location *location = &record->at[at];

    pthread_mutex_lock(&records_lock);
    if (location->generation != generation) {
        /* sent again meanwhile; this call's part is over */
    } else if (location->completed || record->ended) {
        if (status == STATUS_PENDING && !location->pended) wrong = "STATUS_PENDING without IoMarkIrpPending";
        if (status != STATUS_PENDING && location->pended) wrong = "without STATUS_PENDING after IoMarkIrpPending";
    } else if (status == STATUS_PENDING) {
        location->promised = true; /* looked at when it is completed */
    } else {
        rule = "irp-not-completed";
        wrong = "without having completed the request";
    }
    pthread_mutex_unlock(&records_lock);
    if (!wrong) return;
    verify_about(routine);
    verify_violation(rule, "a dispatch routine returned %08x, %s", (unsigned)status, wrong);
}

NTSTATUS NTAPI IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    NT_ENTER(IofCallDriver);
    struct record *record = record_check(Irp, "IoCallDriver");
    PIO_STACK_LOCATION stack;
    unsigned generation = 0;
    NTSTATUS status;
    int at = 0;

    if (record && record->freed) {
        record_put(record);
        return STATUS_INVALID_PARAMETER;
    }
    if (Irp->CurrentLocation <= 1) {
        verify_violation("irp-no-location", "IoCallDriver: the IRP has no stack location left");
        record_put(record);
        return STATUS_INVALID_PARAMETER;
    }
    if (record) {
        at = Irp->CurrentLocation - 1;
        /* Its own location, or the next for the lower driver; a maker of a packet may keep some for itself. */
        if (at > record->current || at > (int)record->locations) {
            verify_violation("irp-location", "IoCallDriver: location %d is another driver's", at);
            record_put(record);
            return STATUS_INVALID_PARAMETER;
        }
        pthread_mutex_lock(&records_lock);
        record->current = at;
        generation = ++record->at[at].generation;
        record->at[at].completed = record->at[at].pended = record->at[at].promised = false;
        pthread_mutex_unlock(&records_lock);
    }
    IoSetNextIrpStackLocation(Irp);
    stack = IoGetCurrentIrpStackLocation(Irp);
    stack->DeviceObject = DeviceObject;
    if (ob_type_of(DeviceObject) != &ob_type_device)
        verify_violation("irp-no-device", "IoCallDriver: %p is no device object", (void *)DeviceObject);
    PDRIVER_DISPATCH routine = DeviceObject->DriverObject->MajorFunction[stack->MajorFunction];
    status = routine(DeviceObject, Irp);
    if (record) check_answer(record, at, generation, status, (const void *)(uintptr_t)routine);
    record_put(record);
    return status;
}

/* --- and up ------------------------------------------------------------------------------------------------------- */

static void check_complete(struct record *record, PIRP irp) {
    if (irp->CurrentLocation > irp->StackCount + 1)
        verify_violation("irp-completed-twice", "the IRP %p is completed twice", (void *)irp);
    else if (record && irp->CurrentLocation != record->current)
        verify_violation("irp-location", "an IRP is completed at location %d; the driver has %d", irp->CurrentLocation,
                         record->current);
    if (irp->IoStatus.Status == STATUS_PENDING)
        verify_violation("irp-completed-pending", "an IRP is completed with STATUS_PENDING");
    if (__atomic_load_n(&irp->CancelRoutine, __ATOMIC_RELAXED)) {
        verify_violation("irp-cancel-routine-set", "the IRP %p is completed with a cancel routine", (void *)irp);
        __atomic_store_n(&irp->CancelRoutine, NULL, __ATOMIC_RELAXED);
    }
    if (ke_locks_held())
        verify_violation("irp-completed-locked", "an IRP is completed with %u spin locks held", ke_locks_held());
}

/* Completion passes a location: whoever is above has the packet now. */
static void pass(struct record *record, int at, bool pended) {
    bool broken = false;

    if (record == NULL) return;
    pthread_mutex_lock(&records_lock);
    if (at >= 1 && at <= (int)record->locations) {
        record->at[at].completed = true;
        record->at[at].pended = pended;
        broken = record->at[at].promised && !pended;
    }
    record->current = at + 1;
    pthread_mutex_unlock(&records_lock);
    if (broken)
        verify_violation("irp-pending-mismatch", "a dispatch routine returned STATUS_PENDING without IoMarkIrpPending");
}

static bool wants(PIRP irp, UCHAR control) {
    if (irp->Cancel && control & SL_INVOKE_ON_CANCEL) return true;
    return control & (NT_SUCCESS(irp->IoStatus.Status) ? SL_INVOKE_ON_SUCCESS : SL_INVOKE_ON_ERROR);
}

/* One location up; true: its completion routine keeps the packet. */
static bool step(struct record *record, PIRP irp) {
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    PIO_COMPLETION_ROUTINE routine = stack->CompletionRoutine;
    PVOID context = stack->Context;
    UCHAR control = stack->Control;
    int at = (int)irp->CurrentLocation;

    irp->PendingReturned = (control & SL_PENDING_RETURNED) != 0;
    /* As Windows does, so that nobody relies on what was there. */
    stack->MinorFunction = stack->Flags = stack->Control = 0;
    memset(&stack->Parameters, 0, sizeof(stack->Parameters));
    stack->FileObject = NULL;
    irp->CurrentLocation++;
    irp->Tail.Overlay.CurrentStackLocation++;
    pass(record, at, irp->PendingReturned);
    if (routine && wants(irp, control)) {
        PDEVICE_OBJECT device =
            irp->CurrentLocation <= irp->StackCount ? IoGetCurrentIrpStackLocation(irp)->DeviceObject : NULL;
        struct verify_call before = verify_call_begin("a completion routine", (const void *)(uintptr_t)routine);
        NTSTATUS status = routine(device, irp, context);
        verify_call_end(&before);
        return status == STATUS_MORE_PROCESSING_REQUIRED;
    }
    if (irp->PendingReturned && irp->CurrentLocation <= irp->StackCount) IoMarkIrpPending(irp);
    return false;
}

void NTAPI IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost) {
    NT_ENTER(IofCompleteRequest);
    struct record *record = record_check(Irp, "IoCompleteRequest");
    bool stopped = false;

    if (record && record->freed) {
        record_put(record);
        return;
    }
    check_complete(record, Irp);
    while (!stopped && Irp->CurrentLocation <= Irp->StackCount) stopped = step(record, Irp);
    if (!stopped) {
        Irp->CurrentLocation = (CHAR)(Irp->StackCount + 2);
        if (record) record->ended = true;
        if (record && record->finish)
            record->finish(Irp, record->context);
        else
            verify_violation("irp-no-owner",
                             "nobody takes back the IRP %p: its maker needs a completion routine that "
                             "returns STATUS_MORE_PROCESSING_REQUIRED",
                             (void *)Irp);
    }
    record_put(record);
}

/* --- small things ------------------------------------------------------------------------------------------------- */

NTSTATUS NTAPI IoSetCompletionRoutineEx(PDEVICE_OBJECT DeviceObject, PIRP Irp, PIO_COMPLETION_ROUTINE CompletionRoutine,
                                        PVOID Context, BOOLEAN InvokeOnSuccess, BOOLEAN InvokeOnError,
                                        BOOLEAN InvokeOnCancel) {
    NT_ENTER(IoSetCompletionRoutineEx);
    if (NT_FAULT(IoSetCompletionRoutineEx)) return STATUS_INSUFFICIENT_RESOURCES;
    if (Irp->CurrentLocation <= 1)
        verify_violation("irp-no-location", "IoSetCompletionRoutineEx: the IRP has no stack location left");
    else
        IoSetCompletionRoutine(Irp, CompletionRoutine, Context, InvokeOnSuccess, InvokeOnError, InvokeOnCancel);
    return STATUS_SUCCESS;
}

static __thread PIRP top_level;

PIRP NTAPI IoGetTopLevelIrp(void) {
    NT_ENTER(IoGetTopLevelIrp);
    return top_level;
}

void NTAPI IoSetTopLevelIrp(PIRP Irp) {
    NT_ENTER(IoSetTopLevelIrp);
    top_level = Irp;
}

bool io_irp_usable(PIRP irp, const char *call) {
    struct record *record = record_check(irp, call);
    bool usable = record == NULL || !record->freed;
    record_put(record);
    return usable;
}
