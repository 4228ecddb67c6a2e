/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * capture: a session's packets, to a file.
 */
#include "cli/cli.h"
#include "cli/pcapng.h"

enum { CAPTURE_WRITE = OPTION_OWN, CAPTURE_COUNT, CAPTURE_SNAPLEN, CAPTURE_SECONDS };

#define BATCH 256
#define LOOK_AT_QUIT 200 /* ms; how long Ctrl-C may go unnoticed while nothing passes */

/* Written in large pieces. */
static struct {
    HANDLE Handle;
    DWORD Error;
    size_t Used;
    BYTE Buffer[1u << 18];
} File;

static void Flush(void) {
    for (size_t At = 0; At < File.Used && !File.Error;) {
        DWORD Written = 0;

        if (!WriteFile(File.Handle, File.Buffer + At, (DWORD)(File.Used - At), &Written, NULL))
            File.Error = GetLastError();
        else if (!Written)
            File.Error = ERROR_DISK_FULL;
        At += Written;
    }
    File.Used = 0;
}

static void Write(const void *Bytes, size_t Size) {
    if (File.Used + Size > sizeof(File.Buffer)) Flush();
    memcpy(File.Buffer + File.Used, Bytes, Size);
    File.Used += Size;
}

static void WritePacket(const WARREN_CAPTURED *Packet) {
    uint8_t Block[PCAPNG_ROOM];

    Write(Block, pcapng_packet(Block, Packet->Timestamp, Packet->Captured, Packet->Length));
    Write(Packet->Data, Packet->Captured);
    Write(Block, pcapng_packet_end(Block, Packet->Captured,
                                   Packet->Direction == WARREN_CAPTURED_TO_STACK ? PCAPNG_INBOUND : PCAPNG_OUTBOUND));
}

static void WriteBegin(LPCWSTR Name, DWORD Snap) {
    uint8_t Block[PCAPNG_ROOM];
    char Narrow[PCAPNG_TEXT_MAX + 1]; /* an adapter's name has 127 characters, of at most 3 bytes each */
    int Size = WideCharToMultiByte(CP_UTF8, 0, Name, -1, Narrow, sizeof(Narrow), NULL, NULL);

    if (Size <= 0) Narrow[0] = 0;
    Write(Block, pcapng_begin(Block, BRAND_NAME_A " " BRAND_VERSION_STRING, Narrow, Snap));
}

static void WriteEnd(const WARREN_CAPTURE_STATISTICS *Statistics) {
    uint8_t Block[PCAPNG_ROOM];
    FILETIME Now;

    GetSystemTimePreciseAsFileTime(&Now);
    Write(Block, pcapng_end(Block, (uint64_t)Now.dwHighDateTime << 32 | Now.dwLowDateTime,
                            Statistics->ToClientSeen + Statistics->ToStackSeen,
                            Statistics->ToClientDropped + Statistics->ToStackDropped));
}

typedef struct _LIMITS {
    DWORD Count; /* 0: none */
    ULONGLONG End;
    HANDLE Quit;
} LIMITS;

static bool IsEnough(const LIMITS *Limits, uint64_t Packets) {
    return (Limits->Count && Packets >= Limits->Count) || GetTickCount64() >= Limits->End ||
           WaitForSingleObject(Limits->Quit, 0) == WAIT_OBJECT_0;
}

/* Until it is enough, or the session ends. The file is complete up to here whenever nothing passes. */
static EXIT_CODE Copy(WARREN_CAPTURE_HANDLE Capture, const LIMITS *Limits, uint64_t *Packets) {
    static WARREN_CAPTURED Captured[BATCH];

    while (!File.Error && !IsEnough(Limits, *Packets)) {
        DWORD Room = BATCH, Count;

        if (Limits->Count && Limits->Count - *Packets < Room) Room = (DWORD)(Limits->Count - *Packets);
        Count = Library.ReadCapture(Capture, Captured, Room, File.Used ? 0 : LOOK_AT_QUIT);
        for (DWORD At = 0; At < Count; ++At) WritePacket(&Captured[At]);
        *Packets += Count;
        if (Count) continue;
        switch (GetLastError()) {
        case ERROR_TIMEOUT: Flush(); break;
        case ERROR_HANDLE_EOF: return EXIT_GOOD;
        default: return Fail(EXIT_FAILED, L"the session's memory is damaged (Windows error %u)", GetLastError());
        }
    }
    return EXIT_GOOD;
}

