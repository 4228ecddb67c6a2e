/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * IPv4 and IPv6 on an adapter, and the name of its connection, which is where Windows keeps it: in the registry.
 */
#include "host/ip_interface.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/pnp.h"
#include "host/registry.h"
#include "host/stack_tun.h"
#include "host/win32_private.h"

/* --- settings of adapters without a Linux device ------------------------------------------------------------------ */

struct setting {
    struct setting *next;
    uint64_t luid;
    ULONG mtu[2]; /* IPv4, IPv6; 0: the adapter's */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct setting *settings; /* lock */
static bool hidden[2];           /* lock */

static unsigned family_index(ADDRESS_FAMILY family) { return family == AF_INET6; }

void ip_interface_allow(ADDRESS_FAMILY family, bool allow) {
    pthread_mutex_lock(&lock);
    hidden[family_index(family)] = !allow;
    pthread_mutex_unlock(&lock);
}

static bool is_hidden(ADDRESS_FAMILY family) {
    pthread_mutex_lock(&lock);
    bool is = hidden[family_index(family)];
    pthread_mutex_unlock(&lock);
    return is;
}

static bool mtu_move(struct ndis_adapter *adapter, ADDRESS_FAMILY family, ULONG *mtu, bool set) {
    uint64_t luid = ndis_adapter_luid(adapter).Value;
    pthread_mutex_lock(&lock);
    struct setting *one = settings;
    while (one && one->luid != luid) one = one->next;
    if (!one && set && (one = calloc(1, sizeof *one)) != NULL) {
        one->luid = luid;
        one->next = settings;
        settings = one;
    }
    if (one && set) one->mtu[family_index(family)] = *mtu;
    if (one && !set && one->mtu[family_index(family)]) *mtu = one->mtu[family_index(family)];
    pthread_mutex_unlock(&lock);
    return one;
}

void ip_interfaces_stop(void) {
    while (settings) {
        struct setting *one = settings;
        settings = one->next;
        free(one);
    }
    hidden[0] = hidden[1] = false;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

VOID NTAPI InitializeIpInterfaceEntry(PMIB_IPINTERFACE_ROW Row) {
    NT_ENTER(InitializeIpInterfaceEntry);
    memset(Row, 0, sizeof *Row);
}

static DWORD row_adapter(PMIB_IPINTERFACE_ROW row, struct ndis_adapter **adapter) {
    if (!row || (row->Family != AF_INET && row->Family != AF_INET6)) return ERROR_INVALID_PARAMETER;
    *adapter = is_hidden(row->Family) ? NULL : ip_adapter(&row->InterfaceLuid, row->InterfaceIndex);
    return *adapter ? NO_ERROR : ERROR_NOT_FOUND;
}

NETIO_STATUS NTAPI GetIpInterfaceEntry(PMIB_IPINTERFACE_ROW Row) {
    NT_ENTER(GetIpInterfaceEntry);
    struct ndis_adapter *adapter;
    DWORD error = row_adapter(Row, &adapter);
    if (error) return error;
    struct tun_stack *tun = tun_of(adapter);
    uint32_t mtu = ndis_adapter_mtu(adapter);
    int failed = tun ? tun_mtu_get(tun, &mtu) : 0;
    if (failed) return ip_error(failed);
    if (!tun) mtu_move(adapter, Row->Family, &mtu, false);
    Row->InterfaceLuid = ndis_adapter_luid(adapter);
    Row->InterfaceIndex = ndis_adapter_if_index(adapter);
    Row->NlMtu = mtu;
    Row->Connected = ndis_adapter_connected(adapter);
    Row->SitePrefixLength = 64;
    return NO_ERROR;
}

NETIO_STATUS NTAPI SetIpInterfaceEntry(PMIB_IPINTERFACE_ROW Row) {
    NT_ENTER(SetIpInterfaceEntry);
    struct ndis_adapter *adapter;
    DWORD error = row_adapter(Row, &adapter);
    if (error) return error;
    if (!win32_is_administrator() || NT_FAULT(SetIpInterfaceEntry)) return ERROR_ACCESS_DENIED;
    /* As documented, though what Get returns for IPv4 is another value. */
    if (Row->Family == AF_INET && Row->SitePrefixLength) return ERROR_INVALID_PARAMETER;
    if (!Row->NlMtu) return NO_ERROR;
    if (Row->NlMtu > ndis_adapter_mtu(adapter)) return ERROR_INVALID_PARAMETER;
    struct tun_stack *tun = tun_of(adapter);
    if (tun) return ip_error(tun_mtu_set(tun, Row->NlMtu));
    return mtu_move(adapter, Row->Family, &Row->NlMtu, true) ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}

/* --- the connection's name ---------------------------------------------------------------------------------------- */

static struct reg_key *connection_key(const GUID *guid, bool create) {
    static const char where[] =
        "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}";
    char path[sizeof where + 64];
    snprintf(path, sizeof path, "%s\\{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}\\Connection", where,
             guid->Data1, guid->Data2, guid->Data3, guid->Data4[0], guid->Data4[1], guid->Data4[2], guid->Data4[3],
             guid->Data4[4], guid->Data4[5], guid->Data4[6], guid->Data4[7]);
    return reg_open(path, create);
}

static bool name_of(const GUID *guid, WCHAR *name, size_t room) {
    struct reg_key *key = connection_key(guid, false);
    ULONG type = 0, size = (ULONG)((room - 1) * sizeof *name);
    bool has = key && NT_SUCCESS(reg_get(key, L"Name", &type, name, &size)) && type == REG_SZ;
    if (key) reg_close(key);
    if (has) name[size / sizeof *name] = 0;
    return has;
}

/* Where there is a Linux device, its name; else what the connection was named; else "Ethernet" and the index, in Windows'
 * fashion. */
void ip_alias(struct ndis_adapter *adapter, WCHAR *alias, size_t room) {
    char text[40];
    struct tun_stack *tun = tun_of(adapter);
    if (!tun && name_of(ndis_adapter_guid(adapter), alias, room)) return;
    snprintf(text, sizeof text, "%s", tun ? tun_name(tun) : "");
    if (!tun) snprintf(text, sizeof text, "Ethernet %u", (unsigned)ndis_adapter_if_index(adapter));
    size_t length = 0;
    for (; text[length] && length + 1 < room; length++) alias[length] = (WCHAR)(unsigned char)text[length];
    alias[length] = 0;
}

struct same_name {
    const GUID *guid; /* may have it */
    const WCHAR *name;
    bool taken;
};

static bool same_name_visit(struct devnode *node, void *context) {
    struct same_name *same = context;
    const GUID *guid = pnp_net_cfg_instance_id(node);
    WCHAR name[IP_ALIAS_ROOM];
    if (!pnp_is_started(node) || !memcmp(guid, same->guid, sizeof *guid) || !name_of(guid, name, IP_ALIAS_ROOM))
        return true;
    same->taken = win32_same(name, same->name, true);
    return !same->taken;
}

DWORD NTAPI NciSetConnectionName(const GUID *Interface, LPCWSTR Name) {
    NT_ENTER(NciSetConnectionName);
    if (!Interface || !Name || !*Name || win32_length(Name) >= IP_ALIAS_ROOM) return ERROR_INVALID_PARAMETER;
    struct same_name same = {.guid = Interface, .name = Name};
    if (!ndis_adapter_find(Interface)) return ERROR_NOT_FOUND;
    if (!win32_is_administrator() || NT_FAULT(NciSetConnectionName)) return ERROR_ACCESS_DENIED;
    pnp_for_each(same_name_visit, &same);
    if (same.taken) return ERROR_DUP_NAME;
    struct reg_key *key = connection_key(Interface, true);
    NTSTATUS status = key ? reg_set(key, L"Name", REG_SZ, Name, (ULONG)((win32_length(Name) + 1) * sizeof *Name))
                          : STATUS_INSUFFICIENT_RESOURCES;
    if (key) reg_close(key);
    return NT_SUCCESS(status) ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}
