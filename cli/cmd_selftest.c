/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * selftest: everything that one machine can show of itself. One stage a line; a failed one does not keep the others from
 * running, unless they need what it was to bring.
 */
#include "cli/cli.h"

#include <icmpapi.h>
#include <netioapi.h>

#include "examples/responder.h"

enum { SELFTEST_CYCLES = OPTION_OWN, SELFTEST_PACKETS, SELFTEST_PINGS };

#define NAME BRAND_NAME L" Self-Test"
#define CAPACITY 0x800000u
#define BATCH 64
#define PING_BYTES 64
#define PING_MS 1000
#define REPLY_MS 2000 /* for all answers that Windows owes */
#define DRAIN_MS 10000

static struct {
    DWORD Cycles, Packets, Pings;
    DWORD Stages, Failed;
    WINTUN_ADAPTER_HANDLE Adapter;
    WINTUN_SESSION_HANDLE Session;
    struct responder Responder;
    uint64_t Sent, Received, Replies4, Replies6;
    HANDLE Pinged;              /* all of Windows' pings have been tried */
    DWORD Answered4, Answered6; /* of them */
    DWORD PingError;            /* the last, of those that were not */
} Test;

/* ---- what is said ------------------------------------------------------------------------------------------------ */

static bool Stage(bool Good, LPCWSTR Name, LPCWSTR Format, ...) {
    WCHAR Text[300];
    va_list Arguments;

    va_start(Arguments, Format);
    FormatText(Text, COUNT_OF(Text), Format, Arguments);
    va_end(Arguments);
    Test.Stages++;
    Test.Failed += !Good;
    JsonOpen(NULL, '{');
    JsonText(L"stage", Name);
    JsonBool(L"passed", Good);
    JsonText(L"detail", Text);
    JsonClose('}');
    if (!OutIsJson()) Print(L"%s  %s: %s\n", Good ? L"ok    " : L"FAILED", Name, Text);
    return Good && OutEnd();
}

static LPCWSTR WhyNot(void) {
    static WARREN_ERROR Details;

    Details.Size = sizeof(Details);
    return Library.GetLastError(&Details) && Details.Text[0] ? Details.Text : L"no reason is known";
}

/* ---- packets ----------------------------------------------------------------------------------------------------- */

static uint16_t Sum(uint32_t Sum, const uint8_t *Data, DWORD Size) {
    for (DWORD At = 0; At < Size; ++At) Sum += At & 1 ? Data[At] : (uint32_t)Data[At] << 8;
    while (Sum >> 16) Sum = (Sum & 0xffff) + (Sum >> 16);
    return (uint16_t)~Sum;
}

static void Put16(uint8_t *At, uint32_t Value) {
    At[0] = (uint8_t)(Value >> 8);
    At[1] = (uint8_t)Value;
}

/* From 10.66.0.2 to Windows' own address. */
static void Ipv4(uint8_t *Packet, DWORD Length, uint8_t Protocol) {
    static const uint8_t Peer[4] = {10, 66, 0, 2};

    memset(Packet, 0, 20);
    Packet[0] = 0x45;
    Put16(Packet + 2, Length);
    Packet[8] = 64;
    Packet[9] = Protocol;
    memcpy(Packet + 12, Peer, 4);
    memcpy(Packet + 16, ResponderOwn4, 4);
    Put16(Packet + 10, Sum(0, Packet, 20));
}

static void Request4(uint8_t *Packet, DWORD Number) {
    Ipv4(Packet, 20 + PING_BYTES, 1);
    memset(Packet + 20, (int)Number & 255, PING_BYTES);
    memset(Packet + 20, 0, 8);
    Packet[20] = 8;
    Put16(Packet + 26, Number);
    Put16(Packet + 22, Sum(0, Packet + 20, PING_BYTES));
}

