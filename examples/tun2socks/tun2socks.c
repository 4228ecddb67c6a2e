/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What is routed to a tunnel adapter goes through a SOCKS5 proxy, or to one host: the packets are taken by lwIP, a
 * TCP/IP stack in this program, whose connections are passed on through ordinary sockets.
 *
 * The adapter gets 198.18.0.1/15 and fd98::1/64; what else is routed to it is up to you. Ctrl-C ends it.
 *
 *   tun2socks.exe -s proxy [-p port] | -t host   addresses; the proxy's port is 1080 if not said otherwise
 *                 [-l library] [-n adapter name] [-c ring capacity]
 *                 [-x number]                     finds no room in the ring for each packet of that number (a test)
 */
#include "tun2socks.h"

#include <ws2ipdef.h>

#include <iphlpapi.h>
#include <netioapi.h>

#include "wintun.h"

static WINTUN_CREATE_ADAPTER_FUNC *WintunCreateAdapter;
static WINTUN_CLOSE_ADAPTER_FUNC *WintunCloseAdapter;
static WINTUN_GET_ADAPTER_LUID_FUNC *WintunGetAdapterLUID;
static WINTUN_SET_LOGGER_FUNC *WintunSetLogger;
static WINTUN_START_SESSION_FUNC *WintunStartSession;
static WINTUN_END_SESSION_FUNC *WintunEndSession;
static WINTUN_GET_READ_WAIT_EVENT_FUNC *WintunGetReadWaitEvent;
static WINTUN_RECEIVE_PACKET_FUNC *WintunReceivePacket;
static WINTUN_RELEASE_RECEIVE_PACKET_FUNC *WintunReleaseReceivePacket;
static WINTUN_ALLOCATE_SEND_PACKET_FUNC *WintunAllocateSendPacket;
static WINTUN_SEND_PACKET_FUNC *WintunSendPacket;

static WINTUN_SESSION_HANDLE Session;
static HANDLE QuitEvent, SocketEvent;
static bool Full; /* the ring, at the last packet that we had */
static unsigned long Refusing;
static struct {
    uint64_t Received, Sent, RingFull;
} Count;

bool Fail(const char *What) {
    fprintf(stderr, "error: %s (Windows error %lu)\n", What, (unsigned long)GetLastError());
    return false;
}

/* ---- packets ---------------------------------------------------------------------------------------------------- */

bool TunnelSend(struct pbuf *Packet) {
    static uint64_t Asked;
    BYTE *Out = NULL;

    if (!Refusing || ++Asked % Refusing) Out = WintunAllocateSendPacket(Session, Packet->tot_len);
    if (!Out) {
        /* Everything else, the adapter's end say, shows when the next packet is received. */
        Full = true;
        Count.RingFull++;
        return false;
    }
    pbuf_copy_partial(Packet, Out, Packet->tot_len, 0);
    WintunSendPacket(Session, Out);
    Count.Sent++;
    return true;
}

enum { BATCH = 64, RETRY = 2 };

/* True: all there are; false: more may have come, or (Good) it is over. */
static bool Receive(bool *Good) {
    for (unsigned Number = 0; Number < BATCH; ++Number) {
        DWORD Size;
        BYTE *Packet = WintunReceivePacket(Session, &Size);
        if (!Packet) {
            if (GetLastError() != ERROR_NO_MORE_ITEMS) *Good = Fail("WintunReceivePacket");
            return true;
        }
        Count.Received++;
        StackInput(Packet, Size);
        WintunReleaseReceivePacket(Session, Packet);
    }
    return false;
}

