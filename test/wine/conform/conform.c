/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What a compiler makes of the headers, and of calling what they declare, one line for each thing; then a client that takes
 * one packet at a time and answers pings until it is told to end. Compiled by mingw's gcc with its headers, and by clang for Microsoft's ABI
 * with ours; test/wine/go/conform says the same of Go. test/wine/conform.t compares.
 */
#include <warren.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t WORD64;

/* ---- what is said ------------------------------------------------------------------------------------------------ */

static void Put(const char *Text) {
    DWORD Length = 0, Done;
    while (Text[Length]) Length++;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), Text, Length, &Done, NULL);
}

static void Say(const char *Name, WORD64 Value) {
    char Text[160], Digits[20];
    DWORD At = 0, Count = 0;
    while (*Name && At < 130) Text[At++] = *Name++;
    Text[At++] = ' ';
    do Digits[Count++] = (char)('0' + Value % 10);
    while (Value /= 10);
    while (Count) Text[At++] = Digits[--Count];
    Text[At++] = '\n';
    Text[At] = 0;
    Put(Text);
}

/* ---- layouts ----------------------------------------------------------------------------------------------------- */

#define VALUE(Name) Say("value " #Name, (WORD64)(Name))
#define TYPE(Type) Say("size " #Type, sizeof(Type)), Say("align " #Type, _Alignof(Type))
#define AT(Type, Field)                                                                                                \
    Say("offset " #Type "." #Field, offsetof(Type, Field)), Say("size " #Type "." #Field, sizeof(((Type *)0)->Field))

static void Layouts(void) {
    TYPE(GUID), AT(GUID, Data1), AT(GUID, Data2), AT(GUID, Data3), AT(GUID, Data4);
    TYPE(NET_LUID), AT(NET_LUID, Value);
    TYPE(WINTUN_LOGGER_LEVEL);
    VALUE(WINTUN_LOG_INFO), VALUE(WINTUN_LOG_WARN), VALUE(WINTUN_LOG_ERR);
    VALUE(WINTUN_MIN_RING_CAPACITY), VALUE(WINTUN_MAX_RING_CAPACITY), VALUE(WINTUN_MAX_IP_PACKET_SIZE);
    TYPE(WARREN_PACKET), AT(WARREN_PACKET, Data), AT(WARREN_PACKET, Length);
    TYPE(WARREN_ADAPTER_OPTIONS), AT(WARREN_ADAPTER_OPTIONS, Size), AT(WARREN_ADAPTER_OPTIONS, Flags),
        AT(WARREN_ADAPTER_OPTIONS, Name), AT(WARREN_ADAPTER_OPTIONS, TunnelType), AT(WARREN_ADAPTER_OPTIONS, Guid),
        AT(WARREN_ADAPTER_OPTIONS, Sddl), AT(WARREN_ADAPTER_OPTIONS, Description), AT(WARREN_ADAPTER_OPTIONS, Mtu),
        AT(WARREN_ADAPTER_OPTIONS, TimeoutMs);
    TYPE(WARREN_ADAPTER_INFO), AT(WARREN_ADAPTER_INFO, Size), AT(WARREN_ADAPTER_INFO, Flags),
        AT(WARREN_ADAPTER_INFO, Name), AT(WARREN_ADAPTER_INFO, InstanceId), AT(WARREN_ADAPTER_INFO, InterfaceGuid),
        AT(WARREN_ADAPTER_INFO, Luid), AT(WARREN_ADAPTER_INFO, Present), AT(WARREN_ADAPTER_INFO, Started),
        AT(WARREN_ADAPTER_INFO, Problem), AT(WARREN_ADAPTER_INFO, ProblemStatus);
    TYPE(WARREN_VERSIONS), AT(WARREN_VERSIONS, Size), AT(WARREN_VERSIONS, Library), AT(WARREN_VERSIONS, Installed),
        AT(WARREN_VERSIONS, Running), AT(WARREN_VERSIONS, Packages), AT(WARREN_VERSIONS, Carried);
    TYPE(WARREN_ERROR), AT(WARREN_ERROR, Size), AT(WARREN_ERROR, Win32), AT(WARREN_ERROR, Stage),
        AT(WARREN_ERROR, ConfigRet), AT(WARREN_ERROR, ProblemCode), AT(WARREN_ERROR, Status), AT(WARREN_ERROR, Text);
    TYPE(WARREN_STATISTICS), AT(WARREN_STATISTICS, Size), AT(WARREN_STATISTICS, SessionActive),
        AT(WARREN_STATISTICS, ToClientPackets), AT(WARREN_STATISTICS, ToClientBytes),
        AT(WARREN_STATISTICS, ToClientDroppedFull), AT(WARREN_STATISTICS, ToClientDroppedRefused),
        AT(WARREN_STATISTICS, ToClientDroppedInvalid), AT(WARREN_STATISTICS, ToStackPackets),
        AT(WARREN_STATISTICS, ToStackBytes), AT(WARREN_STATISTICS, ToStackDroppedInvalid),
        AT(WARREN_STATISTICS, ToStackFromReserve), AT(WARREN_STATISTICS, ClientWakeUps),
        AT(WARREN_STATISTICS, DriverSleeps);
    TYPE(WARREN_SESSION_STATISTICS), AT(WARREN_SESSION_STATISTICS, Size), AT(WARREN_SESSION_STATISTICS, Capacity),
        AT(WARREN_SESSION_STATISTICS, ToClientUsed), AT(WARREN_SESSION_STATISTICS, ToStackUsed),
        AT(WARREN_SESSION_STATISTICS, Received), AT(WARREN_SESSION_STATISTICS, ReceivedBytes),
        AT(WARREN_SESSION_STATISTICS, Sent), AT(WARREN_SESSION_STATISTICS, SentBytes),
        AT(WARREN_SESSION_STATISTICS, ReceiveEmpty), AT(WARREN_SESSION_STATISTICS, SendFull),
        AT(WARREN_SESSION_STATISTICS, DriverKicks);
    TYPE(WARREN_CAPTURED), AT(WARREN_CAPTURED, Timestamp), AT(WARREN_CAPTURED, Direction), AT(WARREN_CAPTURED, Length),
        AT(WARREN_CAPTURED, Captured), AT(WARREN_CAPTURED, Data);
    TYPE(WARREN_CAPTURE_STATISTICS), AT(WARREN_CAPTURE_STATISTICS, Size), AT(WARREN_CAPTURE_STATISTICS, Reserved),
        AT(WARREN_CAPTURE_STATISTICS, ToClientSeen), AT(WARREN_CAPTURE_STATISTICS, ToClientDropped),
        AT(WARREN_CAPTURE_STATISTICS, ToStackSeen), AT(WARREN_CAPTURE_STATISTICS, ToStackDropped);
}

/* ---- calls ------------------------------------------------------------------------------------------------------- */

/* convention.S. Calls with every register that the callee must preserve full of a pattern, and the callee's home space of
 * another; counts in Spoilt what is not as it was afterwards. */
WORD64 Checked(const void *Function, WORD64 First, WORD64 Second, WORD64 Third);
extern DWORD Spoilt;
/* The logger, which looks at the stack's alignment (counted in Misaligned), writes over all that it may, and calls Log. */
void CALLBACK Logger(WINTUN_LOGGER_LEVEL Level, DWORD64 Timestamp, LPCWSTR Message);
extern DWORD Misaligned;

static DWORD Logged, LoggedBadly;

void Log(WINTUN_LOGGER_LEVEL Level, DWORD64 Timestamp, LPCWSTR Message);
void Log(WINTUN_LOGGER_LEVEL Level, DWORD64 Timestamp, LPCWSTR Message) {
    FILETIME Now;
    DWORD64 Is;
    GetSystemTimeAsFileTime(&Now);
    Is = (DWORD64)Now.dwHighDateTime << 32 | Now.dwLowDateTime;
    Logged++;
    /* Within a minute of now: neither half, nor in other units. */
    if (Is + 600000000 - Timestamp > 1200000000 || Level > WINTUN_LOG_ERR || !Message || !Message[0]) LoggedBadly++;
}

static HMODULE Module;

static const void *Find(const char *Name) {
    union {
        FARPROC Function;
        const void *Address;
    } Is = {GetProcAddress(Module, Name)};
    if (!Is.Address) {
        Say(Name, 0);
        ExitProcess(1);
    }
    return Is.Address;
}

#define CALL(Name, First, Second, Third)                                                                               \
    Checked(Find(#Name), (WORD64)(uintptr_t)(First), (WORD64)(uintptr_t)(Second), (WORD64)(uintptr_t)(Third))
#define FAILS(Name, First, Second, Third)                                                                              \
    (SetLastError(0), Say("returns " #Name, CALL(Name, First, Second, Third)), Say("error " #Name, GetLastError()))

static void Answer(BYTE *Packet) {
    DWORD Sum = (DWORD)(Packet[22] << 8 | Packet[23]) + 0x0800;
    for (DWORD At = 12; At < 16; ++At) {
        BYTE Byte = Packet[At];
        Packet[At] = Packet[At + 4];
        Packet[At + 4] = Byte;
    }
    Packet[20] = 0;
    Sum += Sum >> 16;
    Packet[22] = (BYTE)(Sum >> 8);
    Packet[23] = (BYTE)Sum;
}

static DWORD Serve(WINTUN_SESSION_HANDLE Session) {
    HANDLE Event = (HANDLE)CALL(WintunGetReadWaitEvent, Session, 0, 0); // NOLINT(performance-no-int-to-ptr)
    DWORD Answered = 0, Size = 0xCCCCCCCC;
    for (bool More = true; More;) {
        BYTE *Packet = (BYTE *)CALL(WintunReceivePacket, Session, &Size, 0); // NOLINT(performance-no-int-to-ptr)
        if (!Packet) {
            if (GetLastError() != ERROR_NO_MORE_ITEMS || WaitForSingleObject(Event, 20000) != WAIT_OBJECT_0) break;
            continue;
        }
        if (Size == 84 && Packet[0] == 0x45 && Packet[9] == 1 && Packet[20] == 8) {
            BYTE *Out = (BYTE *)CALL(WintunAllocateSendPacket, Session, Size, 0); // NOLINT(performance-no-int-to-ptr)
            if (!Out) break;
            for (DWORD At = 0; At < Size; ++At) Out[At] = Packet[At];
            Answer(Out);
            CALL(WintunSendPacket, Session, Out, 0);
            Answered++;
        }
        /* A datagram for 10.90.0.3: all answers have arrived. */
        More = !(Size >= 28 && Packet[0] == 0x45 && Packet[9] == 17 && Packet[19] == 3);
        CALL(WintunReleaseReceivePacket, Session, Packet, 0);
    }
    return Answered;
}

static void Calls(void) {
    static const GUID Wanted = {0xcf8f1dee, 0x3b5a, 0x4d0e, {0x92, 0x11, 0x5b, 0x0c, 0x3c, 0x84, 0x0a, 0x17}};
    WARREN_SESSION_STATISTICS Statistics = {.Size = sizeof(Statistics)};
    WARREN_VERSIONS Versions = {.Size = sizeof(Versions)};
    WINTUN_ADAPTER_HANDLE Adapter;
    WINTUN_SESSION_HANDLE Session;
    NET_LUID Luid = {.Value = 0};
    DWORD Size;

    CALL(WintunSetLogger, Logger, 0, 0);
    FAILS(WintunGetRunningDriverVersion, 0, 0, 0);
    FAILS(WintunOpenAdapter, L"Nobody", 0, 0);
    FAILS(WintunCreateAdapter, L"", L"Conform", &Wanted);
    Adapter = (WINTUN_ADAPTER_HANDLE)CALL(WintunCreateAdapter, L"Conform", L"Conform", &Wanted);
    Say("created", Adapter != NULL);
    if (!Adapter) ExitProcess(1);
    CALL(WintunGetAdapterLUID, Adapter, &Luid, 0);
    Say("type of the LUID", Luid.Value >> 48);
    Say("version", (DWORD)CALL(WintunGetRunningDriverVersion, 0, 0, 0));
    Say("versions", (DWORD)CALL(WarrenGetVersions, &Versions, 0, 0));
    Say("packages", Versions.Packages);
    Say("carried", Versions.Carried);
    FAILS(WintunStartSession, Adapter, 0x30000, 0);
    Session = (WINTUN_SESSION_HANDLE)CALL(WintunStartSession, Adapter, 0x20000, 0);
    Say("started", Session != NULL);
    if (!Session) ExitProcess(1);
    FAILS(WintunAllocateSendPacket, Session, 0, 0);
    /* The upper half of a register that carries 32 bits is anybody's. */
    FAILS(WintunAllocateSendPacket, Session, 0xCCCCCCCC00010000, 0);
    while (CALL(WintunReceivePacket, Session, &Size, 0)) continue;
    Say("error of an empty ring", GetLastError());
    Put("ready\n");
    Say("answered", Serve(Session));
    Say("statistics", (DWORD)CALL(WarrenGetSessionStatistics, Session, &Statistics, 0));
    Say("capacity", Statistics.Capacity);
    Say("sent", Statistics.Sent);
    Say("bytes sent", Statistics.SentBytes);
    CALL(WintunEndSession, Session, 0, 0);
    CALL(WintunCloseAdapter, Adapter, 0, 0);
    Say("deleted", (DWORD)CALL(WintunDeleteDriver, 0, 0, 0));
    CALL(WintunSetLogger, NULL, 0, 0);
    Say("logged", Logged != 0);
    Say("logged badly", LoggedBadly);
    Say("misaligned", Misaligned);
    Say("spoilt", Spoilt);
}

#ifdef _MSC_VER
void Start(void);
void Start(void)
#else
int main(void)
#endif
{
    Layouts();
    Module = LoadLibraryExW(L"wintun.dll", NULL, LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (Module) Calls();
    ExitProcess(!Module);
}