static void Request6(uint8_t *Packet, DWORD Number) {
    memset(Packet, 0, 40 + PING_BYTES);
    Packet[0] = 0x60;
    Put16(Packet + 4, PING_BYTES);
    Packet[6] = 58;
    Packet[7] = 64;
    memcpy(Packet + 8, ResponderOwn6, 16);
    Packet[23] = 2;
    memcpy(Packet + 24, ResponderOwn6, 16);
    Packet[40] = 128;
    Put16(Packet + 46, Number);
    /* The pseudo header: addresses, length, protocol. */
    Put16(Packet + 42, Sum(PING_BYTES + 58u + (uint16_t)~Sum(0, Packet + 8, 32), Packet + 40, PING_BYTES));
}

static void Datagram(uint8_t *Packet, DWORD Length) {
    memset(Packet + 28, (int)Length & 255, Length - 28);
    Ipv4(Packet, Length, 17);
    Put16(Packet + 20, 40000);
    Put16(Packet + 22, 9); /* discard */
    Put16(Packet + 24, Length - 20);
    Put16(Packet + 26, 0); /* no checksum */
}

/* Takes what there is: answers pings, counts replies. False: nothing was there. */
static bool Serve(void) {
    WARREN_PACKET In[BATCH], Out;
    DWORD Count = Library.ReceivePackets(Test.Session, In, BATCH);

    for (DWORD At = 0; At < Count; ++At) {
        uint8_t *Packet = In[At].Data;

        Test.Received++;
        Test.Replies4 += In[At].Length >= 28 && Packet[0] >> 4 == 4 && Packet[9] == 1 && Packet[20] == 0;
        Test.Replies6 += In[At].Length >= 48 && Packet[0] >> 4 == 6 && Packet[6] == 58 && Packet[40] == 129;
        Out.Length = In[At].Length;
        if (!ResponderAnswer(&Test.Responder, Packet, In[At].Length) || !Library.AllocatePackets(Test.Session, &Out, 1))
            continue;
        memcpy(Out.Data, Packet, Out.Length);
        Library.SendPackets(Test.Session, &Out, 1);
        Test.Sent++;
    }
    if (Count) Library.ReleasePackets(Test.Session, In, Count);
    return Count != 0;
}

/* Serves until the event is set (it may be NULL) or the time is over. False: the user has had enough. */
static bool ServeUntil(HANDLE Event, ULONGLONG Until) {
    HANDLE Events[] = {QuitEvent(), Library.GetReadWaitEvent(Test.Session), Event};

    for (;;) {
        ULONGLONG Now = GetTickCount64();
        DWORD Which;

        if (Serve()) continue;
        if (Now >= Until) return true;
        Which = WaitForMultipleObjects(Event ? 3 : 2, Events, FALSE, (DWORD)(Until - Now));
        if (Which == WAIT_OBJECT_0) return false;
        if (Which != WAIT_OBJECT_0 + 1) return true;
    }
}

/* ---- pings ------------------------------------------------------------------------------------------------------- */

/* What a reply is followed by: the data, the 8 bytes of an ICMP error, and room for an IO_STATUS_BLOCK. */
#define REPLY_MORE (PING_BYTES + 64)

/* 0 if it was answered, else the Windows error or IP status. */
static DWORD Ping4(HANDLE Icmp) {
    static const uint8_t Peer[4] = {10, 66, 0, 2};
    static uint8_t Data[PING_BYTES];
    static struct {
        ICMP_ECHO_REPLY Is;
        uint8_t More[REPLY_MORE];
    } Reply;
    ULONG To;

    memcpy(&To, Peer, sizeof(To));
    if (!IcmpSendEcho(Icmp, To, Data, sizeof(Data), NULL, &Reply, sizeof(Reply), PING_MS)) return GetLastError();
    return Reply.Is.Status;
}

static DWORD Ping6(HANDLE Icmp) {
    static uint8_t Data[PING_BYTES];
    static struct {
        ICMPV6_ECHO_REPLY Is;
        uint8_t More[REPLY_MORE];
    } Reply;
    SOCKADDR_IN6 From = {.sin6_family = AF_INET6}, To = {.sin6_family = AF_INET6};

    memcpy(&To.sin6_addr, ResponderOwn6, sizeof(ResponderOwn6));
    ((uint8_t *)&To.sin6_addr)[15] = 2;
    if (!Icmp6SendEcho2(Icmp, NULL, NULL, NULL, &From, &To, Data, sizeof(Data), NULL, &Reply, sizeof(Reply), PING_MS))
        return GetLastError();
    return Reply.Is.Status;
}

