/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * OID requests to a miniport, of the three kinds. The miniport gets a copy of the request and of its buffer, each with
 * a fence behind it, so that writing too much is seen, also behind the shorter request of an older NDIS.
 */
#include <stdlib.h>
#include <string.h>

#include "host/ndis_private.h"

#define CANARY 0xc5
#define CANARY_SIZE 16

/* Lock legend: i immutable; r the adapter's requests_lock. */
struct ndis_request {
    struct ndis_request *next;     /* r */
    struct ndis_adapter *adapter;  /* i */
    enum ndis_oid_path path;       /* i */
    NDIS_OID_REQUEST *block;       /* i: the miniport's copy, of `block_size` bytes and a fence */
    const NDIS_OID_REQUEST *given; /* i: the caller's */
    uint8_t *buffer;               /* i: the miniport's copy, of `size` bytes and a fence */
    size_t block_size;             /* i */
    ULONG size;                    /* i */
    bool called;                   /* r: the miniport has it, or had */
    bool completed;                /* r */
    uint32_t open;                 /* a: its handler has not returned, it is not completed: the miniport has it */
    bool aborted;                  /* r: cancelled before its turn */
    uint8_t checks;                /* r: for hang, that found it pending */
    bool late;                     /* r: its lateness has been told */
    const void *handler;           /* i, from the call on */
    uint64_t since;                /* r: milliseconds, when it was called */
    NDIS_STATUS status;            /* r */
    KEVENT done;
};

static const char *const handlers[] = {"MiniportOidRequest", "MiniportDirectOidRequest",
                                       "MiniportSynchronousOidRequest"};

/* --- what the three types have in common ------------------------------------------------------------------------- */

struct parts {
    void **buffer;
    ULONG size;     /* of the buffer */
    ULONG capacity; /* how much of it may be reported as used */
    UINT *used, *needed;
};

static struct parts parts_of(NDIS_OID_REQUEST *request) {
    switch (request->RequestType) {
    case NdisRequestSetInformation:
        return (struct parts){&request->DATA.SET_INFORMATION.InformationBuffer,
                              request->DATA.SET_INFORMATION.InformationBufferLength,
                              request->DATA.SET_INFORMATION.InformationBufferLength,
                              &request->DATA.SET_INFORMATION.BytesRead, &request->DATA.SET_INFORMATION.BytesNeeded};
    case NdisRequestMethod: {
        ULONG in = request->DATA.METHOD_INFORMATION.InputBufferLength;
        ULONG out = request->DATA.METHOD_INFORMATION.OutputBufferLength;
        return (struct parts){&request->DATA.METHOD_INFORMATION.InformationBuffer, in > out ? in : out, out,
                              &request->DATA.METHOD_INFORMATION.BytesWritten,
                              &request->DATA.METHOD_INFORMATION.BytesNeeded};
    }
    default:
        return (struct parts){
            &request->DATA.QUERY_INFORMATION.InformationBuffer, request->DATA.QUERY_INFORMATION.InformationBufferLength,
            request->DATA.QUERY_INFORMATION.InformationBufferLength, &request->DATA.QUERY_INFORMATION.BytesWritten,
            &request->DATA.QUERY_INFORMATION.BytesNeeded};
    }
}

static bool fence_whole(const uint8_t *fence) {
    for (unsigned i = 0; i < CANARY_SIZE; i++)
        if (fence[i] != CANARY) return false;
    return true;
}

