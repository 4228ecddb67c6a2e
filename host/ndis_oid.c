/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * OID requests to a miniport, and its status indications.
 */
#include <stdlib.h>
#include <string.h>

#include "host/ndis_private.h"

#define OID_TIMEOUT_100NS (-12LL * 10000000) /* Driver Verifier's limit */
#define CANARY 0xc5
#define CANARY_SIZE 16

/* --- requests ---------------------------------------------------------------------------------------------------- */

static void **request_buffer(NDIS_OID_REQUEST *request, ULONG *size) {
    switch (request->RequestType) {
    case NdisRequestSetInformation:
        *size = request->DATA.SET_INFORMATION.InformationBufferLength;
        return &request->DATA.SET_INFORMATION.InformationBuffer;
    case NdisRequestMethod: {
        ULONG in = request->DATA.METHOD_INFORMATION.InputBufferLength;
        ULONG out = request->DATA.METHOD_INFORMATION.OutputBufferLength;
        *size = in > out ? in : out;
        return &request->DATA.METHOD_INFORMATION.InformationBuffer;
    }
    default:
        *size = request->DATA.QUERY_INFORMATION.InformationBufferLength;
        return &request->DATA.QUERY_INFORMATION.InformationBuffer;
    }
}

static void check_result(const struct ndis_adapter *adapter, const NDIS_OID_REQUEST *request, NDIS_STATUS status) {
    ULONG used, needed, size;
    if (request->RequestType == NdisRequestSetInformation) {
        used = request->DATA.SET_INFORMATION.BytesRead;
        needed = request->DATA.SET_INFORMATION.BytesNeeded;
        size = request->DATA.SET_INFORMATION.InformationBufferLength;
    } else if (request->RequestType == NdisRequestMethod) {
        used = request->DATA.METHOD_INFORMATION.BytesWritten;
        needed = request->DATA.METHOD_INFORMATION.BytesNeeded;
        size = request->DATA.METHOD_INFORMATION.OutputBufferLength;
    } else {
        used = request->DATA.QUERY_INFORMATION.BytesWritten;
        needed = request->DATA.QUERY_INFORMATION.BytesNeeded;
        size = request->DATA.QUERY_INFORMATION.InformationBufferLength;
    }
    unsigned oid = request->DATA.Oid;
    verify_about(adapter->driver->c.OidRequestHandler);
    if (used > size) verify_violation("oid-bytes", "OID %#x: %u bytes used of a buffer of %u", oid, used, size);
    if ((status == NDIS_STATUS_BUFFER_TOO_SHORT || status == NDIS_STATUS_INVALID_LENGTH) && !needed)
        verify_violation("oid-bytes-needed", "OID %#x: status %#x with BytesNeeded 0", oid, (unsigned)status);
    verify_about(NULL);
}

/* The miniport fills in how many bytes, and nothing else. */
static void check_request(const struct ndis_adapter *adapter, NDIS_OID_REQUEST *before, NDIS_OID_REQUEST *after) {
    ULONG size_before, size_after;
    void **buffer_before = request_buffer(before, &size_before);
    if (after->RequestType == before->RequestType && after->RequestId == before->RequestId &&
        after->RequestHandle == before->RequestHandle && after->DATA.Oid == before->DATA.Oid &&
        *request_buffer(after, &size_after) == *buffer_before && size_after == size_before)
        return;
    verify_about(adapter->driver->c.OidRequestHandler);
    verify_violation("oid-modified", "OID %#x: the miniport changed the request's type, code, buffer or length",
                     (unsigned)before->DATA.Oid);
}

/* Calls the miniport and waits, under the adapter's oid lock. */
static NDIS_STATUS request_run(struct ndis_adapter *adapter, NDIS_OID_REQUEST *request) {
    __atomic_store_n(&adapter->oid_current, request, __ATOMIC_RELEASE);
    struct ndis_call call = ndis_call_begin("MiniportOidRequest", adapter->driver->c.OidRequestHandler);
    NDIS_STATUS status = adapter->driver->c.OidRequestHandler(adapter->context, request);
    ndis_call_end(call);
    if (status != NDIS_STATUS_PENDING) {
        verify_about(call.code);
        if (__atomic_exchange_n(&adapter->oid_current, NULL, __ATOMIC_ACQ_REL) != request)
            verify_violation("oid-completion", "OID %#x: MiniportOidRequest returned %#x and completed the request",
                             (unsigned)request->DATA.Oid, (unsigned)status);
        verify_about(NULL);
        return status;
    }
    LARGE_INTEGER timeout = {.QuadPart = OID_TIMEOUT_100NS};
    if (KeWaitForSingleObject(&adapter->oid_done, Executive, KernelMode, FALSE, &timeout) == STATUS_TIMEOUT) {
        verify_violation("oid-timeout", "OID %#x has been pending for 12 seconds", (unsigned)request->DATA.Oid);
        KeWaitForSingleObject(&adapter->oid_done, Executive, KernelMode, FALSE, NULL);
    }
    return adapter->oid_status;
}