static DWORD WINAPI PingThread(LPVOID Parameter) {
    HANDLE Four = IcmpCreateFile(), Six = Icmp6CreateFile();

    (void)Parameter;
    for (DWORD At = 0; At < Test.Pings && WaitForSingleObject(QuitEvent(), 0) != WAIT_OBJECT_0; ++At) {
        DWORD Error4 = Ping4(Four), Error6 = Ping6(Six);

        Test.Answered4 += !Error4;
        Test.Answered6 += !Error6;
        if (Error4 || Error6) Test.PingError = Error4 ? Error4 : Error6;
        if (Test.Answered4 + Test.Answered6 == 0 && At == 2) break; /* nothing will come any more */
    }
    if (Four != INVALID_HANDLE_VALUE) IcmpCloseHandle(Four);
    if (Six != INVALID_HANDLE_VALUE) IcmpCloseHandle(Six);
    SetEvent(Test.Pinged);
    return 0;
}

static bool PingOut(void) {
    HANDLE Thread;
    bool Go;

    Test.Pinged = CreateEventW(NULL, TRUE, FALSE, NULL);
    Thread = Test.Pinged ? CreateThread(NULL, 0, PingThread, NULL, 0, NULL) : NULL;
    if (!Thread) return Stage(false, L"Windows pings the network", L"no thread (Windows error %u)", GetLastError());
    Go = ServeUntil(Test.Pinged, GetTickCount64() + (ULONGLONG)Test.Pings * 2 * PING_MS + REPLY_MS);
    WaitForSingleObject(Thread, INFINITE); /* each of its calls is bounded */
    CloseHandle(Thread);
    CloseHandle(Test.Pinged);
    Stage(Test.Answered4 == Test.Pings && Test.Answered6 == Test.Pings, L"Windows pings the network",
          Test.PingError ? L"%u of %u answered over IPv4, %u of %u over IPv6 (error %u)"
                         : L"%u of %u answered over IPv4, %u of %u over IPv6",
          Test.Answered4, Test.Pings, Test.Answered6, Test.Pings, Test.PingError);
    return Go;
}

static bool PingIn(void) {
    ULONGLONG Until = GetTickCount64() + REPLY_MS;
    uint64_t Before4 = Test.Replies4, Before6 = Test.Replies6;

    for (DWORD At = 0; At < Test.Pings; ++At) {
        WARREN_PACKET Out[2] = {{.Length = 20 + PING_BYTES}, {.Length = 40 + PING_BYTES}};

        if (Library.AllocatePackets(Test.Session, Out, 2) != 2)
            return Stage(false, L"the network pings Windows", L"no room for two packets");
        Request4(Out[0].Data, At);
        Request6(Out[1].Data, At);
        Library.SendPackets(Test.Session, Out, 2);
        Test.Sent += 2;
        Serve();
    }
    while (Test.Replies4 - Before4 < Test.Pings || Test.Replies6 - Before6 < Test.Pings) {
        ULONGLONG Now = GetTickCount64();

        if (Now >= Until) break;
        if (!ServeUntil(NULL, Now + 50 < Until ? Now + 50 : Until)) return false;
    }
    Before4 = Test.Replies4 - Before4;
    Before6 = Test.Replies6 - Before6;
    Stage(Before4 == Test.Pings && Before6 == Test.Pings, L"the network pings Windows",
          L"%U of %u answered over IPv4, %U of %u over IPv6%s", Before4, Test.Pings, Before6, Test.Pings,
          Before4 + Before6 ? L"" : L"; is it a firewall that drops them?");
    return true;
}

/* ---- many packets, and what was counted --------------------------------------------------------------------------- */

