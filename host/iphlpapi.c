/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * IP helper: names of interfaces, and addresses and MTU of those behind which there is a Linux network stack.
 */
#include <errno.h>
#include <string.h>

#include "host/guest.h"
#include "host/ip_interface.h"
#include "host/pnp.h"
#include "host/stack_tun.h"
#include "host/win32_private.h"

/* --- interfaces by their names ----------------------------------------------------------------------------------- */

struct search {
    const NET_LUID *luid;
    NET_IFINDEX index;
    struct ndis_adapter *found;
};

static bool search_visit(struct devnode *node, void *context) {
    struct search *search = context;
    struct ndis_adapter *adapter = pnp_is_started(node) ? ndis_adapter_find(pnp_net_cfg_instance_id(node)) : NULL;
    if (!adapter) return true;
    bool same = search->luid ? ndis_adapter_luid(adapter).Value == search->luid->Value
                             : ndis_adapter_if_index(adapter) == search->index;
    if (same) search->found = adapter;
    return !same;
}

static struct ndis_adapter *by_luid(const NET_LUID *luid) {
    struct search search = {.luid = luid};
    pnp_for_each(search_visit, &search);
    return search.found;
}

static struct ndis_adapter *by_index(NET_IFINDEX index) {
    struct search search = {.index = index};
    pnp_for_each(search_visit, &search);
    return search.found;
}

/* The LUID counts unless it is 0, as documented for every row that has both. */
struct ndis_adapter *ip_adapter(const NET_LUID *luid, NET_IFINDEX index) {
    return luid->Value ? by_luid(luid) : by_index(index);
}

NETIO_STATUS NTAPI ConvertInterfaceGuidToLuid(const GUID *InterfaceGuid, PNET_LUID InterfaceLuid) {
    NT_ENTER(ConvertInterfaceGuidToLuid);
    if (!InterfaceGuid || !InterfaceLuid) return ERROR_INVALID_PARAMETER;
    struct ndis_adapter *adapter = ndis_adapter_find(InterfaceGuid);
    InterfaceLuid->Value = 0;
    if (!adapter && guest && guest_nodes_luid(InterfaceGuid, InterfaceLuid)) return NO_ERROR;
    if (!adapter || NT_FAULT(ConvertInterfaceGuidToLuid)) return ERROR_INVALID_PARAMETER;
    *InterfaceLuid = ndis_adapter_luid(adapter);
    return NO_ERROR;
}

NETIO_STATUS NTAPI ConvertInterfaceLuidToGuid(const NET_LUID *InterfaceLuid, GUID *InterfaceGuid) {
    NT_ENTER(ConvertInterfaceLuidToGuid);
    struct ndis_adapter *adapter = InterfaceLuid && InterfaceGuid ? by_luid(InterfaceLuid) : NULL;
    if (!adapter) return ERROR_INVALID_PARAMETER;
    *InterfaceGuid = *ndis_adapter_guid(adapter);
    return NO_ERROR;
}

NETIO_STATUS NTAPI ConvertInterfaceLuidToIndex(const NET_LUID *InterfaceLuid, PNET_IFINDEX InterfaceIndex) {
    NT_ENTER(ConvertInterfaceLuidToIndex);
    struct ndis_adapter *adapter = InterfaceLuid && InterfaceIndex ? by_luid(InterfaceLuid) : NULL;
    if (!adapter) return ERROR_INVALID_PARAMETER;
    *InterfaceIndex = ndis_adapter_if_index(adapter);
    return NO_ERROR;
}

NETIO_STATUS NTAPI ConvertInterfaceIndexToLuid(NET_IFINDEX InterfaceIndex, PNET_LUID InterfaceLuid) {
    NT_ENTER(ConvertInterfaceIndexToLuid);
    struct ndis_adapter *adapter = InterfaceLuid ? by_index(InterfaceIndex) : NULL;
    if (!adapter) return InterfaceLuid ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_PARAMETER;
    *InterfaceLuid = ndis_adapter_luid(adapter);
    return NO_ERROR;
}

NETIO_STATUS NTAPI ConvertInterfaceLuidToAlias(const NET_LUID *InterfaceLuid, PWSTR InterfaceAlias, SIZE_T Length) {
    NT_ENTER(ConvertInterfaceLuidToAlias);
    WCHAR alias[IP_ALIAS_ROOM];
    struct ndis_adapter *adapter = InterfaceLuid && InterfaceAlias ? by_luid(InterfaceLuid) : NULL;
    if (!adapter) return ERROR_INVALID_PARAMETER;
    ip_alias(adapter, alias, IP_ALIAS_ROOM);
    if (win32_length(alias) >= Length) return ERROR_NOT_ENOUGH_MEMORY;
    memcpy(InterfaceAlias, alias, (win32_length(alias) + 1) * sizeof *alias);
    return NO_ERROR;
}

/* --- addresses --------------------------------------------------------------------------------------------------- */