NDIS_STATUS ndis_stack_oid(struct ndis_adapter *adapter, NDIS_OID_REQUEST *request) {
    enum ndis_state state = ndis_state_of(adapter);
    if (state < NDIS_PAUSED) return NDIS_STATUS_INVALID_STATE;
    /* The miniport gets a copy of the buffer with a fence behind it, so that writing too much is seen. */
    ULONG size;
    void **slot = request_buffer(request, &size);
    void *original = *slot;
    uint8_t *copy = malloc((size_t)size + CANARY_SIZE);
    if (!copy) return NDIS_STATUS_RESOURCES;
    if (size) memcpy(copy, original, size);
    memset(copy + size, CANARY, CANARY_SIZE);
    request->Header = (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_OID_REQUEST, NDIS_OID_REQUEST_REVISION_1,
                                           NDIS_SIZEOF_OID_REQUEST_REVISION_1};
    ndis_mutex_lock(&adapter->oid);
    *slot = size ? copy : NULL;
    NDIS_OID_REQUEST before = *request;
    NDIS_STATUS status = request_run(adapter, request);
    check_request(adapter, &before, request);
    *slot = original;
    ndis_mutex_unlock(&adapter->oid);
    for (unsigned i = 0; i < CANARY_SIZE; i++) {
        if (copy[size + i] != CANARY) {
            verify_about(adapter->driver->c.OidRequestHandler);
            verify_violation("oid-overrun", "OID %#x: the miniport wrote behind its buffer of %u bytes",
                             (unsigned)request->DATA.Oid, size);
            break;
        }
    }
    if (size && request->RequestType != NdisRequestSetInformation) memcpy(original, copy, size);
    free(copy);
    check_result(adapter, request, status);
    return status;
}

