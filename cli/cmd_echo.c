/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * echo: an adapter and the network behind it.
 */
#include "cli/cli.h"

#include <netioapi.h>

#include "examples/responder.h"

enum { ECHO_SECONDS = OPTION_OWN, ECHO_NO_ADDRESS };

#define BATCH 64
#define CAPACITY 0x800000u

static struct responder Responder;
static struct {
    uint64_t Received, ReceivedBytes, Sent, SentBytes, Dropped;
} Traffic;

/* Answers are made in place and copied once. Those for which there is no room are dropped, as a network would. */
static void Answer(WINTUN_SESSION_HANDLE Session, WARREN_PACKET *In, DWORD Count) {
    WARREN_PACKET Out[BATCH];
    const BYTE *From[BATCH];
    DWORD Answers = 0, Given;

    for (DWORD At = 0; At < Count; ++At) {
        Traffic.Received++;
        Traffic.ReceivedBytes += In[At].Length;
        if (!ResponderAnswer(&Responder, In[At].Data, In[At].Length)) continue;
        From[Answers] = In[At].Data;
        Out[Answers++].Length = In[At].Length;
    }
    Given = Answers ? Library.AllocatePackets(Session, Out, Answers) : 0;
    for (DWORD At = 0; At < Given && At < Answers; ++At) {
        memcpy(Out[At].Data, From[At], Out[At].Length);
        Traffic.SentBytes += Out[At].Length;
    }
    if (Given) Library.SendPackets(Session, Out, Given);
    Traffic.Sent += Given;
    Traffic.Dropped += Answers - Given;
}

static EXIT_CODE Serve(WINTUN_SESSION_HANDLE Session, DWORD Milliseconds) {
    HANDLE Events[] = {QuitEvent(), Library.GetReadWaitEvent(Session)};
    ULONGLONG Start = GetTickCount64();
    WARREN_PACKET Packets[BATCH];

    for (;;) {
        DWORD Count = Library.ReceivePackets(Session, Packets, BATCH), Timeout = INFINITE;

        if (Count) {
            Answer(Session, Packets, Count);
            Library.ReleasePackets(Session, Packets, Count);
            continue;
        }
        if (GetLastError() != ERROR_NO_MORE_ITEMS)
            return Fail(EXIT_FAILED, L"the session has ended (Windows error %u)", GetLastError());
        if (Milliseconds) {
            ULONGLONG Elapsed = GetTickCount64() - Start;

            if (Elapsed >= Milliseconds) return EXIT_GOOD;
            Timeout = Milliseconds - (DWORD)Elapsed;
        }
        if (WaitForMultipleObjects(2, Events, FALSE, Timeout) != WAIT_OBJECT_0 + 1) return EXIT_GOOD;
    }
}

bool AddressSet(const NET_LUID *Luid, bool Six) {
    MIB_UNICASTIPADDRESS_ROW Row;
    DWORD Error;

    InitializeUnicastIpAddressEntry(&Row);
    Row.InterfaceLuid = *Luid;
    Row.DadState = IpDadStatePreferred; /* nobody else can have it, so there is nothing to detect */
    if (Six) {
        Row.Address.Ipv6.sin6_family = AF_INET6;
        memcpy(&Row.Address.Ipv6.sin6_addr, ResponderOwn6, sizeof(ResponderOwn6));
        Row.OnLinkPrefixLength = RESPONDER_PREFIX6;
    } else {
        Row.Address.Ipv4.sin_family = AF_INET;
        memcpy(&Row.Address.Ipv4.sin_addr, ResponderOwn4, sizeof(ResponderOwn4));
        Row.OnLinkPrefixLength = RESPONDER_PREFIX4;
    }
    Error = CreateUnicastIpAddressEntry(&Row);
    if (!Error || Error == ERROR_OBJECT_ALREADY_EXISTS) return true;
    Fail(EXIT_FAILED, L"the %s address cannot be set (Windows error %u)", Six ? L"IPv6" : L"IPv4", Error);
    return false;
}

static void Report(void) {
    JsonOpen(NULL, '{');
    JsonNumber(L"received", Traffic.Received);
    JsonNumber(L"received_bytes", Traffic.ReceivedBytes);
    JsonNumber(L"sent", Traffic.Sent);
    JsonNumber(L"sent_bytes", Traffic.SentBytes);
    JsonNumber(L"icmp", Responder.Icmp4);
    JsonNumber(L"icmpv6", Responder.Icmp6);
    JsonNumber(L"udp", Responder.Udp4);
    JsonNumber(L"udp6", Responder.Udp6);
    JsonNumber(L"ignored", Responder.Ignored);
    JsonNumber(L"dropped", Traffic.Dropped);
    JsonFailure();
    JsonClose('}');
    if (!OutIsJson())
        Print(L"Received %U packets, sent %U: %U pings, %U datagrams; %U were for nobody here, %U dropped.\n",
              Traffic.Received, Traffic.Sent, Responder.Icmp4 + Responder.Icmp6, Responder.Udp4 + Responder.Udp6,
              Responder.Ignored, Traffic.Dropped);
}

static EXIT_CODE EchoOn(WINTUN_ADAPTER_HANDLE Adapter, LPCWSTR Name, const ARGUMENTS *Arguments, DWORD Seconds) {
    WINTUN_SESSION_HANDLE Session = Library.StartSession(Adapter, CAPACITY);
    EXIT_CODE Code = EXIT_FAILED;
    NET_LUID Luid;

    if (!Session) return LibraryFailed(L"the session cannot be started");
    Library.GetAdapterLUID(Adapter, &Luid);
    if (Arguments->Value[ECHO_NO_ADDRESS] || (AddressSet(&Luid, false) && AddressSet(&Luid, true))) {
        if (!OutIsJson()) Print(L"%s is up. Try, elsewhere: ping 10.66.0.2, ping fd66::2. Ctrl-C ends it.\n", Name);
        Code = OutEnd() ? Serve(Session, Seconds * 1000) : EXIT_OUTPUT;
        Report();
    }
    Library.EndSession(Session);
    return Code;
}

EXIT_CODE EchoRun(const ARGUMENTS *Arguments) {
    LPCWSTR Name = Arguments->Operand[0] ? Arguments->Operand[0] : BRAND_NAME L" Echo";
    WINTUN_ADAPTER_HANDLE Adapter;
    EXIT_CODE Code;
    DWORD Seconds = 0;

    if (Arguments->Value[ECHO_SECONDS] &&
        !ArgumentNumber(L"seconds", Arguments->Value[ECHO_SECONDS], 1, 1000000, &Seconds))
        return EXIT_USAGE;
    if (!QuitEvent()) return EXIT_FAILED; /* as in AdapterCreateRun */
    Adapter = Library.CreateAdapter(Name, L"Echo", NULL);
    if (!Adapter) return LibraryFailed(L"the adapter cannot be created");
    Code = EchoOn(Adapter, Name, Arguments, Seconds);
    Library.CloseAdapter(Adapter);
    return Code;
}