static bool Counted(WARREN_STATISTICS *Statistics) {
    memset(Statistics, 0, sizeof(*Statistics));
    Statistics->Size = sizeof(*Statistics);
    return Library.GetAdapterStatistics(Test.Adapter, Statistics);
}

static bool Stress(void) {
    HANDLE Room[] = {QuitEvent(), Library.GetWriteWaitEvent(Test.Session)};
    ULONGLONG Start = GetTickCount64(), Until;
    WARREN_STATISTICS Statistics;
    DWORD Done = 0;
    bool Known = false;

    while (Done < Test.Packets) {
        WARREN_PACKET Out[BATCH];
        DWORD Want = Test.Packets - Done < BATCH ? Test.Packets - Done : BATCH, Given;

        for (DWORD At = 0; At < Want; ++At) Out[At].Length = 28 + (Done + At) * 7 % 1373;
        Given = Library.AllocatePackets(Test.Session, Out, Want);
        for (DWORD At = 0; At < Given; ++At) Datagram(Out[At].Data, Out[At].Length);
        if (Given) Library.SendPackets(Test.Session, Out, Given);
        Done += Given;
        Serve();
        if (Given < Want && WaitForMultipleObjects(2, Room, FALSE, DRAIN_MS) != WAIT_OBJECT_0 + 1) break;
    }
    Test.Sent += Done;
    /* The driver is behind: it counts what it has handed on. */
    Until = GetTickCount64() + DRAIN_MS;
    while ((Known = Counted(&Statistics)) && Statistics.ToStackPackets < Test.Sent && GetTickCount64() < Until)
        if (!ServeUntil(NULL, GetTickCount64() + 10)) return false;
    Stage(Done == Test.Packets && Known && Statistics.ToStackPackets >= Test.Sent, L"many packets",
          L"%u of %u written, %U of %U handed to Windows, in %U ms", Done, Test.Packets,
          Known ? Statistics.ToStackPackets : 0, Test.Sent, GetTickCount64() - Start);
    return WaitForSingleObject(QuitEvent(), 0) != WAIT_OBJECT_0;
}

static void Statistics(void) {
    WARREN_STATISTICS Is;

    while (Serve()) continue;
    if (!Counted(&Is)) {
        Stage(false, L"statistics", L"%s", WhyNot());
        return;
    }
    Stage(Is.SessionActive && Is.ToStackPackets == Test.Sent && Is.ToClientPackets >= Test.Received &&
              !Is.ToStackDroppedInvalid && !Is.ToClientDroppedInvalid,
          L"statistics",
          L"to Windows %U packets of %U written, %U invalid; from it %U of which %U were read, %U dropped",
          Is.ToStackPackets, Test.Sent, Is.ToStackDroppedInvalid, Is.ToClientPackets, Test.Received,
          Is.ToClientDroppedFull);
}

/* ---- lives ------------------------------------------------------------------------------------------------------- */

static bool Begin(void) {
    ULONGLONG Start = GetTickCount64();
    NET_LUID Luid;

    Test.Adapter = Library.CreateAdapter(NAME, L"Self-Test", NULL);
    if (!Stage(Test.Adapter != NULL, L"create", L"%s, in %U ms", Test.Adapter ? NAME : WhyNot(),
               GetTickCount64() - Start))
        return false;
    Test.Session = Library.StartSession(Test.Adapter, CAPACITY);
    if (!Stage(Test.Session != NULL, L"session", L"%s", Test.Session ? L"rings of 8 MiB" : WhyNot())) return false;
    Library.GetAdapterLUID(Test.Adapter, &Luid);
    Stage(AddressSet(&Luid, false) && AddressSet(&Luid, true), L"addresses", L"10.66.0.1/24, fd66::1/64");
    return true; /* without them the pings fail, and the rest is worth trying */
}

static void End(void) {
    if (Test.Session) Library.EndSession(Test.Session);
    if (Test.Adapter) Library.CloseAdapter(Test.Adapter);
    Test.Session = NULL;
    Test.Adapter = NULL;
}

