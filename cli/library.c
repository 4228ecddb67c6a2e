/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The client library: the one beside the program, from nowhere else.
 */
#include "cli/cli.h"

LIBRARY Library;

static VOID CALLBACK Log(WINTUN_LOGGER_LEVEL Level, DWORD64 Timestamp, LPCWSTR Message) {
    static const LPCWSTR Names[] = {L"info", L"warning", L"error"};

    (void)Timestamp;
    Say(L"%s: %s", (unsigned)Level < COUNT_OF(Names) ? Names[Level] : L"?", Message);
}

static bool Beside(WCHAR *Path, DWORD Room) {
    DWORD Length = GetModuleFileNameW(NULL, Path, Room);

    if (!Length || Length >= Room) return false;
    while (Length && Path[Length - 1] != '\\' && Path[Length - 1] != '/') --Length;
    Path[Length] = 0;
    return TextAppend(Path, Room, BRAND_FILE L".dll");
}

static const struct {
    LPCSTR Name;
    size_t Offset;
} Functions[] = {
#define WINTUN(Field) {"Wintun" #Field, offsetof(LIBRARY, Field)}
#define WARREN(Field) {"Warren" #Field, offsetof(LIBRARY, Field)}
    WINTUN(CreateAdapter),     WINTUN(OpenAdapter),
    WINTUN(CloseAdapter),      WINTUN(DeleteDriver),
    WINTUN(GetAdapterLUID),    WINTUN(SetLogger),
    WINTUN(StartSession),      WINTUN(EndSession),
    WINTUN(GetReadWaitEvent),  {"WarrenCreateAdapter", offsetof(LIBRARY, CreateAdapterEx)},
    WARREN(DeleteAdapter),     WARREN(RenameAdapter),
    WARREN(EnumerateAdapters), WARREN(Repair),
    WARREN(InstallDriver),     WARREN(GetVersions),
    WARREN(GetLastError),      WARREN(GetAdapterStatistics),
    WARREN(GetWriteWaitEvent), WARREN(ReceivePackets),
    WARREN(ReleasePackets),    WARREN(AllocatePackets),
    WARREN(SendPackets),       WARREN(StartCapture),
    WARREN(ReadCapture),       WARREN(GetCaptureStatistics),
    WARREN(EndCapture),
};

static bool LoadFailed(LPCWSTR Path, DWORD Error) {
    switch (Error) {
    case ERROR_MOD_NOT_FOUND:
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        Fail(EXIT_FAILED, L"%s is missing, or something that it needs: it belongs beside this program", Path);
        break;
    case ERROR_BAD_EXE_FORMAT:
        Fail(EXIT_FAILED, L"%s is damaged, or for another kind of processor than this program", Path);
        break;
    default: Fail(EXIT_FAILED, L"%s cannot be loaded (Windows error %u)", Path, Error); break;
    }
    return false;
}

/* Names are ASCII. */
static void WidenName(WCHAR To[64], LPCSTR Name) {
    size_t At = 0;

    for (; Name[At] && At < 63; ++At) To[At] = (WCHAR)Name[At];
    To[At] = 0;
}

bool LibraryLoad(bool Verbose) {
    WCHAR Path[600], Name[64];

    if (!Beside(Path, COUNT_OF(Path))) {
        Fail(EXIT_FAILED, L"the program's own folder cannot be found (Windows error %u)", GetLastError());
        return false;
    }
    /* A full path, and what it needs from the system's folder: neither the current folder nor any other is searched. */
    Library.Module = LoadLibraryExW(Path, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (!Library.Module) return LoadFailed(Path, GetLastError());
    for (unsigned Index = 0; Index < COUNT_OF(Functions); ++Index) {
        FARPROC Function = GetProcAddress(Library.Module, Functions[Index].Name);

        memcpy((BYTE *)&Library + Functions[Index].Offset, &Function, sizeof(Function));
        if (Function) continue;
        WidenName(Name, Functions[Index].Name);
        Fail(EXIT_FAILED, L"%s is older than this program: it has no %s", Path, Name);
        LibraryUnload();
        return false;
    }
    if (Verbose) Library.SetLogger(Log);
    return true;
}

void LibraryUnload(void) {
    if (!Library.Module) return;
    if (Library.SetLogger) Library.SetLogger(NULL);
    FreeLibrary(Library.Module);
    memset(&Library, 0, sizeof(Library));
}

static EXIT_CODE CodeOf(const WARREN_ERROR *Error) {
    switch (Error->Win32) {
    case ERROR_ACCESS_DENIED: return EXIT_RIGHTS;
    case ERROR_NOT_FOUND: return EXIT_NOT_FOUND;
    /* The control device of an adapter that has gone meanwhile. */
    case ERROR_FILE_NOT_FOUND: return Error->Stage == WARREN_STAGE_OPEN ? EXIT_NOT_FOUND : EXIT_FAILED;
    case ERROR_ALREADY_EXISTS:
    case ERROR_ALREADY_INITIALIZED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_DEVICE_IN_USE: return EXIT_IN_USE;
    }
    if (Error->Stage == WARREN_STAGE_ARGUMENTS) return EXIT_USAGE;
    return Error->Stage == WARREN_STAGE_DRIVER || Error->Stage == WARREN_STAGE_START ? EXIT_DRIVER : EXIT_FAILED;
}

/* Not when it cannot be known. */
static bool IsElevated(void) {
    TOKEN_ELEVATION Elevation = {0};
    HANDLE Token;
    DWORD Size;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &Token)) return false;
    if (!GetTokenInformation(Token, TokenElevation, &Elevation, sizeof(Elevation), &Size))
        Elevation.TokenIsElevated = 0;
    CloseHandle(Token);
    return Elevation.TokenIsElevated;
}

EXIT_CODE LibraryFailed(LPCWSTR What) {
    WARREN_ERROR Error = {.Size = sizeof(Error), .Win32 = 0};
    EXIT_CODE Code;

    if (!Library.GetLastError(&Error)) Error.Text[0] = 0;
    Code = Fail(CodeOf(&Error), L"%s: %s", What, Error.Text[0] ? Error.Text : L"no reason given");
    FailDetails(&Error);
    if (Error.ProblemCode)
        Say(L"The device has problem code %u (Device Manager shows it as Code %u), NTSTATUS %x.", Error.ProblemCode,
            Error.ProblemCode, Error.Status);
    if (Code == EXIT_RIGHTS && IsElevated())
        Say(L"This process has an administrator's rights already: who may do it is decided by the adapter's "
            L"descriptor, or\n"
            L"by a policy of this computer.");
    else if (Code == EXIT_RIGHTS)
        Say(L"This takes more rights: run it from a terminal that was started as administrator.");
    return Code;
}