static void check_result(struct ndis_request *request) {
    NDIS_OID_REQUEST *block = request->block;
    const NDIS_OID_REQUEST *given = request->given;
    NDIS_STATUS status = request->status;
    struct parts parts = parts_of(block);
    unsigned oid = given->DATA.Oid;
    verify_about(request->handler);
    if (block->DATA.Oid != given->DATA.Oid || block->RequestType != given->RequestType ||
        *parts.buffer != (request->size ? request->buffer : NULL) || parts.size != request->size ||
        block->RequestId != given->RequestId || block->RequestHandle != given->RequestHandle)
        verify_violation("oid-changed", "OID %#x: the miniport changed the request's type, OID, buffer, id or handle",
                         oid);
    if (!fence_whole((uint8_t *)block + request->block_size))
        verify_violation("oid-overrun", "OID %#x: the miniport wrote behind the NDIS_OID_REQUEST of its NDIS version",
                         oid);
    if (!fence_whole(request->buffer + request->size))
        verify_violation("oid-overrun", "OID %#x: the miniport wrote behind its buffer of %u bytes", oid,
                         request->size);
    if (*parts.used > parts.capacity)
        verify_violation("oid-bytes", "OID %#x: %u bytes used of a buffer of %u", oid, *parts.used, parts.capacity);
    if ((status == NDIS_STATUS_BUFFER_TOO_SHORT || status == NDIS_STATUS_INVALID_LENGTH) && !*parts.needed)
        verify_violation("oid-bytes-needed", "OID %#x: status %#x with BytesNeeded 0", oid, (unsigned)status);
    if (status == NDIS_STATUS_BUFFER_TOO_SHORT && *parts.needed && *parts.needed <= parts.capacity)
        verify_violation("oid-bytes-needed", "OID %#x: too short, it says, and needs %u of %u bytes", oid,
                         *parts.needed, parts.capacity);
    verify_about(NULL);
}

/* --- making and ending ------------------------------------------------------------------------------------------- */

static void request_free(struct ndis_request *request) {
    free(request->buffer);
    free(request->block);
    free(request);
}

static struct ndis_request *request_create(struct ndis_adapter *adapter, enum ndis_oid_path path,
                                           const NDIS_OID_REQUEST *given) {
    struct ndis_request *request = calloc(1, sizeof *request);
    if (!request) return NULL;
    bool newer = adapter->driver->version >= NDIS_VERSION_OF(50);
    request->block_size = newer ? sizeof *given : offsetof(NDIS_OID_REQUEST, SwitchId);
    request->adapter = adapter;
    request->path = path;
    request->given = given;
    request->block = malloc(sizeof *given + CANARY_SIZE);
    if (!request->block) goto out_of_memory;
    memcpy(request->block, given, sizeof *given);
    memset((uint8_t *)request->block + request->block_size, CANARY, CANARY_SIZE);
    request->block->Header = ndis_object_header(NDIS_OF_OID_REQUEST, adapter->driver->version);
    struct parts parts = parts_of(request->block);
    request->size = parts.size;
    request->buffer = malloc((size_t)parts.size + CANARY_SIZE);
    if (!request->buffer) goto out_of_memory;
    if (parts.size) memcpy(request->buffer, *parts.buffer, parts.size);
    memset(request->buffer + parts.size, CANARY, CANARY_SIZE);
    *parts.buffer = parts.size ? request->buffer : NULL;
    *parts.used = *parts.needed = 0;
    KeInitializeEvent(&request->done, NotificationEvent, FALSE);
    return request;
out_of_memory:
    request_free(request);
    return NULL;
}

static void request_link(struct ndis_request *request) {
    struct ndis_adapter *adapter = request->adapter;
    KIRQL irql;
    KeAcquireSpinLock(&adapter->requests_lock, &irql);
    request->next = adapter->requests;
    adapter->requests = request;
    KeReleaseSpinLock(&adapter->requests_lock, irql);
}

static void request_unlink(struct ndis_request *request) {
    struct ndis_adapter *adapter = request->adapter;
    KIRQL irql;
    KeAcquireSpinLock(&adapter->requests_lock, &irql);
    struct ndis_request **link = &adapter->requests;
    while (*link != request) link = &(*link)->next;
    *link = request->next;
    KeReleaseSpinLock(&adapter->requests_lock, irql);
}

/* One of the two that make a request the miniport's own is over; the request is still there. */
static void request_leave(struct ndis_request *request) {
    if (__atomic_sub_fetch(&request->open, 1, __ATOMIC_ACQ_REL) == 0)
        ndis_leave(request->adapter, &request->adapter->asked);
}

/* False if it was completed before. */
static bool request_finish(struct ndis_request *request, NDIS_STATUS status) {
    KIRQL irql;
    KeAcquireSpinLock(&request->adapter->requests_lock, &irql);
    bool first = !request->completed;
    if (first) {
        request->completed = true;
        request->status = status;
        if (request->called) request_leave(request);
        KeSetEvent(&request->done, IO_NO_INCREMENT, FALSE); /* under the lock: its end frees it */
    }
    KeReleaseSpinLock(&request->adapter->requests_lock, irql);
    return first;
}

/* --- calling the miniport ---------------------------------------------------------------------------------------- */

