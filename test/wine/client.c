/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Clients as programs in C are written from the API's documentation, with another compiler and the real headers:
 *   client threads   a thread for each direction; packets go back to the ring in another order than they came
 *   client loop N    one thread for N adapters, which waits for all of them at once
 *   client rules     what calls say that go wrong; and that a fault of the program is still the program's
 * Each adapter answers pings to all of its network: 10.70.0.0/24, 10.71.0.0/24 and so on.
 */
#include <wintun.h>

#include <iphlpapi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static WINTUN_CREATE_ADAPTER_FUNC *WintunCreateAdapter;
static WINTUN_OPEN_ADAPTER_FUNC *WintunOpenAdapter;
static WINTUN_CLOSE_ADAPTER_FUNC *WintunCloseAdapter;
static WINTUN_DELETE_DRIVER_FUNC *WintunDeleteDriver;
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

static const struct {
    const char *Name;
    void *Slot;
} Functions[] = {
#define FUNCTION(name) {#name, (void *)&name}
    FUNCTION(WintunCreateAdapter),    FUNCTION(WintunOpenAdapter),        FUNCTION(WintunCloseAdapter),
    FUNCTION(WintunDeleteDriver),     FUNCTION(WintunGetAdapterLUID),     FUNCTION(WintunGetRunningDriverVersion),
    FUNCTION(WintunSetLogger),        FUNCTION(WintunStartSession),       FUNCTION(WintunEndSession),
    FUNCTION(WintunGetReadWaitEvent), FUNCTION(WintunReceivePacket),      FUNCTION(WintunReleaseReceivePacket),
    FUNCTION(WintunSendPacket),       FUNCTION(WintunAllocateSendPacket),
};

static HANDLE QuitEvent;
static volatile LONG Quitting;

static int Failed(const char *What) {
    printf("failed: %s (Windows error %lu)\n", What, (unsigned long)GetLastError());
    fflush(stdout);
    return 1;
}

static BOOL WINAPI Quit(DWORD Reason) {
    InterlockedExchange(&Quitting, 1);
    SetEvent(QuitEvent);
    return TRUE;
}

static VOID CALLBACK Log(WINTUN_LOGGER_LEVEL Level, DWORD64 Timestamp, LPCWSTR Line) {
    printf("log %d: %ls\n", Level, Line);
    fflush(stdout);
}

/* ---- packets ---------------------------------------------------------------------------------------------------- */

/* An ICMP echo request over IPv4 becomes its reply. */
static bool Answer(BYTE *Packet, DWORD Size) {
    if (Size < 28 || Packet[0] != 0x45 || Packet[9] != 1 || Packet[20] != 8) return false;
    BYTE Address[4];
    memcpy(Address, Packet + 12, 4);
    memcpy(Packet + 12, Packet + 16, 4);
    memcpy(Packet + 16, Address, 4);
    Packet[20] = 0;
    uint32_t Sum = (uint32_t)(Packet[22] << 8 | Packet[23]) + 0x0800;
    Sum += Sum >> 16;
    Packet[22] = (BYTE)(Sum >> 8);
    Packet[23] = (BYTE)Sum;
    return true;
}

static void Reply(WINTUN_SESSION_HANDLE Session, BYTE *Packet, DWORD Size) {
    if (!Answer(Packet, Size)) return;
    BYTE *Out = WintunAllocateSendPacket(Session, Size);
    if (!Out) return; /* as a network does when it is full */
    memcpy(Out, Packet, Size);
    WintunSendPacket(Session, Out);
}

static bool SetAddress(WINTUN_ADAPTER_HANDLE Adapter, BYTE Network) {
    MIB_UNICASTIPADDRESS_ROW Row;
    InitializeUnicastIpAddressEntry(&Row);
    WintunGetAdapterLUID(Adapter, &Row.InterfaceLuid);
    Row.DadState = IpDadStatePreferred;
    Row.Address.Ipv4.sin_family = AF_INET;
    Row.Address.Ipv4.sin_addr.S_un.S_addr = htonl(10u << 24 | (uint32_t)Network << 16 | 1);
    Row.OnLinkPrefixLength = 24;
    SetLastError(CreateUnicastIpAddressEntry(&Row));
    return GetLastError() == NO_ERROR;
}

