/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A cable in a program: makes two tunnel adapters, and what is sent into the one comes out of the other. It has a thread
 * for each direction. What finds no room is dropped, as by any link that is too slow, and counted. Ctrl-C ends it.
 *
 *   x86_64-w64-mingw32-gcc -O2 -Iinclude -o forward.exe examples/forward.c
 *   forward.exe [name of the one [name of the other]]
 */
#include <windows.h>

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "wintun.h"

#define CAPACITY 0x800000 /* 8 MiB */

static WINTUN_CREATE_ADAPTER_FUNC *WintunCreateAdapter;
static WINTUN_CLOSE_ADAPTER_FUNC *WintunCloseAdapter;
static WINTUN_START_SESSION_FUNC *WintunStartSession;
static WINTUN_END_SESSION_FUNC *WintunEndSession;
static WINTUN_GET_READ_WAIT_EVENT_FUNC *WintunGetReadWaitEvent;
static WINTUN_RECEIVE_PACKET_FUNC *WintunReceivePacket;
static WINTUN_RELEASE_RECEIVE_PACKET_FUNC *WintunReleaseReceivePacket;
static WINTUN_ALLOCATE_SEND_PACKET_FUNC *WintunAllocateSendPacket;
static WINTUN_SEND_PACKET_FUNC *WintunSendPacket;

static HANDLE QuitEvent; /* stays set */
static atomic_bool Quitting;

struct direction {
    WINTUN_SESSION_HANDLE From, To;
    HANDLE Thread;
    uint64_t Packets, Bytes, Dropped;
    DWORD Error;
};

static bool Forward(struct direction *Direction, const BYTE *Packet, DWORD Size) {
    BYTE *Out = WintunAllocateSendPacket(Direction->To, Size);
    if (!Out) {
        Direction->Dropped++;
        return GetLastError() == ERROR_BUFFER_OVERFLOW;
    }
    memcpy(Out, Packet, Size);
    WintunSendPacket(Direction->To, Out);
    Direction->Packets++;
    Direction->Bytes += Size;
    return true;
}

static DWORD WINAPI Run(LPVOID Parameter) {
    struct direction *Direction = Parameter;
    HANDLE Events[] = {QuitEvent, WintunGetReadWaitEvent(Direction->From)};
    bool Good = true;

    while (!Quitting && Good) {
        DWORD Size;
        BYTE *Packet = WintunReceivePacket(Direction->From, &Size);
        if (Packet) {
            Good = Forward(Direction, Packet, Size);
            WintunReleaseReceivePacket(Direction->From, Packet);
        } else {
            Good = GetLastError() == ERROR_NO_MORE_ITEMS &&
                   WaitForMultipleObjects(2, Events, FALSE, INFINITE) != WAIT_FAILED;
        }
        if (!Good) Direction->Error = GetLastError();
    }
    if (Direction->Error) SetEvent(QuitEvent);
    return 0;
}

static BOOL WINAPI Quit(DWORD Reason) {
    (void)Reason;
    Quitting = true;
    SetEvent(QuitEvent);
    return TRUE;
}

static int Fail(const char *What) {
    fprintf(stderr, "error: %s (Windows error %lu)\n", What, (unsigned long)GetLastError());
    return 1;
}

static bool Load(void) {
    static const struct {
        const char *Name;
        void *Function;
    } Functions[] = {{"WintunCreateAdapter", &WintunCreateAdapter},
                     {"WintunCloseAdapter", &WintunCloseAdapter},
                     {"WintunStartSession", &WintunStartSession},
                     {"WintunEndSession", &WintunEndSession},
                     {"WintunGetReadWaitEvent", &WintunGetReadWaitEvent},
                     {"WintunReceivePacket", &WintunReceivePacket},
                     {"WintunReleaseReceivePacket", &WintunReleaseReceivePacket},
                     {"WintunAllocateSendPacket", &WintunAllocateSendPacket},
                     {"WintunSendPacket", &WintunSendPacket}};
    HMODULE Module = LoadLibraryW(L"wintun.dll");

    if (!Module) Module = LoadLibraryW(L"warren.dll");
    for (size_t Index = 0; Module && Index < sizeof(Functions) / sizeof(*Functions); ++Index) {
        FARPROC Function = GetProcAddress(Module, Functions[Index].Name);
        if (!Function) return false;
        memcpy(Functions[Index].Function, &Function, sizeof(Function));
    }
    return Module != NULL;
}

/* Both directions, until Ctrl-C or an error. */
static int Serve(WINTUN_SESSION_HANDLE Left, WINTUN_SESSION_HANDLE Right) {
    struct direction Directions[] = {{.From = Left, .To = Right}, {.From = Right, .To = Left}};
    int Code = 0;

    for (int Index = 0; Index < 2; ++Index)
        Directions[Index].Thread = CreateThread(NULL, 0, Run, &Directions[Index], 0, NULL);
    if (!Directions[0].Thread || !Directions[1].Thread) Quit(0);
    printf("ready: what is sent into the one comes out of the other; Ctrl-C ends this\n");
    fflush(stdout);
    for (int Index = 0; Index < 2; ++Index) {
        if (!Directions[Index].Thread) continue;
        WaitForSingleObject(Directions[Index].Thread, INFINITE);
        CloseHandle(Directions[Index].Thread);
        printf("done: %s: %" PRIu64 " packets, %" PRIu64 " bytes, %" PRIu64 " dropped\n", Index ? "back" : "there",
               Directions[Index].Packets, Directions[Index].Bytes, Directions[Index].Dropped);
        SetLastError(Directions[Index].Error);
        if (Directions[Index].Error) Code = Fail("the adapter has gone");
        if (Directions[Index].Error) Quitting = true;
    }
    return Code;
}

static bool Widen(const char *From, WCHAR *To, size_t Room) {
    size_t Length = strlen(From);

    if (!Length || Length >= Room) return false;
    for (size_t Index = 0; Index <= Length; ++Index) To[Index] = (WCHAR)(From[Index] & 127);
    return true;
}

int main(int argc, char **argv) {
    WCHAR Names[2][64] = {L"Cable A", L"Cable B"};
    WINTUN_ADAPTER_HANDLE Adapters[2] = {0};
    WINTUN_SESSION_HANDLE Sessions[2] = {0};
    int Code = 0;

    for (int Index = 1; Index < argc; ++Index)
        if (Index > 2 || argv[Index][0] == '-' || !Widen(argv[Index], Names[Index - 1], 64)) {
            fprintf(stderr, "usage: forward [name of the one [name of the other]]\n");
            return 2;
        }
    if (!Load()) return Fail("cannot load wintun.dll or warren.dll");
    QuitEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!QuitEvent || !SetConsoleCtrlHandler(Quit, TRUE)) return Fail("no event");
    for (int Index = 0; Index < 2 && !Code; ++Index) {
        Adapters[Index] = WintunCreateAdapter(Names[Index], L"Cable", NULL);
        Sessions[Index] = Adapters[Index] ? WintunStartSession(Adapters[Index], CAPACITY) : NULL;
        if (!Sessions[Index]) Code = Fail(Adapters[Index] ? "no session" : "no adapter");
    }
    if (!Code) Code = Serve(Sessions[0], Sessions[1]);
    for (int Index = 0; Index < 2; ++Index) {
        if (Sessions[Index]) WintunEndSession(Sessions[Index]);
        if (Adapters[Index]) WintunCloseAdapter(Adapters[Index]);
    }
    SetConsoleCtrlHandler(Quit, FALSE);
    CloseHandle(QuitEvent);
    return Code;
}