static NDIS_STATUS call_handler(struct ndis_request *request) {
    struct ndis_adapter *adapter = request->adapter;
    const NDIS_MINIPORT_DRIVER_CHARACTERISTICS *c = &adapter->driver->c;
    PVOID handler = request->path == NDIS_OID_REGULAR  ? (PVOID)(uintptr_t)c->OidRequestHandler
                    : request->path == NDIS_OID_DIRECT ? (PVOID)(uintptr_t)c->DirectOidRequestHandler
                                                       : (PVOID)(uintptr_t)c->SynchronousOidRequestHandler;
    if (!handler) return NDIS_STATUS_NOT_SUPPORTED;
    request->handler = handler;
    struct ndis_call call = ndis_call_begin(handlers[request->path], handler);
    NDIS_STATUS status;
    if (request->path == NDIS_OID_REGULAR)
        status = c->OidRequestHandler(adapter->context, request->block);
    else if (request->path == NDIS_OID_DIRECT)
        status = c->DirectOidRequestHandler(adapter->context, request->block);
    else
        status = c->SynchronousOidRequestHandler(adapter->context, request->block);
    ndis_call_end(call);
    return status;
}

/* The miniport may be asked now, unless the request was cancelled while it waited or the adapter goes: then its status
 * says so. */
static NDIS_STATUS request_turn(struct ndis_request *request) {
    NDIS_STATUS status = NDIS_STATUS_SUCCESS;
    KIRQL irql;
    KeAcquireSpinLock(&request->adapter->requests_lock, &irql);
    if (request->aborted) status = NDIS_STATUS_REQUEST_ABORTED;
    if (request->adapter->halting) status = NDIS_STATUS_INVALID_STATE;
    request->called = status == NDIS_STATUS_SUCCESS;
    if (request->called) {
        request->since = ndis_now_ms();
        request->open = 2;
        ndis_enter(&request->adapter->asked);
    }
    KeReleaseSpinLock(&request->adapter->requests_lock, irql);
    return status;
}

void ndis_requests_refuse(struct ndis_adapter *adapter, bool refuse) {
    KIRQL irql;
    KeAcquireSpinLock(&adapter->requests_lock, &irql);
    adapter->halting = refuse;
    KeReleaseSpinLock(&adapter->requests_lock, irql);
}

static void request_start(struct ndis_request *request) {
    unsigned oid = request->given->DATA.Oid;
    request_link(request);
    if (request->path == NDIS_OID_REGULAR) ndis_mutex_lock(&request->adapter->oid);
    NDIS_STATUS status = request_turn(request);
    if (status != NDIS_STATUS_SUCCESS) {
        request_finish(request, status);
        return;
    }
    status = call_handler(request);
    request_leave(request);
    if (status == NDIS_STATUS_PENDING && request->path != NDIS_OID_SYNCHRONOUS) return;
    if (status == NDIS_STATUS_PENDING) {
        verify_about(request->handler);
        verify_violation("oid-synchronous-pending", "OID %#x: a synchronous request cannot be pending", oid);
        status = NDIS_STATUS_FAILURE;
    }
    if (!request_finish(request, status)) {
        verify_about(request->handler);
        verify_violation("oid-completion", "OID %#x: %s returned %#x and completed the request", oid,
                         handlers[request->path], (unsigned)status);
    }
}

/* Waits, and gives the results to the caller's request. */
static NDIS_STATUS request_end(struct ndis_request *request, NDIS_OID_REQUEST *given) {
    if (ndis_oid_pending(request)) KeWaitForSingleObject(&request->done, Executive, KernelMode, FALSE, NULL);
    request_unlink(request);
    if (request->path == NDIS_OID_REGULAR) ndis_mutex_unlock(&request->adapter->oid);
    NDIS_STATUS status = request->status;
    check_result(request);
    struct parts from = parts_of(request->block), to = parts_of(given);
    *to.used = *from.used;
    *to.needed = *from.needed;
    if (to.size && given->RequestType != NdisRequestSetInformation) memcpy(*to.buffer, request->buffer, to.size);
    if (given->RequestType == NdisRequestMethod)
        given->DATA.METHOD_INFORMATION.BytesRead = request->block->DATA.METHOD_INFORMATION.BytesRead;
    request_free(request);
    return status;
}