/* ---- a thread for each direction -------------------------------------------------------------------------------- */

#define BATCH 16
#define QUEUE 1024

/* From the one thread to the other: copies of what is to be answered. */
static struct {
    CRITICAL_SECTION Lock;
    HANDLE Filled;
    unsigned Head, Tail;
    DWORD Size[QUEUE];
    BYTE Packet[QUEUE][2048];
} Queue;

static void Enqueue(const BYTE *Packet, DWORD Size) {
    if (Size > sizeof(Queue.Packet[0])) return;
    EnterCriticalSection(&Queue.Lock);
    if (Queue.Tail - Queue.Head < QUEUE) {
        memcpy(Queue.Packet[Queue.Tail % QUEUE], Packet, Size);
        Queue.Size[Queue.Tail++ % QUEUE] = Size;
    }
    LeaveCriticalSection(&Queue.Lock);
    SetEvent(Queue.Filled);
}

static DWORD WINAPI Receiver(LPVOID Session) {
    HANDLE Events[] = {QuitEvent, WintunGetReadWaitEvent(Session)};
    while (!Quitting) {
        BYTE *Batch[BATCH];
        unsigned Count = 0;
        DWORD Size;
        while (Count < BATCH && (Batch[Count] = WintunReceivePacket(Session, &Size)) != NULL)
            Enqueue(Batch[Count++], Size);
        DWORD Error = GetLastError();
        /* Odd ones first, then the even ones backwards. */
        for (unsigned At = 1; At < Count; At += 2) WintunReleaseReceivePacket(Session, Batch[At]);
        for (unsigned At = (Count + 1) / 2; At-- > 0;) WintunReleaseReceivePacket(Session, Batch[At * 2]);
        if (Count) continue;
        if (Error != ERROR_NO_MORE_ITEMS) return (DWORD)Failed("WintunReceivePacket");
        WaitForMultipleObjects(2, Events, FALSE, INFINITE);
    }
    return 0;
}

static DWORD WINAPI Sender(LPVOID Session) {
    HANDLE Events[] = {QuitEvent, Queue.Filled};
    while (!Quitting) {
        EnterCriticalSection(&Queue.Lock);
        bool Have = Queue.Head != Queue.Tail;
        if (Have) {
            Reply(Session, Queue.Packet[Queue.Head % QUEUE], Queue.Size[Queue.Head % QUEUE]);
            Queue.Head++;
        }
        LeaveCriticalSection(&Queue.Lock);
        if (!Have) WaitForMultipleObjects(2, Events, FALSE, INFINITE);
    }
    return 0;
}

static int Threads(void) {
    int Result = 1;
    InitializeCriticalSection(&Queue.Lock);
    Queue.Filled = CreateEventW(NULL, FALSE, FALSE, NULL);
    WINTUN_ADAPTER_HANDLE Adapter = WintunCreateAdapter(L"Threads", L"Client", NULL);
    if (!Adapter) return Failed("WintunCreateAdapter");
    WINTUN_SESSION_HANDLE Session = WintunStartSession(Adapter, 0x400000);
    if (!Session) {
        Failed("WintunStartSession");
    } else if (!SetAddress(Adapter, 70)) {
        Failed("CreateUnicastIpAddressEntry");
    } else {
        HANDLE Both[] = {CreateThread(NULL, 0, Receiver, Session, 0, NULL),
                         CreateThread(NULL, 0, Sender, Session, 0, NULL)};
        printf("ready: 10.70.0.1/24\n");
        fflush(stdout);
        DWORD Code = 1;
        WaitForMultipleObjects(2, Both, TRUE, INFINITE);
        Result = GetExitCodeThread(Both[0], &Code) ? (int)Code : 1;
        CloseHandle(Both[0]);
        CloseHandle(Both[1]);
    }
    if (Session) WintunEndSession(Session);
    WintunCloseAdapter(Adapter);
    return Result;
}

/* ---- one loop for many ------------------------------------------------------------------------------------------ */

#define LOOP_MAX 16

