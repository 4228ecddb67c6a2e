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

/* The subnets: what the adapter has, and what makes an address one of ours. */
static const uint8_t Own4[4] = {10, 66, 0, 1};
static const uint8_t Own6[16] = {0xfd, 0x66, [15] = 1};
#define PREFIX4 24
#define PREFIX6 64

static struct {
    uint64_t Received, ReceivedBytes, Sent, SentBytes;
    uint64_t Icmp4, Icmp6, Udp4, Udp6;
    uint64_t Ignored;  /* for nobody here, or nothing that we answer */
    uint64_t RingFull; /* times that we had to wait for room */
} Count;

static HANDLE QuitEvent;
static atomic_bool Quitting;

/* ---- packets ---------------------------------------------------------------------------------------------------- */

static uint16_t Read16(const uint8_t *Bytes) { return (uint16_t)(Bytes[0] << 8 | Bytes[1]); }

static void Swap(uint8_t *Left, uint8_t *Right, size_t Size) {
    uint8_t Temp[16];

    memcpy(Temp, Left, Size);
    memcpy(Left, Right, Size);
    memcpy(Right, Temp, Size);
}

/* Turns an echo request into its reply. The checksum covers the type, so it changes by the difference. */
static bool AnswerEcho(uint8_t *Icmp, size_t Size, uint8_t Request, uint8_t Reply) {
    if (Size < 8 || Icmp[0] != Request || Icmp[1] != 0) return false;
    uint32_t Sum = (uint16_t)~Read16(Icmp + 2);
    Sum += (uint16_t)~(Request << 8);
    Sum += (uint32_t)Reply << 8;
    Sum = (Sum & 0xffff) + (Sum >> 16);
    Sum = (Sum & 0xffff) + (Sum >> 16);
    Sum = ~Sum & 0xffff;
    if (!Sum) /* the two zeros of such sums mean the same, but only this one is right for a packet of zeros */
        Sum = 0xffff;
    Icmp[0] = Reply;
    Icmp[2] = (uint8_t)(Sum >> 8);
    Icmp[3] = (uint8_t)Sum;
    return true;
}

/* Swapping addresses and ports leaves the checksum as it is: it is a sum, and the order does not matter. */
static bool AnswerUdp(uint8_t *Udp, size_t Size) {
    if (Size < 8 || Read16(Udp + 4) < 8 || Read16(Udp + 4) > Size) return false;
    Swap(Udp, Udp + 2, 2);
    return true;
}

static bool AnswerIpv4(uint8_t *Packet, size_t Size) {
    if (Size < 20) return false;
    size_t Header = (size_t)(Packet[0] & 15) * 4, Total = Read16(Packet + 2);
    if (Header < 20 || Total < Header || Total > Size) return false;
    if (Read16(Packet + 6) & 0x3fff) /* a fragment */
        return false;
    const uint8_t *To = Packet + 16;
    if (memcmp(To, Own4, PREFIX4 / 8) || To[3] == Own4[3] || To[3] == 0 || To[3] == 255) return false;
    switch (Packet[9]) {
    case 1:
        if (!AnswerEcho(Packet + Header, Total - Header, 8, 0)) return false;
        Count.Icmp4++;
        break;
    case 17:
        if (!AnswerUdp(Packet + Header, Total - Header)) return false;
        Count.Udp4++;
        break;
    default: return false;
    }
    Swap(Packet + 12, Packet + 16, 4);
    return true;
}

static bool AnswerIpv6(uint8_t *Packet, size_t Size) {
    if (Size < 40) return false;
    size_t Payload = Read16(Packet + 4);
    if (Payload > Size - 40) return false;
    const uint8_t *To = Packet + 24;
    if (memcmp(To, Own6, PREFIX6 / 8) || !memcmp(To, Own6, 16)) return false;
    /* The pseudo header's sum does not change when the addresses change places, nor does its payload length. */
    switch (Packet[6]) {
    case 58:
        if (!AnswerEcho(Packet + 40, Payload, 128, 129)) return false;
        Count.Icmp6++;
        break;
    case 17:
        if (!AnswerUdp(Packet + 40, Payload)) return false;
        Count.Udp6++;
        break;
    default: return false;
    }
    Swap(Packet + 8, Packet + 24, 16);
    return true;
}

static bool Answer(uint8_t *Packet, size_t Size) {
    switch (Size ? Packet[0] >> 4 : 0) {
    case 4: return AnswerIpv4(Packet, Size);
    case 6: return AnswerIpv6(Packet, Size);
    default: return false;
    }
}

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
    if (!Answer(Packet, Size)) {
        Count.Ignored++;
        return true;
    }
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
    memcpy(&Row.Address.Ipv4.sin_addr, Own4, sizeof(Own4));
    Row.OnLinkPrefixLength = PREFIX4;
    Error = CreateUnicastIpAddressEntry(&Row);
    if (Error != NO_ERROR && Error != ERROR_OBJECT_ALREADY_EXISTS) {
        SetLastError(Error);
        return Fail("cannot set the IPv4 address");
    }

    InitializeUnicastIpAddressEntry(&Row);
    WintunGetAdapterLUID(Adapter, &Row.InterfaceLuid);
    Row.DadState = IpDadStatePreferred;
    Row.Address.Ipv6.sin6_family = AF_INET6;
    memcpy(&Row.Address.Ipv6.sin6_addr, Own6, sizeof(Own6));
    Row.OnLinkPrefixLength = PREFIX6;
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
           Count.Received, Count.ReceivedBytes, Count.Sent, Count.SentBytes, Count.Icmp4, Count.Icmp6, Count.Udp4,
           Count.Udp6, Count.Ignored, Count.RingFull);
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