VOID NTAPI NdisMOidRequestComplete(NDIS_HANDLE MiniportAdapterHandle, PNDIS_OID_REQUEST OidRequest,
                                   NDIS_STATUS Status) {
    NT_ENTER(NdisMOidRequestComplete);
    struct ndis_adapter *adapter = ndis_adapter_check(MiniportAdapterHandle, "NdisMOidRequestComplete");
    if (!adapter) return;
    ndis_check_no_locks("NdisMOidRequestComplete");
    NDIS_OID_REQUEST *expected = OidRequest;
    if (!OidRequest || Status == NDIS_STATUS_PENDING ||
        !__atomic_compare_exchange_n(&adapter->oid_current, &expected, NULL, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        verify_violation("oid-completion", "NdisMOidRequestComplete: request %p with status %#x is not the pending one",
                         (void *)OidRequest, (unsigned)Status);
        return;
    }
    adapter->oid_status = Status;
    KeSetEvent(&adapter->oid_done, IO_NO_INCREMENT, FALSE);
}

NDIS_STATUS ndis_query(struct ndis_adapter *adapter, NDIS_OID oid, void *buffer, ULONG size, ULONG *written) {
    NDIS_OID_REQUEST request;
    memset(&request, 0, sizeof request);
    request.RequestType = NdisRequestQueryInformation;
    request.DATA.QUERY_INFORMATION.Oid = oid;
    request.DATA.QUERY_INFORMATION.InformationBuffer = buffer;
    request.DATA.QUERY_INFORMATION.InformationBufferLength = size;
    NDIS_STATUS status = ndis_stack_oid(adapter, &request);
    if (written)
        *written = status == NDIS_STATUS_SUCCESS ? request.DATA.QUERY_INFORMATION.BytesWritten
                                                 : request.DATA.QUERY_INFORMATION.BytesNeeded;
    return status;
}

NDIS_STATUS ndis_set(struct ndis_adapter *adapter, NDIS_OID oid, void *buffer, ULONG size) {
    NDIS_OID_REQUEST request;
    memset(&request, 0, sizeof request);
    request.RequestType = NdisRequestSetInformation;
    request.DATA.SET_INFORMATION.Oid = oid;
    request.DATA.SET_INFORMATION.InformationBuffer = buffer;
    request.DATA.SET_INFORMATION.InformationBufferLength = size;
    return ndis_stack_oid(adapter, &request);
}

bool ndis_oid_listed(struct ndis_adapter *adapter, NDIS_OID oid) {
    for (size_t i = 0; i < adapter->general.SupportedOidListLength / sizeof(NDIS_OID); i++) {
        if (adapter->oids[i] == oid) return true;
    }
    return false;
}

/* --- what NDIS and TCP/IP ask when an adapter comes and goes ----------------------------------------------------- */

static void ask(struct ndis_adapter *adapter, NDIS_OID oid) {
    uint8_t buffer[512];
    if (!ndis_oid_listed(adapter, oid)) return;
    memset(buffer, 0, sizeof buffer);
    /* Too short first, as callers that learn the length do. */
    ULONG size = 0;
    NDIS_STATUS status = ndis_query(adapter, oid, buffer, 0, &size);
    if (status != NDIS_STATUS_BUFFER_TOO_SHORT && status != NDIS_STATUS_INVALID_LENGTH) {
        verify_about(adapter->driver->c.OidRequestHandler);
        verify_violation("oid-short-buffer", "OID %#x with a buffer of 0 bytes: status %#x", (unsigned)oid,
                         (unsigned)status);
    }
    memset(buffer, 0, sizeof buffer);
    if (oid == OID_GEN_STATISTICS)
        *(NDIS_OBJECT_HEADER *)buffer = (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_DEFAULT, NDIS_STATISTICS_INFO_REVISION_1,
                                                             NDIS_SIZEOF_STATISTICS_INFO_REVISION_1};
    status = ndis_query(adapter, oid, buffer, sizeof buffer, NULL);
    if (status != NDIS_STATUS_SUCCESS) {
        verify_about(adapter->driver->c.OidRequestHandler);
        verify_violation("oid-listed-fails", "OID %#x is in SupportedOidList and fails with %#x", (unsigned)oid,
                         (unsigned)status);
    }
}

static void set_quietly(struct ndis_adapter *adapter, NDIS_OID oid, void *buffer, ULONG size) {
    NDIS_STATUS status = ndis_set(adapter, oid, buffer, size);
    if (status != NDIS_STATUS_SUCCESS && status != NDIS_STATUS_NOT_SUPPORTED)
        host_log("OID %#x: the miniport refuses it with %#x", (unsigned)oid, (unsigned)status);
}

void ndis_oid_start_traffic(struct ndis_adapter *adapter) {
    static const NDIS_OID asked[] = {OID_GEN_VENDOR_ID,
                                     OID_GEN_VENDOR_DESCRIPTION,
                                     OID_GEN_VENDOR_DRIVER_VERSION,
                                     OID_GEN_INTERRUPT_MODERATION,
                                     OID_GEN_STATISTICS,
                                     OID_GEN_XMIT_OK,
                                     OID_GEN_RCV_OK,
                                     OID_GEN_MAXIMUM_TOTAL_SIZE,
                                     OID_GEN_TRANSMIT_BUFFER_SPACE,
                                     OID_GEN_RECEIVE_BUFFER_SPACE,
                                     OID_GEN_TRANSMIT_BLOCK_SIZE,
                                     OID_GEN_RECEIVE_BLOCK_SIZE};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) ask(adapter, asked[i]);
    if (ndis_oid_listed(adapter, OID_GEN_LINK_PARAMETERS)) {
        NDIS_LINK_PARAMETERS link = {
            .Header = {NDIS_OBJECT_TYPE_DEFAULT, NDIS_LINK_PARAMETERS_REVISION_1,
                       NDIS_SIZEOF_LINK_PARAMETERS_REVISION_1},
            .MediaDuplexState = MediaDuplexStateUnknown,
            .XmitLinkSpeed = adapter->general.MaxXmitLinkSpeed,
            .RcvLinkSpeed = adapter->general.MaxRcvLinkSpeed,
            .AutoNegotiationFlags = adapter->general.AutoNegotiationFlags,
        };
        set_quietly(adapter, OID_GEN_LINK_PARAMETERS, &link, sizeof link);
    }
    ULONG lookahead = adapter->general.LookaheadSize < 256 ? adapter->general.LookaheadSize : 256;
    set_quietly(adapter, OID_GEN_CURRENT_LOOKAHEAD, &lookahead, sizeof lookahead);
    ULONG filter =
        adapter->general.SupportedPacketFilters & (NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_MULTICAST |
                                                   NDIS_PACKET_TYPE_ALL_MULTICAST | NDIS_PACKET_TYPE_BROADCAST);
    NDIS_STATUS status = ndis_set(adapter, OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof filter);
    if (status != NDIS_STATUS_SUCCESS)
        host_log("OID_GEN_CURRENT_PACKET_FILTER fails with %#x; Windows would not bind TCP/IP", (unsigned)status);
    /* No address yet: an empty list, as TCP/IP sends it before it has configured the interface. */
    NETWORK_ADDRESS_LIST none;
    memset(&none, 0, sizeof none);
    none.AddressType = NDIS_PROTOCOL_ID_TCP_IP;
    set_quietly(adapter, OID_GEN_NETWORK_LAYER_ADDRESSES, &none, offsetof(NETWORK_ADDRESS_LIST, Address));
}