static EXIT_CODE End(WARREN_CAPTURE_HANDLE Capture, LPCWSTR Path, uint64_t Packets, EXIT_CODE Code) {
    WARREN_CAPTURE_STATISTICS Statistics = {.Size = sizeof(Statistics)};

    if (!Library.GetCaptureStatistics(Capture, &Statistics)) return LibraryFailed(L"the capture's statistics");
    WriteEnd(&Statistics);
    Flush();
    if (!OutIsJson())
        Print(L"%U packets in %s, %U dropped from the capture.\n", Packets, Path,
              Statistics.ToClientDropped + Statistics.ToStackDropped);
    if (File.Error)
        Code = Fail(EXIT_OUTPUT, L"%s cannot be written (Windows error %u%s)", Path, File.Error,
                    File.Error == ERROR_DISK_FULL ? L": the disk is full" : L"");
    JsonOpen(NULL, '{');
    JsonText(L"file", Path);
    JsonNumber(L"packets", Packets);
    JsonNumber(L"dropped", Statistics.ToClientDropped + Statistics.ToStackDropped);
    JsonFailure();
    JsonClose('}');
    return Code;
}

static EXIT_CODE CaptureTo(LPCWSTR Name, LPCWSTR Path, DWORD Snap, const LIMITS *Limits) {
    WARREN_CAPTURE_HANDLE Capture = Library.StartCapture(Name, Snap);
    uint64_t Packets = 0;
    EXIT_CODE Code;

    if (!Capture) return LibraryFailed(L"the session cannot be captured");
    File.Handle = CreateFileW(Path, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (File.Handle == INVALID_HANDLE_VALUE) {
        Fail(EXIT_OUTPUT, L"%s cannot be created (Windows error %u)", Path, GetLastError());
        Library.EndCapture(Capture);
        return EXIT_OUTPUT;
    }
    WriteBegin(Name, Snap);
    Flush();
    if (!OutIsJson()) Print(L"Capturing on %s. Ctrl-C ends it.\n", Name);
    Code = OutEnd() ? Copy(Capture, Limits, &Packets) : EXIT_OUTPUT;
    Code = End(Capture, Path, Packets, Code);
    CloseHandle(File.Handle);
    Library.EndCapture(Capture);
    return Code;
}

EXIT_CODE CaptureRun(const ARGUMENTS *Arguments) {
    LIMITS Limits = {.End = ~0ull, .Quit = QuitEvent()};
    DWORD Snap = 65519, Seconds = 0;

    if (!Limits.Quit) return EXIT_FAILED;
    if (!Arguments->Value[CAPTURE_WRITE]) return Fail(EXIT_USAGE, L"where to? -w FILE is missing");
    if ((Arguments->Value[CAPTURE_COUNT] &&
         !ArgumentNumber(L"count", Arguments->Value[CAPTURE_COUNT], 1, 0xfffffffe, &Limits.Count)) ||
        (Arguments->Value[CAPTURE_SNAPLEN] &&
         !ArgumentNumber(L"snaplen", Arguments->Value[CAPTURE_SNAPLEN], 14, 65519, &Snap)) ||
        (Arguments->Value[CAPTURE_SECONDS] &&
         !ArgumentNumber(L"seconds", Arguments->Value[CAPTURE_SECONDS], 1, 1000000, &Seconds)))
        return EXIT_USAGE;
    if (Seconds) Limits.End = GetTickCount64() + (ULONGLONG)Seconds * 1000;
    return CaptureTo(Arguments->Operand[0], Arguments->Value[CAPTURE_WRITE], Snap, &Limits);
}
