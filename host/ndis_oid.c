/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The OID requests that NDIS and TCP/IP send when an adapter comes and goes.
 */
#include <string.h>

#include "host/ndis_private.h"

#define UNKNOWN_OID 0xff74fe01u

bool ndis_oid_listed(struct ndis_adapter *adapter, NDIS_OID oid) {
    for (size_t i = 0; i < adapter->general.SupportedOidListLength / sizeof(NDIS_OID); i++) {
        if (adapter->oids[i] == oid) return true;
    }
    return false;
}

/* --- what NDIS and TCP/IP ask when an adapter comes and goes ----------------------------------------------------- */

/* An object with the header that the miniport's version has, for requests whose buffer begins with one. */
static void header_put(struct ndis_adapter *adapter, enum ndis_object object, void *buffer) {
    *(NDIS_OBJECT_HEADER *)buffer = ndis_object_header(object, adapter->driver->version);
}

static void ask(struct ndis_adapter *adapter, NDIS_OID oid, NDIS_REQUEST_TYPE type) {
    _Alignas(8) uint8_t buffer[512];
    if (!ndis_oid_listed(adapter, oid)) return;
    memset(buffer, 0, sizeof buffer);
    /* Too short first, as callers that learn the length do. */
    NDIS_STATUS status = ndis_oid_request(adapter, type, oid, buffer, 0, NULL);
    if (status != NDIS_STATUS_BUFFER_TOO_SHORT && status != NDIS_STATUS_INVALID_LENGTH) {
        verify_about(adapter->driver->c.OidRequestHandler);
        verify_violation("oid-short-buffer", "OID %#x with a buffer of 0 bytes: status %#x", (unsigned)oid,
                         (unsigned)status);
    }
    memset(buffer, 0, sizeof buffer);
    if (oid == OID_GEN_STATISTICS) header_put(adapter, NDIS_OF_STATISTICS_INFO, buffer);
    if (oid == OID_GEN_INTERRUPT_MODERATION) header_put(adapter, NDIS_OF_INTERRUPT_MODERATION, buffer);
    status = ndis_oid_request(adapter, type, oid, buffer, sizeof buffer, NULL);
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

/* Newer protocols ask for what older miniports have never heard of: such a request must fail, and do no harm. */
static void ask_unknown(struct ndis_adapter *adapter) {
    static const NDIS_REQUEST_TYPE types[] = {NdisRequestQueryInformation, NdisRequestSetInformation,
                                              NdisRequestMethod};
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++) {
        uint8_t buffer[64] = {0};
        NDIS_STATUS status = ndis_oid_request(adapter, types[i], UNKNOWN_OID, buffer, sizeof buffer, NULL);
        if (status == NDIS_STATUS_SUCCESS) {
            verify_about(adapter->driver->c.OidRequestHandler);
            verify_violation("oid-unknown", "OID %#x, which nobody has defined, succeeds", UNKNOWN_OID);
        }
    }
}

static void set_link(struct ndis_adapter *adapter) {
    NDIS_LINK_PARAMETERS link = {
        .Header = ndis_object_header(NDIS_OF_LINK_PARAMETERS, adapter->driver->version),
        .MediaDuplexState = MediaDuplexStateUnknown,
        .XmitLinkSpeed = adapter->general.MaxXmitLinkSpeed,
        .RcvLinkSpeed = adapter->general.MaxRcvLinkSpeed,
        .AutoNegotiationFlags = adapter->general.AutoNegotiationFlags,
    };
    if (ndis_oid_listed(adapter, OID_GEN_LINK_PARAMETERS))
        set_quietly(adapter, OID_GEN_LINK_PARAMETERS, &link, sizeof link);
}

/* Power: nothing is to wake the system. Offloads: nothing is to change; packets come without a frame. */
static void set_capabilities(struct ndis_adapter *adapter) {
    ULONG words[9] = {0};
    if (ndis_oid_listed(adapter, OID_PM_PARAMETERS)) {
        header_put(adapter, NDIS_OF_PM_PARAMETERS, words);
        set_quietly(adapter, OID_PM_PARAMETERS, words, ((NDIS_OBJECT_HEADER *)words)->Size);
    }
    if (ndis_oid_listed(adapter, OID_TCP_OFFLOAD_PARAMETERS)) {
        memset(words, 0, sizeof words);
        header_put(adapter, NDIS_OF_OFFLOAD_PARAMETERS, words);
        set_quietly(adapter, OID_TCP_OFFLOAD_PARAMETERS, words, ((NDIS_OBJECT_HEADER *)words)->Size);
    }
    if (ndis_oid_listed(adapter, OID_OFFLOAD_ENCAPSULATION)) {
        /* For IPv4 and IPv6 alike: on, NDIS_ENCAPSULATION_NULL (or IEEE 802.3), the size of the frame's header. */
        ULONG type = adapter->ip_medium ? 1 : 2, size = adapter->ip_medium ? 0 : 14;
        ULONG encapsulation[7] = {0, 1, type, size, 1, type, size};
        header_put(adapter, NDIS_OF_OFFLOAD_ENCAPSULATION, encapsulation);
        set_quietly(adapter, OID_OFFLOAD_ENCAPSULATION, encapsulation, sizeof encapsulation);
    }
}

void ndis_oid_restore(struct ndis_adapter *adapter) {
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

void ndis_oid_start_traffic(struct ndis_adapter *adapter) {
    static const NDIS_OID asked[] = {
        OID_GEN_VENDOR_ID,
        OID_GEN_VENDOR_DESCRIPTION,
        OID_GEN_VENDOR_DRIVER_VERSION,
        OID_GEN_INTERRUPT_MODERATION,
        OID_GEN_STATISTICS,
        OID_GEN_XMIT_OK,
        OID_GEN_RCV_OK,
        OID_GEN_XMIT_ERROR,
        OID_GEN_RCV_ERROR,
        OID_GEN_RCV_NO_BUFFER,
        OID_GEN_MAXIMUM_TOTAL_SIZE,
        OID_GEN_TRANSMIT_BUFFER_SPACE,
        OID_GEN_RECEIVE_BUFFER_SPACE,
        OID_GEN_TRANSMIT_BLOCK_SIZE,
        OID_GEN_RECEIVE_BLOCK_SIZE,
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) ask(adapter, asked[i], NdisRequestQueryInformation);
    ask(adapter, OID_GEN_STATISTICS, NdisRequestQueryStatistics); /* as WMI does */
    ask_unknown(adapter);
    set_link(adapter);
    set_capabilities(adapter);
    ndis_oid_restore(adapter);
}

void ndis_oid_stop_traffic(struct ndis_adapter *adapter) {
    ULONG filter = 0;
    set_quietly(adapter, OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof filter);
}