DWORD ip_error(int linux_error) {
    switch (linux_error) {
    case 0: return NO_ERROR;
    case EEXIST: return ERROR_OBJECT_ALREADY_EXISTS;
    case EADDRNOTAVAIL: return ERROR_NOT_FOUND;
    case EPERM: return ERROR_ACCESS_DENIED;
    case ENOMEM: return ERROR_NOT_ENOUGH_MEMORY;
    case EINVAL: return ERROR_INVALID_PARAMETER;
    case EAFNOSUPPORT:
    case EOPNOTSUPP: return ERROR_NOT_SUPPORTED;
    default: return ERROR_GEN_FAILURE;
    }
}

static DWORD tun_for(const NET_LUID *luid, NET_IFINDEX index, struct tun_stack **tun) {
    struct ndis_adapter *adapter = ip_adapter(luid, index);
    *tun = adapter ? tun_of(adapter) : NULL;
    if (*tun) return NO_ERROR;
    if (!adapter) return ERROR_NOT_FOUND;
    host_log("IP helper: behind this adapter is no Linux network stack (--stack tun)");
    return ERROR_NOT_SUPPORTED;
}

VOID NTAPI InitializeUnicastIpAddressEntry(PMIB_UNICASTIPADDRESS_ROW Row) {
    NT_ENTER(InitializeUnicastIpAddressEntry);
    memset(Row, 0, sizeof *Row);
    Row->PrefixOrigin = IpPrefixOriginUnchanged;
    Row->SuffixOrigin = IpSuffixOriginUnchanged;
    Row->ValidLifetime = 0xffffffff;
    Row->PreferredLifetime = 0xffffffff;
    Row->OnLinkPrefixLength = 255;
    Row->DadState = IpDadStateInvalid;
}

static DWORD address_change(const MIB_UNICASTIPADDRESS_ROW *row, bool add) {
    struct tun_stack *tun;
    if (!row) return ERROR_INVALID_PARAMETER;
    bool six = row->Address.si_family == AF_INET6;
    if (!six && row->Address.si_family != AF_INET) return ERROR_INVALID_PARAMETER;
    uint8_t whole = six ? 128 : 32, prefix = row->OnLinkPrefixLength == 255 ? whole : row->OnLinkPrefixLength;
    if (prefix > whole) return ERROR_INVALID_PARAMETER;
    DWORD error = tun_for(&row->InterfaceLuid, row->InterfaceIndex, &tun);
    if (error) return error;
    const void *address = six ? (const void *)&row->Address.Ipv6.sin6_addr : &row->Address.Ipv4.sin_addr;
    return ip_error(add ? tun_address_add(tun, six, address, prefix) : tun_address_delete(tun, six, address, prefix));
}

NETIO_STATUS NTAPI CreateUnicastIpAddressEntry(const MIB_UNICASTIPADDRESS_ROW *Row) {
    NT_ENTER(CreateUnicastIpAddressEntry);
    return address_change(Row, true);
}

NETIO_STATUS NTAPI DeleteUnicastIpAddressEntry(const MIB_UNICASTIPADDRESS_ROW *Row) {
    NT_ENTER(DeleteUnicastIpAddressEntry);
    return address_change(Row, false);
}

/* --- the interface ----------------------------------------------------------------------------------------------- */

NETIO_STATUS NTAPI GetIfEntry2(PMIB_IF_ROW2 Row) {
    NT_ENTER(GetIfEntry2);
    struct ndis_adapter *adapter = Row ? ip_adapter(&Row->InterfaceLuid, Row->InterfaceIndex) : NULL;
    if (!adapter) return Row ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_PARAMETER;
    memset(Row, 0, sizeof *Row);
    Row->InterfaceLuid = ndis_adapter_luid(adapter);
    Row->InterfaceIndex = ndis_adapter_if_index(adapter);
    Row->InterfaceGuid = *ndis_adapter_guid(adapter);
    ip_alias(adapter, Row->Alias, sizeof Row->Alias / sizeof *Row->Alias);
    Row->Mtu = ndis_adapter_mtu(adapter);
    Row->Type = (ULONG)Row->InterfaceLuid.Info.IfType;
    bool connected = ndis_adapter_connected(adapter);
    Row->OperStatus = connected ? IfOperStatusUp : IfOperStatusDown;
    Row->MediaConnectState = connected ? MediaConnectStateConnected : MediaConnectStateDisconnected;
    NDIS_STATISTICS_INFO info;
    ULONG written = 0;
    memset(&info, 0, sizeof info);
    if (ndis_query(adapter, OID_GEN_STATISTICS, &info, sizeof info, &written) == NDIS_STATUS_SUCCESS) {
        Row->InOctets = info.ifHCInOctets;
        Row->InUcastPkts = info.ifHCInUcastPkts;
        Row->InDiscards = info.ifInDiscards;
        Row->InErrors = info.ifInErrors;
        Row->OutOctets = info.ifHCOutOctets;
        Row->OutUcastPkts = info.ifHCOutUcastPkts;
        Row->OutDiscards = info.ifOutDiscards;
        Row->OutErrors = info.ifOutErrors;
    }
    return NO_ERROR;
}
