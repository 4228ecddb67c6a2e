/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The network interface of an adapter that has started: its IPv4 and IPv6 interfaces, their MTU, its name.
 */
#include "lib/adapter.h"

#include <netioapi.h>

#define POLL_INTERVAL 20   /* ms; a notification would tell of other interfaces, too, and costs a thread */
#define SECOND_FAMILY 5000 /* ms that one family's interface is waited for when the other's is there */

static bool FamilyIsThere(const NET_LUID *Luid, ADDRESS_FAMILY Family) {
    MIB_IPINTERFACE_ROW Row;

    InitializeIpInterfaceEntry(&Row);
    Row.InterfaceLuid = *Luid;
    Row.Family = Family;
    return GetIpInterfaceEntry(&Row) == NO_ERROR;
}

/* Whether the administrator has turned IPv6 off for all such interfaces: then there is nothing to wait for. The value is
 * documented ("Guidance for configuring IPv6 in Windows"): bit 4, all non-tunnel interfaces. */
static bool Ipv6IsOff(void) {
    DWORD Value = 0, Type = 0, Size = sizeof(Value);
    HKEY Key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters", 0,
                      KEY_QUERY_VALUE, &Key) != ERROR_SUCCESS)
        return false;
    if (RegQueryValueExW(Key, L"DisabledComponents", NULL, &Type, (LPBYTE)&Value, &Size) != ERROR_SUCCESS ||
        Type != REG_DWORD)
        Value = 0;
    RegCloseKey(Key);
    return (Value & 0x10) != 0;
}

DWORD InterfaceWait(const NET_LUID *Luid, HANDLE Changed, ULONGLONG Deadline) {
    bool Off = Ipv6IsOff();

    for (;;) {
        bool Four = FamilyIsThere(Luid, AF_INET), Six = Off || FamilyIsThere(Luid, AF_INET6);
        DWORD Left = TimeLeft(Deadline);

        if (Four && Six) return ERROR_SUCCESS;
        if (!Left && (Four || (Six && !Off))) {
            LogLine(WINTUN_LOG_WARN, L"CreateAdapter: the adapter has no %s interface; the protocol may be unbound",
                    Four ? L"IPv6" : L"IPv4");
            return ERROR_SUCCESS;
        }
        if (!Left)
            return LogError(WARREN_STAGE_INTERFACE, ERROR_TIMEOUT,
                            L"CreateAdapter: neither an IPv4 nor an IPv6 interface has appeared on the adapter");
        if ((Four || (Six && !Off)) && Left > SECOND_FAMILY) Deadline = DeadlineIn(SECOND_FAMILY);
        WaitForSingleObject(Changed, Left < POLL_INTERVAL ? Left : POLL_INTERVAL);
    }
}

DWORD InterfaceSetMtu(const NET_LUID *Luid, DWORD Mtu) {
    static const ADDRESS_FAMILY Families[] = {AF_INET, AF_INET6};

    for (unsigned Index = 0; Index < COUNT_OF(Families); ++Index) {
        MIB_IPINTERFACE_ROW Row;
        DWORD Error;

        InitializeIpInterfaceEntry(&Row);
        Row.InterfaceLuid = *Luid;
        Row.Family = Families[Index];
        Error = GetIpInterfaceEntry(&Row);
        if (Error == ERROR_NOT_FOUND || Error == ERROR_FILE_NOT_FOUND) continue; /* that it is not there was said */
        Row.SitePrefixLength = 0; /* what Get returns for IPv4 is more than Set takes */
        Row.NlMtu = Mtu;
        if (!Error) Error = SetIpInterfaceEntry(&Row);
        if (Error)
            return LogError(WARREN_STAGE_CONFIGURE, Error, L"CreateAdapter: cannot set the %s MTU to %u",
                            Index ? L"IPv6" : L"IPv4", Mtu);
    }
    return ERROR_SUCCESS;
}

/* ---- the name of the connection --------------------------------------------------------------------------------- */

typedef DWORD(WINAPI SET_CONNECTION_NAME)(const GUID *Interface, LPCWSTR Name);

/* Undocumented. The documented way is INetConnection::Rename, which needs COM in threads that are not ours and a service
 * (netman) that need not run when a VPN starts with the system. This is what that ends in, in every Windows 10 and 11. It
 * changes nothing but the name, and refuses one that is taken: if it were to go away or fail, the connection would keep
 * the name that Windows gave it, and nothing else would be different. */
static SET_CONNECTION_NAME *FindSetConnectionName(HMODULE *Module) {
    *Module = LoadLibraryExW(L"nci.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    return *Module ? (SET_CONNECTION_NAME *)(void *)GetProcAddress(*Module, "NciSetConnectionName") : NULL;
}

void InterfaceSetName(const GUID *Interface, LPCWSTR Name) {
    WCHAR Numbered[NAME_MAX_LENGTH + 8];
    HMODULE Module;
    SET_CONNECTION_NAME *Set = FindSetConnectionName(&Module);
    DWORD Error = ERROR_PROC_NOT_FOUND;

    if (Set) Error = Set(Interface, Name);
    /* Somebody else's connection keeps its name; this one gets a number behind it, as Windows does it. */
    for (WCHAR Number = '2'; Error == ERROR_DUP_NAME && Number <= '9'; ++Number) {
        WCHAR Suffix[] = {' ', Number, 0};

        TextCopy(Numbered, COUNT_OF(Numbered), Name);
        TextAppend(Numbered, COUNT_OF(Numbered), Suffix);
        Error = Set(Interface, Numbered);
    }
    if (Module) FreeLibrary(Module);
    if (Error) LogLine(WINTUN_LOG_WARN, L"The network connection cannot be named %s (Windows error %u)", Name, Error);
}
