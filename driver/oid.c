/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * What NDIS asks. Much is answered by NDIS itself from the attributes that adapter.c set; this is the rest. All
 * requests are answered at once, and NDIS sends them one at a time.
 */
#include "driver/driver.h"
#include "driver/stats.h"

/* What never changes. The sizes are those of a card's own memory, which nobody relies on; 0xFFFFFF is the vendor id of
 * those who have none. */
static const ULONG OidConstants[][2] = {
    {OID_GEN_TRANSMIT_BUFFER_SPACE, RING_CAPACITY_MAX},
    {OID_GEN_RECEIVE_BUFFER_SPACE, RING_CAPACITY_MAX},
    {OID_GEN_TRANSMIT_BLOCK_SIZE, RING_ALIGN},
    {OID_GEN_RECEIVE_BLOCK_SIZE, RING_ALIGN},
    {OID_GEN_MAXIMUM_TOTAL_SIZE, LINK_MTU},
    {OID_GEN_VENDOR_ID, 0xFFFFFF},
    {OID_GEN_VENDOR_DRIVER_VERSION, BRAND_VERSION_MAJOR << 16 | BRAND_VERSION_MINOR},
};

/* clang-format off */
const NDIS_OID OidSupported[] = {
    OID_GEN_TRANSMIT_BUFFER_SPACE, OID_GEN_RECEIVE_BUFFER_SPACE, OID_GEN_TRANSMIT_BLOCK_SIZE, OID_GEN_RECEIVE_BLOCK_SIZE,
    OID_GEN_MAXIMUM_TOTAL_SIZE, OID_GEN_VENDOR_ID, OID_GEN_VENDOR_DESCRIPTION, OID_GEN_VENDOR_DRIVER_VERSION,
    OID_GEN_CURRENT_PACKET_FILTER, OID_GEN_CURRENT_LOOKAHEAD, OID_GEN_XMIT_OK, OID_GEN_RCV_OK, OID_GEN_STATISTICS,
    OID_GEN_INTERRUPT_MODERATION, OID_GEN_LINK_PARAMETERS, OID_GEN_NETWORK_LAYER_ADDRESSES, OID_PNP_SET_POWER,
    OID_PNP_QUERY_POWER};
const ULONG OidSupportedSize = sizeof(OidSupported);

static VOID OidStatistics(const struct abi_counters *Counters, NDIS_STATISTICS_INFO *Info)
{
    ULONG64 InBytes = StatsRead(&Counters->to_stack_bytes), OutBytes = StatsRead(&Counters->to_client_bytes);

    *Info = (NDIS_STATISTICS_INFO){
        .Header = HEADER(DEFAULT, STATISTICS_INFO_REVISION_1), .SupportedStatistics = OID_STATISTICS,
        .ifHCInUcastPkts = StatsRead(&Counters->to_stack_packets), .ifHCInOctets = InBytes, .ifHCInUcastOctets = InBytes,
        .ifHCOutUcastPkts = StatsRead(&Counters->to_client_packets), .ifHCOutOctets = OutBytes,
        .ifHCOutUcastOctets = OutBytes, .ifInErrors = StatsRead(&Counters->to_stack_invalid),
        .ifOutErrors = StatsRead(&Counters->to_client_invalid),
        .ifOutDiscards = StatsRead(&Counters->to_client_full) + StatsRead(&Counters->to_client_refused)};
}
/* clang-format on */

typedef union _OID_ANSWER {
    ULONG Number;
    ULONG64 Counter;
    CHAR Vendor[sizeof(BRAND_DESCRIPTION_A)];
    NDIS_STATISTICS_INFO Statistics;
    NDIS_INTERRUPT_MODERATION_PARAMETERS Moderation;
} OID_ANSWER;