void ndis_oid_stop_traffic(struct ndis_adapter *adapter) {
    ULONG filter = 0;
    set_quietly(adapter, OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof filter);
}

/* --- status ------------------------------------------------------------------------------------------------------ */

static bool link_state_track(struct ndis_adapter *adapter, const NDIS_STATUS_INDICATION *indication) {
    const NDIS_LINK_STATE *link = indication->StatusBuffer;
    if (!link || indication->StatusBufferSize < NDIS_SIZEOF_LINK_STATE_REVISION_1 ||
        !ndis_header_ok(&link->Header, NDIS_OBJECT_TYPE_DEFAULT, NDIS_LINK_STATE_REVISION_1,
                        NDIS_SIZEOF_LINK_STATE_REVISION_1)) {
        verify_violation("ndis-object-header",
                         "NDIS_STATUS_LINK_STATE: buffer of %u bytes, type %#x revision %u size %u",
                         indication->StatusBufferSize, link ? link->Header.Type : 0, link ? link->Header.Revision : 0,
                         link ? link->Header.Size : 0);
        return false;
    }
    ndis_check_filled("NDIS_STATUS_LINK_STATE", link, 0, 0);
    __atomic_store_n(&adapter->connect_state, link->MediaConnectState, __ATOMIC_RELEASE);
    return true;
}

VOID NTAPI NdisMIndicateStatusEx(NDIS_HANDLE MiniportAdapterHandle, PNDIS_STATUS_INDICATION StatusIndication) {
    NT_ENTER(NdisMIndicateStatusEx);
    const char *call = "NdisMIndicateStatusEx";
    struct ndis_adapter *adapter = ndis_adapter_check(MiniportAdapterHandle, call);
    if (!adapter) return;
    ndis_check_no_locks(call);
    if (!ndis_header_ok(&StatusIndication->Header, NDIS_OBJECT_TYPE_STATUS_INDICATION,
                        NDIS_STATUS_INDICATION_REVISION_1, NDIS_SIZEOF_STATUS_INDICATION_REVISION_1)) {
        verify_violation("ndis-object-header", "%s: type %#x revision %u size %u", call, StatusIndication->Header.Type,
                         StatusIndication->Header.Revision, StatusIndication->Header.Size);
        return;
    }
    ndis_check_filled(call, StatusIndication, offsetof(NDIS_STATUS_INDICATION, Guid),
                      sizeof *StatusIndication -
                          offsetof(NDIS_STATUS_INDICATION, Guid)); /* NDIS uses what is behind it */
    if (StatusIndication->SourceHandle != MiniportAdapterHandle)
        verify_violation("ndis-source-handle", "%s: SourceHandle is not the adapter's handle", call);
    if (!StatusIndication->StatusBuffer && StatusIndication->StatusBufferSize)
        verify_violation("ndis-parameter", "%s: a StatusBufferSize of %u without StatusBuffer", call,
                         StatusIndication->StatusBufferSize);
    enum ndis_state state = ndis_state_of(adapter);
    if (state == NDIS_HALTED) {
        verify_violation("ndis-halted-adapter", "%s: the adapter is halted", call);
        return;
    }
    if (state == NDIS_INITIALIZING && !adapter->general_set)
        verify_violation("ndis-attributes", "%s before the general attributes are set", call);
    if (StatusIndication->StatusCode == NDIS_STATUS_LINK_STATE && !link_state_track(adapter, StatusIndication)) return;
    /* Held like a data path call, so that unbind cannot overtake it. */
    ndis_enter(&adapter->calls);
    if (__atomic_load_n(&adapter->bound, __ATOMIC_SEQ_CST))
        adapter->stack->status(adapter->stack_context, StatusIndication);
    ndis_leave(adapter, &adapter->calls);
}