NDIS_STATUS ndis_stack_oid(struct ndis_adapter *adapter, NDIS_OID_REQUEST *request) {
    if (ndis_state_of(adapter) < NDIS_PAUSED) return NDIS_STATUS_INVALID_STATE;
    struct ndis_request *own = request_create(adapter, NDIS_OID_REGULAR, request);
    if (!own) return NDIS_STATUS_RESOURCES;
    request_start(own);
    return request_end(own, request);
}

/* --- completion -------------------------------------------------------------------------------------------------- */

static void complete(NDIS_HANDLE handle, NDIS_OID_REQUEST *block, NDIS_STATUS status, enum ndis_oid_path path,
                     const char *call) {
    struct ndis_adapter *adapter = ndis_adapter_check(handle, call);
    if (!adapter) return;
    ndis_check_no_locks(call);
    KIRQL irql;
    KeAcquireSpinLock(&adapter->requests_lock, &irql);
    struct ndis_request *request = adapter->requests;
    while (request && (request->block != block || request->path != path || !request->called || request->completed))
        request = request->next;
    if (request && status != NDIS_STATUS_PENDING) {
        request->completed = true;
        request->status = status;
        request_leave(request);
        KeSetEvent(&request->done, IO_NO_INCREMENT, FALSE);
    }
    KeReleaseSpinLock(&adapter->requests_lock, irql);
    if (!request || status == NDIS_STATUS_PENDING)
        verify_violation("oid-completion", "%s: request %p with status %#x is not a pending one", call, (void *)block,
                         (unsigned)status);
}

VOID NTAPI NdisMOidRequestComplete(NDIS_HANDLE MiniportAdapterHandle, PNDIS_OID_REQUEST OidRequest,
                                   NDIS_STATUS Status) {
    NT_ENTER(NdisMOidRequestComplete);
    complete(MiniportAdapterHandle, OidRequest, Status, NDIS_OID_REGULAR, "NdisMOidRequestComplete");
}

VOID NTAPI NdisMDirectOidRequestComplete(NDIS_HANDLE MiniportAdapterHandle, PNDIS_OID_REQUEST OidRequest,
                                         NDIS_STATUS Status) {
    NT_ENTER(NdisMDirectOidRequestComplete);
    complete(MiniportAdapterHandle, OidRequest, Status, NDIS_OID_DIRECT, "NdisMDirectOidRequestComplete");
}

/* --- for tests and the host -------------------------------------------------------------------------------------- */

/* One allocation behind the public face: the NDIS_OID_REQUEST that request->given points to. */
static NDIS_OID_REQUEST *given_create(const struct ndis_oid *oid) {
    NDIS_OID_REQUEST *given = calloc(1, sizeof *given);
    if (!given) return NULL;
    given->RequestType = oid->type;
    given->RequestId = oid->id;
    given->DATA.Oid = oid->oid;
    *parts_of(given).buffer = oid->buffer;
    if (oid->type == NdisRequestMethod) {
        given->DATA.METHOD_INFORMATION.InputBufferLength = oid->size;
        given->DATA.METHOD_INFORMATION.OutputBufferLength = oid->out_size;
        given->DATA.METHOD_INFORMATION.MethodId = oid->method;
    } else {
        given->DATA.QUERY_INFORMATION.InformationBufferLength = oid->size; /* a set has it at the same place */
    }
    return given;
}

struct ndis_request *ndis_oid_begin(struct ndis_adapter *adapter, struct ndis_oid *oid) {
    if (ndis_state_of(adapter) < NDIS_PAUSED) {
        oid->status = NDIS_STATUS_INVALID_STATE;
        return NULL;
    }
    NDIS_OID_REQUEST *given = given_create(oid);
    struct ndis_request *request = given ? request_create(adapter, oid->path, given) : NULL;
    if (!request) {
        oid->status = NDIS_STATUS_RESOURCES;
        free(given);
        return NULL;
    }
    request_start(request);
    return request;
}

bool ndis_oid_pending(struct ndis_request *request) {
    KIRQL irql;
    KeAcquireSpinLock(&request->adapter->requests_lock, &irql);
    bool pending = !request->completed;
    KeReleaseSpinLock(&request->adapter->requests_lock, irql);
    return pending;
}

