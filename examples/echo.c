/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A network in a program: makes a tunnel adapter and plays every host behind it.
 *
 * The adapter gets 10.66.0.1/24 and fd66::1/64. All other addresses of the two subnets (10.66.0.2 and fd66::2, say)
 * answer ping, and send each UDP datagram back to where it came from. Ctrl-C ends it.
 *
 *   x86_64-w64-mingw32-gcc -O2 -Iinclude -o echo.exe examples/echo.c -liphlpapi
 *   echo.exe [-l library] [-n adapter name] [-c ring capacity] [-t seconds]
 */
#include <winsock2.h>

#include <windows.h>
#include <ws2ipdef.h>

#include <iphlpapi.h>
#include <netioapi.h>

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "responder.h"
#include "wintun.h"

static WINTUN_CREATE_ADAPTER_FUNC *WintunCreateAdapter;
static WINTUN_CLOSE_ADAPTER_FUNC *WintunCloseAdapter;
static WINTUN_GET_ADAPTER_LUID_FUNC *WintunGetAdapterLUID;
static WINTUN_GET_RUNNING_DRIVER_VERSION_FUNC *WintunGetRunningDriverVersion;
static WINTUN_SET_LOGGER_FUNC *WintunSetLogger;
static WINTUN_START_SESSION_FUNC *WintunStartSession;
static WINTUN_END_SESSION_FUNC *WintunEndSession;
static WINTUN_GET_READ_WAIT_EVENT_FUNC *WintunGetReadWaitEvent;
static WINTUN_RECEIVE_PACKET_FUNC *WintunReceivePacket;
static WINTUN_RELEASE_RECEIVE_PACKET_FUNC *WintunReleaseReceivePacket;
static WINTUN_ALLOCATE_SEND_PACKET_FUNC *WintunAllocateSendPacket;
static WINTUN_SEND_PACKET_FUNC *WintunSendPacket;

static struct responder Responder;
static struct {
    uint64_t Received, ReceivedBytes, Sent, SentBytes;
    uint64_t RingFull; /* times that we had to wait for room */
} Count;

static HANDLE QuitEvent;
static atomic_bool Quitting;

/* ---- the session ------------------------------------------------------------------------------------------------ */

static bool Fail(const char *What) {
    fprintf(stderr, "error: %s (Windows error %lu)\n", What, (unsigned long)GetLastError());
    return false;
}

/* The interface has no event for "there is room again", so this waits by giving the processor away. */
static BYTE *AllocateOrWait(WINTUN_SESSION_HANDLE Session, DWORD Size) {
    for (unsigned Try = 0;; ++Try) {
        BYTE *Packet = WintunAllocateSendPacket(Session, Size);
        if (Packet || GetLastError() != ERROR_BUFFER_OVERFLOW || Quitting) return Packet;
        if (!Try) Count.RingFull++;
        Sleep(Try < 100 ? 0 : 1);
    }
}

/* The received packet may be changed in place, so the answer is made there and copied out once. */
static bool Handle(WINTUN_SESSION_HANDLE Session, BYTE *Packet, DWORD Size) {
    Count.Received++;
    Count.ReceivedBytes += Size;
    if (!ResponderAnswer(&Responder, Packet, Size)) return true;
    BYTE *Out = AllocateOrWait(Session, Size);
    if (!Out) return Quitting ? true : Fail("WintunAllocateSendPacket");
    memcpy(Out, Packet, Size);
    WintunSendPacket(Session, Out);
    Count.Sent++;
    Count.SentBytes += Size;
    return true;
}

static bool Serve(WINTUN_SESSION_HANDLE Session, DWORD Milliseconds) {
    HANDLE Events[] = {QuitEvent, WintunGetReadWaitEvent(Session)};
    ULONGLONG Start = GetTickCount64();

    while (!Quitting) {
        DWORD Size;
        BYTE *Packet = WintunReceivePacket(Session, &Size);
        if (Packet) {
            bool Good = Handle(Session, Packet, Size);
            WintunReleaseReceivePacket(Session, Packet);
            if (!Good) return false;
            continue;
        }
        if (GetLastError() != ERROR_NO_MORE_ITEMS) return Fail("WintunReceivePacket");
        DWORD Timeout = INFINITE;
        if (Milliseconds) {
            ULONGLONG Elapsed = GetTickCount64() - Start;
            if (Elapsed >= Milliseconds) return true;
            Timeout = Milliseconds - (DWORD)Elapsed;
        }
        switch (WaitForMultipleObjects(2, Events, FALSE, Timeout)) {
        case WAIT_OBJECT_0:
        case WAIT_TIMEOUT: return true;
        case WAIT_OBJECT_0 + 1: break;
        default: return Fail("WaitForMultipleObjects");
        }
    }
    return true;
}