/* The size of the answer; 0 if there is none. */
static ULONG OidAnswer(const ADAPTER *Adapter, NDIS_OID Oid, OID_ANSWER *Answer) {
    switch (Oid) {
    case OID_GEN_CURRENT_PACKET_FILTER:
    case OID_GEN_CURRENT_LOOKAHEAD:
        Answer->Number = Oid == OID_GEN_CURRENT_LOOKAHEAD ? Adapter->Lookahead : Adapter->PacketFilter;
        return sizeof(Answer->Number);
    case OID_GEN_XMIT_OK:
    case OID_GEN_RCV_OK:
        Answer->Counter = StatsRead(Oid == OID_GEN_XMIT_OK ? &Adapter->Counters.to_client_packets
                                                           : &Adapter->Counters.to_stack_packets);
        return sizeof(Answer->Counter);
    case OID_GEN_VENDOR_DESCRIPTION:
        RtlCopyMemory(Answer->Vendor, BRAND_DESCRIPTION_A, sizeof(Answer->Vendor));
        return sizeof(Answer->Vendor);
    case OID_GEN_STATISTICS:
        OidStatistics(&Adapter->Counters, &Answer->Statistics);
        return NDIS_SIZEOF_STATISTICS_INFO_REVISION_1;
    case OID_GEN_INTERRUPT_MODERATION:
        Answer->Moderation = (NDIS_INTERRUPT_MODERATION_PARAMETERS){
            HEADER(DEFAULT, INTERRUPT_MODERATION_PARAMETERS_REVISION_1), 0, NdisInterruptModerationNotSupported};
        return NDIS_SIZEOF_INTERRUPT_MODERATION_PARAMETERS_REVISION_1;
    }
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(OidConstants); Index++) {
        Answer->Number = OidConstants[Index][1];
        if (OidConstants[Index][0] == Oid) return sizeof(Answer->Number);
    }
    return 0;
}

static NDIS_STATUS OidQuery(const ADAPTER *Adapter, PNDIS_OID_REQUEST Request) {
    ULONG Room = Request->DATA.QUERY_INFORMATION.InformationBufferLength;
    OID_ANSWER Answer;
    ULONG Size = OidAnswer(Adapter, Request->DATA.QUERY_INFORMATION.Oid, &Answer);

    if (Request->DATA.QUERY_INFORMATION.Oid == OID_PNP_QUERY_POWER) return NDIS_STATUS_SUCCESS; /* any state is fine */
    if (Size == 0) return NDIS_STATUS_NOT_SUPPORTED;
    Request->DATA.QUERY_INFORMATION.BytesNeeded = Size;
    /* A counter is given in 32 bits to whoever has no room for 64, and BytesNeeded says that there are more. */
    if (Size == sizeof(ULONG64) && Room < Size) Size = sizeof(ULONG);
    if (Room < Size) return NDIS_STATUS_BUFFER_TOO_SHORT;
    RtlCopyMemory(Request->DATA.QUERY_INFORMATION.InformationBuffer, &Answer, Size);
    Request->DATA.QUERY_INFORMATION.BytesWritten = Size;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS OidSet(ADAPTER *Adapter, PNDIS_OID_REQUEST Request) {
    ULONG *Target;

    switch (Request->DATA.SET_INFORMATION.Oid) {
    case OID_GEN_CURRENT_PACKET_FILTER: Target = &Adapter->PacketFilter; break; /* there is nothing to filter */
    case OID_GEN_CURRENT_LOOKAHEAD: Target = &Adapter->Lookahead; break;
    case OID_PNP_SET_POWER: Target = &Adapter->Power; break;
    case OID_GEN_NETWORK_LAYER_ADDRESSES:
    case OID_GEN_LINK_PARAMETERS: return NDIS_STATUS_SUCCESS;           /* for cards that would act on it */
    case OID_GEN_INTERRUPT_MODERATION: return NDIS_STATUS_INVALID_DATA; /* as documented for adapters without it */
    default: return NDIS_STATUS_NOT_SUPPORTED;
    }
    Request->DATA.SET_INFORMATION.BytesNeeded = sizeof(*Target);
    if (Request->DATA.SET_INFORMATION.InformationBufferLength < sizeof(*Target)) return NDIS_STATUS_INVALID_LENGTH;
    Request->DATA.SET_INFORMATION.BytesRead = sizeof(*Target);
    *Target = *(const ULONG *)Request->DATA.SET_INFORMATION.InformationBuffer;
    if (Target == &Adapter->Power)
        (*Target == NdisDeviceStateD0 ? GateOpen : GateClose)(&Adapter->Gate, GATE_LOW_POWER);
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS NTAPI OidRequest(NDIS_HANDLE Context, PNDIS_OID_REQUEST Request) {
    if (Request->RequestType == NdisRequestMethod) return NDIS_STATUS_NOT_SUPPORTED;
    return Request->RequestType == NdisRequestSetInformation ? OidSet(Context, Request) : OidQuery(Context, Request);
}

VOID NTAPI OidCancel(NDIS_HANDLE Context, PVOID RequestId) { /* nothing is ever pending */ }