NDIS_STATUS ndis_oid_end(struct ndis_request *request, struct ndis_oid *oid) {
    NDIS_OID_REQUEST *given = (NDIS_OID_REQUEST *)request->given;
    oid->status = request_end(request, given);
    struct parts parts = parts_of(given);
    oid->used = *parts.used;
    oid->needed = *parts.needed;
    free(given);
    return oid->status;
}

NDIS_STATUS ndis_oid_run(struct ndis_adapter *adapter, struct ndis_oid *oid) {
    struct ndis_request *request = ndis_oid_begin(adapter, oid);
    return request ? ndis_oid_end(request, oid) : oid->status;
}

NDIS_STATUS ndis_oid_request(struct ndis_adapter *adapter, NDIS_REQUEST_TYPE type, NDIS_OID oid, void *buffer,
                             ULONG size, ULONG *bytes) {
    struct ndis_oid request = {.type = type, .oid = oid, .buffer = buffer, .size = size, .out_size = size};
    NDIS_STATUS status = ndis_oid_run(adapter, &request);
    if (bytes) *bytes = status == NDIS_STATUS_SUCCESS ? request.used : request.needed;
    return status;
}

NDIS_STATUS ndis_query(struct ndis_adapter *adapter, NDIS_OID oid, void *buffer, ULONG size, ULONG *written) {
    return ndis_oid_request(adapter, NdisRequestQueryInformation, oid, buffer, size, written);
}

NDIS_STATUS ndis_set(struct ndis_adapter *adapter, NDIS_OID oid, void *buffer, ULONG size) {
    return ndis_oid_request(adapter, NdisRequestSetInformation, oid, buffer, size, NULL);
}

unsigned ndis_oid_cancel(struct ndis_adapter *adapter, void *id) {
    unsigned meant = 0;
    bool ask[NDIS_OID_SYNCHRONOUS + 1] = {false};
    KIRQL irql;
    KeAcquireSpinLock(&adapter->requests_lock, &irql);
    for (struct ndis_request *request = adapter->requests; request; request = request->next) {
        if (request->given->RequestId != id || request->completed) continue;
        meant++;
        if (request->called)
            ask[request->path] = true;
        else
            request->aborted = true;
    }
    KeReleaseSpinLock(&adapter->requests_lock, irql);
    const NDIS_MINIPORT_DRIVER_CHARACTERISTICS *c = &adapter->driver->c;
    if (ask[NDIS_OID_REGULAR]) {
        struct ndis_call call = ndis_call_begin("MiniportCancelOidRequest", c->CancelOidRequestHandler);
        c->CancelOidRequestHandler(adapter->context, id);
        ndis_call_end(call);
    }
    if (ask[NDIS_OID_DIRECT]) {
        struct ndis_call call = ndis_call_begin("MiniportCancelDirectOidRequest", c->CancelDirectOidRequestHandler);
        c->CancelDirectOidRequestHandler(adapter->context, id);
        ndis_call_end(call);
    }
    return meant;
}

unsigned ndis_requests_pending(struct ndis_adapter *adapter) {
    unsigned count = 0;
    KIRQL irql;
    KeAcquireSpinLock(&adapter->requests_lock, &irql);
    for (struct ndis_request *request = adapter->requests; request; request = request->next)
        count += request->called && !request->completed;
    KeReleaseSpinLock(&adapter->requests_lock, irql);
    return count;
}

bool ndis_requests_hang(struct ndis_adapter *adapter) {
    bool hang = false;
    KIRQL irql;
    KeAcquireSpinLock(&adapter->requests_lock, &irql);
    for (struct ndis_request *request = adapter->requests; request; request = request->next)
        hang |= request->path == NDIS_OID_REGULAR && request->called && !request->completed && ++request->checks >= 2;
    KeReleaseSpinLock(&adapter->requests_lock, irql);
    return hang;
}

void ndis_requests_watch(struct ndis_adapter *adapter, uint64_t now) {
    KIRQL irql;
    KeAcquireSpinLock(&adapter->requests_lock, &irql);
    for (struct ndis_request *request = adapter->requests; request; request = request->next) {
        if (!request->called || request->completed || request->late || now - request->since < ndis_oid_limit_ms)
            continue;
        request->late = true;
        verify_about(request->handler);
        verify_violation("oid-timeout", "OID %#x has been pending in the miniport for %llu ms",
                         (unsigned)request->given->DATA.Oid, (unsigned long long)(now - request->since));
    }
    KeReleaseSpinLock(&adapter->requests_lock, irql);
}
