/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The OID requests that NDIS and TCP/IP send when an adapter comes and goes.
 */
#include <string.h>

#include "host/ndis_private.h"

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
    if (status != NDIS_STATUS_BUFFER_TOO_SHORT && status != NDIS_STATUS_INVALID_LENGTH)
        verify_violation("oid-short-buffer", "OID %#x with a buffer of 0 bytes: status %#x", (unsigned)oid,
                         (unsigned)status);
    memset(buffer, 0, sizeof buffer);
    if (oid == OID_GEN_STATISTICS)
        *(NDIS_OBJECT_HEADER *)buffer = (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_DEFAULT, NDIS_STATISTICS_INFO_REVISION_1,
                                                             NDIS_SIZEOF_STATISTICS_INFO_REVISION_1};
    status = ndis_query(adapter, oid, buffer, sizeof buffer, NULL);
    if (status != NDIS_STATUS_SUCCESS)
        verify_violation("oid-listed-fails", "OID %#x is in SupportedOidList and fails with %#x", (unsigned)oid,
                         (unsigned)status);
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