static int Loop(unsigned Count) {
    WINTUN_ADAPTER_HANDLE Adapters[LOOP_MAX] = {0};
    WINTUN_SESSION_HANDLE Sessions[LOOP_MAX] = {0};
    HANDLE Events[LOOP_MAX + 1];
    int Result = 0;
    for (unsigned At = 0; At < Count && !Result; ++At) {
        WCHAR Name[32];
        swprintf(Name, 32, L"Loop %u", At);
        Adapters[At] = WintunCreateAdapter(Name, L"Client", NULL);
        if (!Adapters[At])
            Result = Failed("WintunCreateAdapter");
        else if ((Sessions[At] = WintunStartSession(Adapters[At], 0x20000)) == NULL)
            Result = Failed("WintunStartSession");
        else if (!SetAddress(Adapters[At], (BYTE)(70 + At)))
            Result = Failed("CreateUnicastIpAddressEntry");
        else
            Events[At] = WintunGetReadWaitEvent(Sessions[At]);
    }
    Events[Count] = QuitEvent;
    if (!Result) {
        printf("ready: %u adapters\n", Count);
        fflush(stdout);
    }
    while (!Result && !Quitting) {
        DWORD Which = WaitForMultipleObjects(Count + 1, Events, FALSE, INFINITE), Size;
        if (Which == Count) break;
        if (Which > Count) Result = Failed("WaitForMultipleObjects");
        for (BYTE *Packet; !Result && (Packet = WintunReceivePacket(Sessions[Which], &Size)) != NULL;) {
            Reply(Sessions[Which], Packet, Size);
            WintunReleaseReceivePacket(Sessions[Which], Packet);
        }
        if (!Result && GetLastError() != ERROR_NO_MORE_ITEMS) Result = Failed("WintunReceivePacket");
    }
    for (unsigned At = 0; At < Count; ++At) {
        if (Sessions[At]) WintunEndSession(Sessions[At]);
        if (Adapters[At]) WintunCloseAdapter(Adapters[At]);
    }
    return Result;
}

/* ---- what is wrong ---------------------------------------------------------------------------------------------- */

static unsigned Wrong;

static void Expect(const char *What, bool Worked, DWORD Error) {
    DWORD Is = GetLastError();
    if (!Worked && Is == Error) return;
    printf("wrong: %s: %s, error %lu, expected %lu\n", What, Worked ? "worked" : "failed", (unsigned long)Is,
           (unsigned long)Error);
    Wrong++;
}

static volatile LONG FaultCode;
static void *volatile Resume;

static LONG CALLBACK OnFault(EXCEPTION_POINTERS *Pointers) {
    if (!Resume) return EXCEPTION_CONTINUE_SEARCH;
    FaultCode = (LONG)Pointers->ExceptionRecord->ExceptionCode;
    Pointers->ContextRecord->Rip = (DWORD64)(uintptr_t)Resume;
    Resume = NULL;
    return EXCEPTION_CONTINUE_EXECUTION;
}

/* Goes on behind the instruction. */
#define FAULT(Instruction)                                                                                             \
    __asm__ volatile("leaq 1f(%%rip), %%rax\n\tmovq %%rax, %0\n\t" Instruction "\n1:"                                  \
                     : "=m"(Resume)                                                                                    \
                     :                                                                                                 \
                     : "rax", "rcx", "rdx", "cc", "memory")

/* Through the handler of the system, as ever, and the thread goes on. */
static void Faults(void) {
    void *Handler = AddVectoredExceptionHandler(1, OnFault);
    FAULT("movl $1, 16");
    if (FaultCode != (LONG)EXCEPTION_ACCESS_VIOLATION) Expect("a bad pointer", true, NO_ERROR);
    FAULT("xorl %%ecx, %%ecx\n\tmovl $1, %%eax\n\tcltd\n\tidivl %%ecx");
    if (FaultCode != (LONG)EXCEPTION_INT_DIVIDE_BY_ZERO) Expect("a division by zero", true, NO_ERROR);
    FAULT("int3");
    if (FaultCode != (LONG)EXCEPTION_BREAKPOINT) Expect("a breakpoint", true, NO_ERROR);
    FAULT("ud2");
    if (FaultCode != (LONG)EXCEPTION_ILLEGAL_INSTRUCTION) Expect("an undefined instruction", true, NO_ERROR);
    RemoveVectoredExceptionHandler(Handler);
}