/* ---- around it -------------------------------------------------------------------------------------------------- */

static void Narrow(const WCHAR *From, char *To, size_t Room) {
    size_t Length = 0;

    for (; From[Length] && Length + 1 < Room; ++Length) To[Length] = From[Length] < 127 ? (char)From[Length] : '?';
    To[Length] = 0;
}

static bool Widen(const char *From, WCHAR *To, size_t Room) {
    size_t Length = strlen(From);

    if (!Length || Length >= Room) return false;
    for (size_t Index = 0; Index <= Length; ++Index) {
        if ((unsigned char)From[Index] > 126) return false;
        To[Index] = (WCHAR)From[Index];
    }
    return true;
}

static VOID CALLBACK Log(WINTUN_LOGGER_LEVEL Level, DWORD64 Timestamp, LPCWSTR Message) {
    static const char *const Names[] = {"info", "warning", "error"};
    char Line[512];
    uint64_t Seconds = Timestamp / 10000000 % 86400;

    Narrow(Message, Line, sizeof(Line));
    fprintf(stderr, "%02u:%02u:%02u %s: %s\n", (unsigned)(Seconds / 3600), (unsigned)(Seconds / 60 % 60),
            (unsigned)(Seconds % 60), (unsigned)Level < 3 ? Names[Level] : "?", Line);
}

static BOOL WINAPI Quit(DWORD Reason) {
    (void)Reason;
    Quitting = true;
    SetEvent(QuitEvent);
    return TRUE;
}

