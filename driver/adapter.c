/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * One adapter's life, in the order in which NDIS calls: initialize, restart, (pause, restart)*, pause, halt.
 * Software devices leave by surprise removal, so that is the usual way here.
 */
#include "driver/driver.h"

/* Attributes in groups instead of one a line. */
/* clang-format off */

static NDIS_STATUS AdapterSetAttributes(ADAPTER *Adapter)
{
    NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES Registration = {
        .Header = HEADER(MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_2),
        .MiniportAdapterContext = Adapter, .InterfaceType = NdisInterfaceInternal,
        /* No hang to check for, no DMA. Nothing is lost in low power, so NDIS need neither halt nor pause us for it. */
        .AttributeFlags = NDIS_MINIPORT_ATTRIBUTES_NDIS_WDM | NDIS_MINIPORT_ATTRIBUTES_SURPRISE_REMOVE_OK |
                          NDIS_MINIPORT_ATTRIBUTES_NO_HALT_ON_SUSPEND | NDIS_MINIPORT_ATTRIBUTES_NO_PAUSE_ON_SUSPEND};
    /* Present, and all zero: no wake-up of any kind. */
    NDIS_PM_CAPABILITIES NoWake = {.Header = HEADER(DEFAULT, PM_CAPABILITIES_REVISION_2)};
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES General = {
        .Header = HEADER(MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_2),
        .MediaType = NdisMediumIP, .PhysicalMediumType = NdisPhysicalMediumUnspecified,
        .MtuSize = LINK_MTU, .LookaheadSize = LINK_MTU,
        .MaxXmitLinkSpeed = LINK_SPEED, .XmitLinkSpeed = LINK_SPEED,
        .MaxRcvLinkSpeed = LINK_SPEED, .RcvLinkSpeed = LINK_SPEED,
        .MediaConnectState = MediaConnectStateDisconnected, .MediaDuplexState = MediaDuplexStateFull,
        .MacOptions = NDIS_MAC_OPTION_TRANSFERS_NOT_PEND | NDIS_MAC_OPTION_COPY_LOOKAHEAD_DATA | NDIS_MAC_OPTION_NO_LOOPBACK,
        .SupportedPacketFilters = OID_PACKET_FILTERS, .SupportedStatistics = OID_STATISTICS,
        .AccessType = NET_IF_ACCESS_BROADCAST, .DirectionType = NET_IF_DIRECTION_SENDRECEIVE,
        .ConnectionType = NET_IF_CONNECTION_DEDICATED, .IfType = IF_TYPE_PROP_VIRTUAL, .IfConnectorPresent = FALSE,
        .SupportedPauseFunctions = NdisPauseFunctionsUnsupported,
        .SupportedOidList = (PNDIS_OID)OidSupported, .SupportedOidListLength = OidSupportedSize,
        .PowerManagementCapabilitiesEx = &NoWake};
    NDIS_STATUS Status =
        NdisMSetMiniportAttributes(Adapter->Miniport, (PNDIS_MINIPORT_ADAPTER_ATTRIBUTES)&Registration);

    if (Status == NDIS_STATUS_SUCCESS)
        Status = NdisMSetMiniportAttributes(Adapter->Miniport, (PNDIS_MINIPORT_ADAPTER_ATTRIBUTES)&General);
    return Status;
}

/* clang-format on */

static VOID AdapterFree(ADAPTER *Adapter) {
    ToStackFree(Adapter);
    GateFree(&Adapter->Gate);
    AdapterDereference(Adapter);
}

NDIS_STATUS NTAPI AdapterInitialize(NDIS_HANDLE Miniport, NDIS_HANDLE Context,
                                    PNDIS_MINIPORT_INIT_PARAMETERS Parameters) {
    ADAPTER *Adapter = AdapterCreate();
    NDIS_STATUS Status = NDIS_STATUS_RESOURCES;

    if (Adapter == NULL) return NDIS_STATUS_RESOURCES;
    Adapter->Miniport = Miniport;
    KeInitializeSpinLock(&Adapter->ToClientLock);
    KeInitializeEvent(&Adapter->SessionFree, SynchronizationEvent, TRUE);
    if (GateInitialize(&Adapter->Gate, BRAND_POOL_TAG)) Status = ToStackAllocate(Adapter);
    if (Status == NDIS_STATUS_SUCCESS) Status = AdapterSetAttributes(Adapter);
    if (Status == NDIS_STATUS_SUCCESS) Status = ControlRegister(Adapter); /* last: from here on programs come in */
    if (Status != NDIS_STATUS_SUCCESS) AdapterFree(Adapter);
    return Status;
}

NDIS_STATUS NTAPI AdapterRestart(NDIS_HANDLE Context, PNDIS_MINIPORT_RESTART_PARAMETERS Parameters) {
    GateOpen(&((ADAPTER *)Context)->Gate, GATE_PAUSED);
    return NDIS_STATUS_SUCCESS;
}

/* Cannot fail, so it needs nothing that could be missing. */
NDIS_STATUS NTAPI AdapterPause(NDIS_HANDLE Context, PNDIS_MINIPORT_PAUSE_PARAMETERS Parameters) {
    GateClose(&((ADAPTER *)Context)->Gate, GATE_PAUSED);
    return NDIS_STATUS_SUCCESS;
}

/* Ends the session for good. The client sees "closed" at once; its files stay valid until it closes them. */
static VOID AdapterRemove(ADAPTER *Adapter) {
    GateClose(&Adapter->Gate, GATE_REMOVED);
    SessionDetach(Adapter, NULL, TRUE);
}

VOID NTAPI AdapterPnpEvent(NDIS_HANDLE Context, PNET_DEVICE_PNP_EVENT Event) {
    if (Event->DevicePnPEvent == NdisDevicePnPEventSurpriseRemoved) AdapterRemove(Context);
}

VOID NTAPI AdapterHalt(NDIS_HANDLE Context, NDIS_HALT_ACTION Action) {
    AdapterRemove(Context);
    ControlDeregister(Context);
    AdapterFree(Context);
}

/* The system goes down, and memory with it: there is no device to quiet. May run at any level, so it touches nothing.
 */
VOID NTAPI AdapterShutdown(NDIS_HANDLE Context, NDIS_SHUTDOWN_ACTION Action) {}

VOID AdapterIndicateLink(ADAPTER *Adapter, BOOLEAN Up) {
    /* clang-format off */
    NDIS_LINK_STATE Link = {
        .Header = HEADER(DEFAULT, LINK_STATE_REVISION_1), .XmitLinkSpeed = LINK_SPEED, .RcvLinkSpeed = LINK_SPEED,
        .MediaConnectState = Up ? MediaConnectStateConnected : MediaConnectStateDisconnected,
        .MediaDuplexState = MediaDuplexStateFull, .PauseFunctions = NdisPauseFunctionsUnsupported};
    NDIS_STATUS_INDICATION Indication = {
        .Header = HEADER(STATUS_INDICATION, STATUS_INDICATION_REVISION_1), .SourceHandle = Adapter->Miniport,
        .StatusCode = NDIS_STATUS_LINK_STATE, .StatusBuffer = &Link, .StatusBufferSize = sizeof(Link)};
    /* clang-format on */

    NdisMIndicateStatusEx(Adapter->Miniport, &Indication);
}