static void Sessions(WINTUN_ADAPTER_HANDLE Adapter) {
    DWORD Size;
    Expect("a session of no power of two", WintunStartSession(Adapter, 0x30000), ERROR_INVALID_PARAMETER);
    WINTUN_SESSION_HANDLE Session = WintunStartSession(Adapter, 0x20000);
    if (!Session) {
        Expect("a session", false, NO_ERROR);
        return;
    }
    Expect("a second session", WintunStartSession(Adapter, 0x20000), ERROR_ALREADY_INITIALIZED);
    Expect("a packet of no bytes", WintunAllocateSendPacket(Session, 0), ERROR_INVALID_PARAMETER);
    while (WintunAllocateSendPacket(Session, 0xffff));
    Expect("room in a full ring", false, ERROR_BUFFER_OVERFLOW);
    for (BYTE *Packet; (Packet = WintunReceivePacket(Session, &Size)) != NULL;)
        WintunReleaseReceivePacket(Session, Packet);
    Expect("a packet from an empty ring", false, ERROR_NO_MORE_ITEMS);
    /* The event is the program's, too. */
    HANDLE Event = WintunGetReadWaitEvent(Session);
    SetEvent(Event);
    if (WaitForSingleObject(Event, 0) != WAIT_OBJECT_0) Expect("the wait event", false, NO_ERROR);
    WintunEndSession(Session);
}

static int Rules(void) {
    Expect("an adapter without a name", WintunCreateAdapter(L"", L"Client", NULL), ERROR_INVALID_PARAMETER);
    Expect("an adapter that is not there", WintunOpenAdapter(L"Nobody"), ERROR_NOT_FOUND);
    Expect("the version of no driver", WintunGetRunningDriverVersion(), ERROR_FILE_NOT_FOUND);
    Faults();
    WINTUN_ADAPTER_HANDLE Adapter = WintunCreateAdapter(L"Rules", L"Client", NULL);
    if (!Adapter) return Failed("WintunCreateAdapter");
    if (!WintunGetRunningDriverVersion()) Expect("the version of the driver", false, NO_ERROR);
    Sessions(Adapter);
    WINTUN_ADAPTER_HANDLE Other = WintunOpenAdapter(L"Rules");
    NET_LUID Left = {0}, Right = {0};
    WintunGetAdapterLUID(Adapter, &Left);
    if (Other) WintunGetAdapterLUID(Other, &Right);
    if (!Other || Left.Value != Right.Value || !Left.Value) Expect("the same adapter by name", false, NO_ERROR);
    if (Other) WintunCloseAdapter(Other);
    Faults();
    WintunCloseAdapter(Adapter);
    Expect("the adapter when it is closed", WintunOpenAdapter(L"Rules"), ERROR_NOT_FOUND);
    if (!WintunDeleteDriver()) Expect("the end of the driver", false, NO_ERROR);
    printf(Wrong ? "%u wrong\n" : "all right\n", Wrong);
    return Wrong != 0;
}

int main(int argc, char **argv) {
    HMODULE Module =
        LoadLibraryExW(L"wintun.dll", NULL, LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (!Module) return Failed("wintun.dll");
    for (unsigned At = 0; At < sizeof(Functions) / sizeof(*Functions); ++At) {
        FARPROC Function = GetProcAddress(Module, Functions[At].Name);
        if (!Function) return Failed(Functions[At].Name);
        memcpy(Functions[At].Slot, &Function, sizeof(Function));
    }
    WintunSetLogger(Log);
    QuitEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    SetConsoleCtrlHandler(Quit, TRUE);
    int Result = 2;
    if (argc == 2 && !strcmp(argv[1], "threads")) Result = Threads();
    if (argc == 3 && !strcmp(argv[1], "loop")) {
        unsigned Count = (unsigned)atoi(argv[2]);
        if (Count >= 1 && Count <= LOOP_MAX) Result = Loop(Count);
    }
    if (argc == 2 && !strcmp(argv[1], "rules")) Result = Rules();
    WintunSetLogger(NULL);
    FreeLibrary(Module);
    if (Result == 2) fputs("usage: client threads | loop COUNT | rules\n", stderr);
    return Result;
}