static void LifeCycles(void) {
    ULONGLONG Start = GetTickCount64();
    DWORD Sessions = 0, Adapters = 0;

    for (; Test.Adapter && Sessions < Test.Cycles * 10; ++Sessions) {
        WINTUN_SESSION_HANDLE Session = Library.StartSession(Test.Adapter, 0x20000);

        if (!Session) break;
        Library.EndSession(Session);
    }
    End();
    for (; Adapters < Test.Cycles && WaitForSingleObject(QuitEvent(), 0) != WAIT_OBJECT_0; ++Adapters) {
        Test.Adapter = Library.CreateAdapter(NAME, L"Self-Test", NULL);
        Test.Session = Test.Adapter ? Library.StartSession(Test.Adapter, CAPACITY) : NULL;
        if (!Test.Session) break;
        End();
    }
    Stage(Sessions == Test.Cycles * 10 && Adapters == Test.Cycles, L"life cycles",
          L"%u of %u sessions, %u of %u adapters, in %U ms%s%s", Sessions, Test.Cycles * 10, Adapters, Test.Cycles,
          GetTickCount64() - Start, Adapters == Test.Cycles ? L"" : L": ", Adapters == Test.Cycles ? L"" : WhyNot());
    End();
}

static BOOL CALLBACK CountOurs(const WARREN_ADAPTER_INFO *Info, void *Context) {
    if (TextEqualNoCase(Info->Name, NAME)) ++*(DWORD *)Context;
    return TRUE;
}

static void LeftOver(void) {
    DWORD Count = 0;
    bool Known = Library.EnumerateAdapters(CountOurs, &Count);

    Stage(Known && !Count, L"nothing is left over", L"%u adapters", Count);
}

static void Package(void) {
    WARREN_VERSIONS Is = {.Size = sizeof(Is)};
    bool Known = Library.GetVersions(&Is);

    Stage(Known && Is.Carried, L"library", L"%u.%u.%u, %s", (uint32_t)Is.Library[0], (uint32_t)Is.Library[1],
          (uint32_t)Is.Library[2], Is.Carried ? L"with a driver package" : L"without a driver package");
}

EXIT_CODE SelfTestRun(const ARGUMENTS *Arguments) {
    static const LPCWSTR Names[] = {L"cycles", L"packets", L"pings"};
    DWORD *const Numbers[] = {&Test.Cycles, &Test.Packets, &Test.Pings};
    EXIT_CODE Code = EXIT_GOOD;

    Test.Cycles = 10;
    Test.Packets = 200000;
    Test.Pings = 50;
    for (DWORD At = 0; At < COUNT_OF(Names); ++At)
        if (Arguments->Value[SELFTEST_CYCLES + At] &&
            !ArgumentNumber(Names[At], Arguments->Value[SELFTEST_CYCLES + At], 1, 10000000, Numbers[At]))
            return EXIT_USAGE;
    if (!QuitEvent()) return EXIT_FAILED;
    JsonOpen(NULL, '{');
    JsonOpen(L"stages", '[');
    Package();
    if (Begin()) {
        if (PingOut() && PingIn() && Stress()) Statistics();
        Library.EndSession(Test.Session);
        Test.Session = NULL;
        LifeCycles();
    } else if (!Test.Adapter) {
        Code = LibraryFailed(L"the adapter cannot be created");
    }
    End();
    LeftOver();
    JsonClose(']');
    if (WaitForSingleObject(QuitEvent(), 0) == WAIT_OBJECT_0) {
        Code = Fail(EXIT_FAILED, L"interrupted after %u stages", Test.Stages);
    } else if (Test.Failed && !Code) {
        Code = Fail(EXIT_FAILED, L"%u of %u stages failed", Test.Failed, Test.Stages);
    }
    JsonBool(L"passed", !Code);
    JsonFailure();
    JsonClose('}');
    if (!OutIsJson() && !Code) Print(L"All %u stages passed.\n", Test.Stages);
    return Code;
}