#define FETCH(Name)                                                                                                    \
    do {                                                                                                               \
        FARPROC Function = GetProcAddress(Module, #Name);                                                              \
        if (!Function) {                                                                                               \
            Fail("the library lacks " #Name);                                                                          \
            FreeLibrary(Module);                                                                                       \
            return NULL;                                                                                               \
        }                                                                                                              \
        memcpy(&Name, &Function, sizeof(Function));                                                                    \
    } while (0)

static HMODULE LoadTunnelLibrary(const char *Path) {
    WCHAR Wide[260];
    HMODULE Module;

    if (Path) {
        Module = Widen(Path, Wide, 260) ? LoadLibraryW(Wide) : NULL;
    } else {
        Module = LoadLibraryW(L"wintun.dll");
        if (!Module) Module = LoadLibraryW(L"warren.dll");
    }
    if (!Module) {
        Fail(Path ? Path : "cannot load wintun.dll or warren.dll");
        return NULL;
    }
    FETCH(WintunCreateAdapter);
    FETCH(WintunCloseAdapter);
    FETCH(WintunGetAdapterLUID);
    FETCH(WintunGetRunningDriverVersion);
    FETCH(WintunSetLogger);
    FETCH(WintunStartSession);
    FETCH(WintunEndSession);
    FETCH(WintunGetReadWaitEvent);
    FETCH(WintunReceivePacket);
    FETCH(WintunReleaseReceivePacket);
    FETCH(WintunAllocateSendPacket);
    FETCH(WintunSendPacket);
    return Module;
}

static bool SetAddresses(WINTUN_ADAPTER_HANDLE Adapter) {
    MIB_UNICASTIPADDRESS_ROW Row;
    DWORD Error;

    InitializeUnicastIpAddressEntry(&Row);
    WintunGetAdapterLUID(Adapter, &Row.InterfaceLuid);
    Row.DadState = IpDadStatePreferred; /* nobody else can have it, so there is nothing to detect */
    Row.Address.Ipv4.sin_family = AF_INET;
    memcpy(&Row.Address.Ipv4.sin_addr, ResponderOwn4, sizeof(ResponderOwn4));
    Row.OnLinkPrefixLength = RESPONDER_PREFIX4;
    Error = CreateUnicastIpAddressEntry(&Row);
    if (Error != NO_ERROR && Error != ERROR_OBJECT_ALREADY_EXISTS) {
        SetLastError(Error);
        return Fail("cannot set the IPv4 address");
    }

    InitializeUnicastIpAddressEntry(&Row);
    WintunGetAdapterLUID(Adapter, &Row.InterfaceLuid);
    Row.DadState = IpDadStatePreferred;
    Row.Address.Ipv6.sin6_family = AF_INET6;
    memcpy(&Row.Address.Ipv6.sin6_addr, ResponderOwn6, sizeof(ResponderOwn6));
    Row.OnLinkPrefixLength = RESPONDER_PREFIX6;
    Error = CreateUnicastIpAddressEntry(&Row);
    if (Error != NO_ERROR && Error != ERROR_OBJECT_ALREADY_EXISTS) {
        SetLastError(Error);
        return Fail("cannot set the IPv6 address");
    }
    return true;
}

static bool Run(const WCHAR *Name, DWORD Capacity, DWORD Milliseconds) {
    static const GUID Identity = {0x6ec40e66, 0x5a1f, 0x4c3e, {0x9d, 0x27, 0x0a, 0x66, 0xfd, 0x66, 0xec, 0x40}};
    bool Good = false;

    WINTUN_ADAPTER_HANDLE Adapter = WintunCreateAdapter(Name, L"Echo", &Identity);
    if (!Adapter) return Fail("WintunCreateAdapter");
    WINTUN_SESSION_HANDLE Session = WintunStartSession(Adapter, Capacity);
    if (!Session) {
        Fail("WintunStartSession");
        goto close_adapter;
    }
    if (!SetAddresses(Adapter)) goto end_session;
    DWORD Version = WintunGetRunningDriverVersion();
    printf("ready: driver %u.%u, 10.66.0.1/24 and fd66::1/64; try 10.66.0.2 and fd66::2\n", (unsigned)(Version >> 16),
           (unsigned)(Version & 0xffff));
    fflush(stdout);
    Good = Serve(Session, Milliseconds);
    printf("done: received %" PRIu64 " packets (%" PRIu64 " bytes), sent %" PRIu64 " (%" PRIu64 " bytes): "
           "icmp %" PRIu64 ", icmpv6 %" PRIu64 ", udp %" PRIu64 ", udp6 %" PRIu64 ", ignored %" PRIu64
           ", ring full %" PRIu64 "\n",
           Count.Received, Count.ReceivedBytes, Count.Sent, Count.SentBytes, Responder.Icmp4, Responder.Icmp6,
           Responder.Udp4, Responder.Udp6, Responder.Ignored, Count.RingFull);
    fflush(stdout);
end_session:
    WintunEndSession(Session);
close_adapter:
    WintunCloseAdapter(Adapter);
    return Good;
}

static int Usage(void) {
    fprintf(stderr, "usage: echo [-l library] [-n adapter name] [-c ring capacity in bytes] [-t seconds]\n");
    return 2;
}

int main(int argc, char **argv) {
    const char *Library = NULL, *Name = "Echo";
    unsigned long Capacity = 0x800000, Seconds = 0;

    for (int Index = 1; Index < argc; Index += 2) {
        if (argv[Index][0] != '-' || !argv[Index][1] || argv[Index][2] || Index + 1 == argc) return Usage();
        switch (argv[Index][1]) {
        case 'l': Library = argv[Index + 1]; break;
        case 'n': Name = argv[Index + 1]; break;
        case 'c': Capacity = strtoul(argv[Index + 1], NULL, 0); break;
        case 't': Seconds = strtoul(argv[Index + 1], NULL, 0); break;
        default: return Usage();
        }
    }
    WCHAR WideName[128];
    if (!Widen(Name, WideName, 128) || Seconds > 1000000) return Usage();

    HMODULE Module = LoadTunnelLibrary(Library);
    if (!Module) return 1;
    WintunSetLogger(Log);
    bool Good = false;
    QuitEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!QuitEvent) {
        Fail("CreateEvent");
        goto free_library;
    }
    SetConsoleCtrlHandler(Quit, TRUE);
    Good = Run(WideName, (DWORD)Capacity, (DWORD)Seconds * 1000);
    SetConsoleCtrlHandler(Quit, FALSE);
    CloseHandle(QuitEvent);
free_library:
    WintunSetLogger(NULL);
    FreeLibrary(Module);
    return Good ? 0 : 1;
}