static bool Serve(void) {
    HANDLE Events[] = {QuitEvent, SocketEvent, WintunGetReadWaitEvent(Session)};
    bool Good = true;

    while (Good) {
        bool Drained = Receive(&Good);
        sys_check_timeouts();
        bool More = RelayServe();
        DWORD Timeout = sys_timeouts_sleeptime();
        if (Full && Timeout > RETRY) Timeout = RETRY; /* no event tells that there is room again */
        if (!Drained || More) Timeout = 0;
        DWORD Which = WaitForMultipleObjects(3, Events, FALSE, Timeout);
        if (Which == WAIT_OBJECT_0) return Good;
        if (Which == WAIT_FAILED) return Fail("WaitForMultipleObjects");
        if (Which == WAIT_OBJECT_0 + 1) {
            RelayPoll();
            DatagramPoll();
        }
        if (Full) {
            Full = false;
            StackRetry();
        }
    }
    return false;
}

/* ---- around it -------------------------------------------------------------------------------------------------- */

static BOOL WINAPI Quit(DWORD Reason) {
    (void)Reason;
    SetEvent(QuitEvent);
    return TRUE;
}

static VOID CALLBACK Log(WINTUN_LOGGER_LEVEL Level, DWORD64 Timestamp, LPCWSTR Message) {
    (void)Timestamp;
    if (Level != WINTUN_LOG_INFO) fprintf(stderr, "wintun: %ls\n", Message);
}

#define FETCH(Name)                                                                                                    \
    do {                                                                                                               \
        FARPROC Function = GetProcAddress(Module, #Name);                                                              \
        if (!Function) return Fail("the library lacks " #Name);                                                        \
        memcpy(&Name, &Function, sizeof(Function));                                                                    \
    } while (0)

static bool LoadTunnelLibrary(const char *Path) {
    HMODULE Module = LoadLibraryA(Path ? Path : "wintun.dll");

    if (!Module && !Path) Module = LoadLibraryA("warren.dll");
    if (!Module) return Fail(Path ? Path : "cannot load wintun.dll or warren.dll");
    FETCH(WintunCreateAdapter);
    FETCH(WintunCloseAdapter);
    FETCH(WintunGetAdapterLUID);
    FETCH(WintunSetLogger);
    FETCH(WintunStartSession);
    FETCH(WintunEndSession);
    FETCH(WintunGetReadWaitEvent);
    FETCH(WintunReceivePacket);
    FETCH(WintunReleaseReceivePacket);
    FETCH(WintunAllocateSendPacket);
    FETCH(WintunSendPacket);
    return true;
}

static bool SetAddress(WINTUN_ADAPTER_HANDLE Adapter, const char *Text, UINT8 Prefix) {
    MIB_UNICASTIPADDRESS_ROW Row;
    ip_addr_t Address;

    InitializeUnicastIpAddressEntry(&Row);
    WintunGetAdapterLUID(Adapter, &Row.InterfaceLuid);
    Row.DadState = IpDadStatePreferred; /* nobody else can have it, so there is nothing to detect */
    Row.OnLinkPrefixLength = Prefix;
    if (!ipaddr_aton(Text, &Address)) return false;
    struct sockaddr_storage Storage;
    memcpy(&Row.Address, &Storage, (size_t)SocketAddress(&Storage, &Address, 0));
    DWORD Error = CreateUnicastIpAddressEntry(&Row);
    if (Error == NO_ERROR || Error == ERROR_OBJECT_ALREADY_EXISTS) return true;
    SetLastError(Error);
    return Fail("cannot set the adapter's address");
}

static bool Run(const WCHAR *Name, DWORD Capacity) {
    static const GUID Identity = {0x1f0b9a52, 0x7c1e, 0x4d0a, {0x8e, 0x61, 0x19, 0x80, 0xfd, 0x98, 0x50, 0xc5}};
    bool Good = false;

    WINTUN_ADAPTER_HANDLE Adapter = WintunCreateAdapter(Name, L"tun2socks", &Identity);
    if (!Adapter) return Fail("WintunCreateAdapter");
    Session = WintunStartSession(Adapter, Capacity);
    if (!Session) {
        Fail("WintunStartSession");
        goto close_adapter;
    }
    if (!SetAddress(Adapter, "198.18.0.1", 15) || !SetAddress(Adapter, "fd98::1", 64) || !StackStart())
        goto end_session;
    RelayStart(SocketEvent);
    DatagramStart(SocketEvent);
    printf("ready: 198.18.0.1/15 and fd98::1/64, to %s %s\n", Upstream.Socks ? "the proxy" : "the host",
           ipaddr_ntoa(&Upstream.Address));
    fflush(stdout);
    Good = Serve();
    RelayEnd();
    DatagramEnd();
    printf("done: packets received %llu, sent %llu, ring full %llu\n", (unsigned long long)Count.Received,
           (unsigned long long)Count.Sent, (unsigned long long)Count.RingFull);
    RelayReport();
    DatagramReport();
    fflush(stdout);
end_session:
    WintunEndSession(Session);
close_adapter:
    WintunCloseAdapter(Adapter);
    return Good;
}

static int Usage(void) {
    fprintf(stderr, "usage: tun2socks -s proxy [-p port] | -t host\n"
                    "                 [-l library] [-n adapter name] [-c ring capacity in bytes] [-x number]\n");
    return 2;
}

static bool Number(const char *Text, unsigned long Most, unsigned long *To) {
    char *End;
    *To = strtoul(Text, &End, 0);
    return End != Text && !*End && *To && *To <= Most;
}

struct Options {
    const char *Library, *Name;
    unsigned long Capacity;
};

static bool Parse(int argc, char **argv, struct Options *Options) {
    unsigned long Port = 1080;
    unsigned Upstreams = 0;

    for (int Index = 1; Index < argc; Index += 2) {
        if (argv[Index][0] != '-' || !argv[Index][1] || argv[Index][2] || Index + 1 == argc) return false;
        const char *Value = argv[Index + 1];
        bool Good = true;
        switch (argv[Index][1]) {
        case 's':
        case 't':
            Upstream.Socks = argv[Index][1] == 's';
            Upstreams++;
            Good = ipaddr_aton(Value, &Upstream.Address);
            break;
        case 'p': Good = Number(Value, 65535, &Port); break;
        case 'l': Options->Library = Value; break;
        case 'n': Options->Name = Value; break;
        case 'c': Good = Number(Value, WINTUN_MAX_RING_CAPACITY, &Options->Capacity); break;
        case 'x': Good = Number(Value, 1000000, &Refusing) && Refusing > 1; break;
        default: return false;
        }
        if (!Good) {
            fprintf(stderr, "tun2socks: %s cannot be '%s'\n", argv[Index], Value);
            return false;
        }
    }
    Upstream.Port = (uint16_t)Port;
    return Upstreams == 1;
}

int main(int argc, char **argv) {
    struct Options Options = {NULL, "tun2socks", 0x400000};
    WCHAR Name[128];
    WSADATA Winsock;
    bool Good = false;

    if (!Parse(argc, argv, &Options)) return Usage();
    if (!MultiByteToWideChar(CP_ACP, 0, Options.Name, -1, Name, 128)) return Usage();
    if (WSAStartup(MAKEWORD(2, 2), &Winsock)) return !Fail("WSAStartup");
    if (!LoadTunnelLibrary(Options.Library)) goto cleanup;
    WintunSetLogger(Log);
    QuitEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    SocketEvent = CreateEventW(NULL, FALSE, FALSE, NULL); /* that of all sockets; each is asked what it has */
    if (!QuitEvent || !SocketEvent) {
        Fail("CreateEvent");
        goto cleanup;
    }
    SetConsoleCtrlHandler(Quit, TRUE);
    Good = Run(Name, (DWORD)Options.Capacity);
    SetConsoleCtrlHandler(Quit, FALSE);
cleanup:
    if (SocketEvent) CloseHandle(SocketEvent);
    if (QuitEvent) CloseHandle(QuitEvent);
    WSACleanup();
    return Good ? 0 : 1;
}
