/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * adapter create, list, show, rename, delete; repair.
 */
#include "cli/cli.h"

enum {
    CREATE_TYPE = OPTION_OWN,
    CREATE_GUID,
    CREATE_PERSISTENT,
    CREATE_SDDL,
    CREATE_MTU,
    CREATE_DESCRIPTION,
    CREATE_TIMEOUT
};
enum { REPAIR_DRY = OPTION_OWN, REPAIR_YES };

/* ---- create ------------------------------------------------------------------------------------------------------ */

static void PrintLuid(WINTUN_ADAPTER_HANDLE Adapter, LPCWSTR Name, bool Persistent) {
    NET_LUID Luid = {0};
    DWORD Index = 0;

    Library.GetAdapterLUID(Adapter, &Luid);
    ConvertInterfaceLuidToIndex(&Luid, &Index);
    JsonOpen(NULL, '{');
    JsonText(L"name", Name);
    JsonNumber(L"luid", Luid.Value);
    JsonNumber(L"index", Index);
    JsonBool(L"persistent", Persistent);
    JsonClose('}');
    if (!OutIsJson()) Print(L"%s is there: interface index %u, LUID %U.\n", Name, Index, Luid.Value);
}

/* The end of standard input ends it, too: whoever started this program may have gone. A console's has no end, and is not
 * read, since that could not be interrupted; nor does a program end by an input that it never had. */
static DWORD WINAPI WatchInput(LPVOID Event) {
    char Ignored[64];
    DWORD Size;

    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), Ignored, sizeof(Ignored), &Size, NULL) && Size) {
    }
    SetEvent(Event);
    return 0;
}

static EXIT_CODE Hold(void) {
    HANDLE Event = QuitEvent(), Input = GetStdHandle(STD_INPUT_HANDLE), Thread = NULL;
    DWORD Mode;

    if (Input && Input != INVALID_HANDLE_VALUE && !GetConsoleMode(Input, &Mode))
        Thread = CreateThread(NULL, 0, WatchInput, Event, 0, NULL);
    if (!OutIsJson()) Print(L"It lasts until Ctrl-C%s.\n", Thread ? L", or the end of the input" : L"");
    if (!OutEnd()) return EXIT_OUTPUT;
    WaitForSingleObject(Event, INFINITE);
    if (Thread) CloseHandle(Thread); /* it may still read, and ends with the process */
    return EXIT_GOOD;
}

/* With or without braces. */
static bool ReadGuid(LPCWSTR Text, GUID *Guid) {
    WCHAR Braced[GUID_TEXT + 1] = L"{";

    if (TextToGuid(Text, Guid) || (TextAppend(Braced, COUNT_OF(Braced), Text) &&
                                   TextAppend(Braced, COUNT_OF(Braced), L"}") && TextToGuid(Braced, Guid)))
        return true;
    Fail(EXIT_USAGE, L"--guid takes {xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}, not %s", Text);
    return false;
}

EXIT_CODE AdapterCreateRun(const ARGUMENTS *Arguments) {
    WARREN_ADAPTER_OPTIONS Options = {
        .Size = sizeof(Options),
        .Flags = Arguments->Value[CREATE_PERSISTENT] ? WARREN_ADAPTER_PERSISTENT : 0,
        .Name = Arguments->Operand[0],
        .TunnelType = Arguments->Value[CREATE_TYPE] ? Arguments->Value[CREATE_TYPE] : BRAND_NAME,
        .Sddl = Arguments->Value[CREATE_SDDL],
        .Description = Arguments->Value[CREATE_DESCRIPTION],
    };
    bool Persistent = Options.Flags & WARREN_ADAPTER_PERSISTENT;
    WINTUN_ADAPTER_HANDLE Adapter;
    EXIT_CODE Code = EXIT_GOOD;
    GUID Guid;

    if (Arguments->Value[CREATE_GUID] && !ReadGuid(Arguments->Value[CREATE_GUID], &Guid)) return EXIT_USAGE;
    if (Arguments->Value[CREATE_GUID]) Options.Guid = &Guid;
    if ((Arguments->Value[CREATE_MTU] &&
         !ArgumentNumber(L"mtu", Arguments->Value[CREATE_MTU], 1280, 65535, &Options.Mtu)) ||
        (Arguments->Value[CREATE_TIMEOUT] &&
         !ArgumentNumber(L"timeout", Arguments->Value[CREATE_TIMEOUT], 1, 3600000, &Options.TimeoutMs)))
        return EXIT_USAGE;
    /* From here on Ctrl-C waits for what has been begun: a device that is half there would be left over. */
    if (!Persistent && !QuitEvent()) return EXIT_FAILED;
    Adapter = Library.CreateAdapterEx(&Options);
    if (!Adapter) return LibraryFailed(L"the adapter cannot be created");
    PrintLuid(Adapter, Options.Name, Persistent);
    if (!Persistent) Code = Hold();
    Library.CloseAdapter(Adapter);
    return Code;
}

/* ---- list and show ----------------------------------------------------------------------------------------------- */

static LPCWSTR StateOf(const WARREN_ADAPTER_INFO *Info) {
    if (!Info->Present) return L"left over";
    if (Info->Problem) return L"problem";
    return Info->Started ? L"running" : L"starting";
}

static DWORD IndexOf(const NET_LUID *Luid) {
    DWORD Index = 0;

    return Luid->Value && !ConvertInterfaceLuidToIndex(Luid, &Index) ? Index : 0;
}

#define CONNECTION_ROOM 257

/* What Windows shows it as; "" if it has none. */
static LPCWSTR ConnectionOf(const NET_LUID *Luid, WCHAR Text[CONNECTION_ROOM]) {
    if (!Luid->Value || ConvertInterfaceLuidToAlias(Luid, Text, CONNECTION_ROOM)) Text[0] = 0;
    return Text;
}

static void PrintObject(const WARREN_ADAPTER_INFO *Info) {
    WCHAR Guid[GUID_TEXT], Connection[CONNECTION_ROOM];

    TextFromGuid(&Info->InterfaceGuid, Guid);
    JsonOpen(NULL, '{');
    JsonText(L"name", Info->Name);
    JsonText(L"state", StateOf(Info));
    JsonBool(L"persistent", Info->Flags & WARREN_ADAPTER_PERSISTENT);
    JsonText(L"instance", Info->InstanceId);
    JsonText(L"interface", Guid);
    JsonNumber(L"luid", Info->Luid.Value);
    JsonNumber(L"index", IndexOf(&Info->Luid));
    JsonText(L"connection", ConnectionOf(&Info->Luid, Connection));
    JsonNumber(L"problem", Info->Problem);
    JsonNumber(L"status", Info->ProblemStatus);
    JsonClose('}');
}

static void PrintRow(const WARREN_ADAPTER_INFO *Info) {
    PrintPadded(Info->Name[0] ? Info->Name : L"(no name)", 24);
    PrintPadded(StateOf(Info), 10);
    PrintPadded(Info->Flags & WARREN_ADAPTER_PERSISTENT ? L"persistent" : L"", 10);
    Print(L"%s\n", Info->InstanceId);
}

static BOOL CALLBACK ListOne(const WARREN_ADAPTER_INFO *Info, void *Context) {
    unsigned *Count = Context;

    if (OutIsJson()) {
        if (!*Count) JsonOpen(NULL, '[');
        PrintObject(Info);
    } else {
        if (!*Count) Print(L"NAME                     STATE                 DEVICE\n");
        PrintRow(Info);
    }
    ++*Count;
    return TRUE;
}

EXIT_CODE AdapterListRun(const ARGUMENTS *Arguments) {
    unsigned Count = 0;
    BOOL Done;

    (void)Arguments;
    Done = Library.EnumerateAdapters(ListOne, &Count);
    if (!Done && !Count) return LibraryFailed(L"the adapters cannot be listed");
    if (!Count) JsonOpen(NULL, '[');
    JsonClose(']');
    if (!Count && !OutIsJson()) Print(L"There are no adapters.\n");
    return EXIT_GOOD;
}

typedef struct _SEARCH {
    LPCWSTR Name;
    bool Found;
    WARREN_ADAPTER_INFO Info;
} SEARCH;

/* One that is present comes before one that is left over. */
static BOOL CALLBACK FindOne(const WARREN_ADAPTER_INFO *Info, void *Context) {
    SEARCH *Search = Context;

    if (!TextEqualNoCase(Info->Name, Search->Name)) return TRUE;
    Search->Found = true;
    memcpy(&Search->Info, Info, sizeof(*Info));
    return !Info->Present;
}

static void PrintAll(const WARREN_ADAPTER_INFO *Info) {
    WCHAR Guid[GUID_TEXT], Connection[CONNECTION_ROOM];

    TextFromGuid(&Info->InterfaceGuid, Guid);
    Print(L"Name:        %s\nState:       %s%s\nDevice:      %s\n", Info->Name, StateOf(Info),
          Info->Flags & WARREN_ADAPTER_PERSISTENT ? L", persistent" : L"", Info->InstanceId);
    if (Info->Luid.Value)
        Print(L"Connection:  %s\nInterface:   %s, index %u\nLUID:        %U\n", ConnectionOf(&Info->Luid, Connection),
              Guid, IndexOf(&Info->Luid), Info->Luid.Value);
    if (Info->Problem) Print(L"Problem:     %u, NTSTATUS %x\n", Info->Problem, Info->ProblemStatus);
}

EXIT_CODE AdapterShowRun(const ARGUMENTS *Arguments) {
    SEARCH Search = {.Name = Arguments->Operand[0], .Found = false};

    if (!Library.EnumerateAdapters(FindOne, &Search)) return LibraryFailed(L"the adapters cannot be listed");
    if (!Search.Found)
        return Fail(EXIT_NOT_FOUND, L"there is no adapter %s; \"%s adapter list\" shows those that there are",
                    Search.Name, BRAND_FILE);
    if (OutIsJson())
        PrintObject(&Search.Info);
    else
        PrintAll(&Search.Info);
    return EXIT_GOOD;
}

/* ---- rename and delete ------------------------------------------------------------------------------------------- */

static EXIT_CODE Done(LPCWSTR Key, LPCWSTR Text, LPCWSTR Name) {
    JsonOpen(NULL, '{');
    JsonText(Key, Name);
    JsonClose('}');
    if (!OutIsJson()) Print(L"%s %s.\n", Text, Name);
    return EXIT_GOOD;
}

EXIT_CODE AdapterRenameRun(const ARGUMENTS *Arguments) {
    if (!Library.RenameAdapter(Arguments->Operand[0], Arguments->Operand[1]))
        return LibraryFailed(L"the adapter cannot be renamed");
    return Done(L"renamed", L"Renamed to", Arguments->Operand[1]);
}

EXIT_CODE AdapterDeleteRun(const ARGUMENTS *Arguments) {
    if (!Library.DeleteAdapter(Arguments->Operand[0])) return LibraryFailed(L"the adapter cannot be deleted");
    return Done(L"deleted", L"Deleted", Arguments->Operand[0]);
}

/* ---- repair ------------------------------------------------------------------------------------------------------ */

static BOOL CALLBACK RepairOne(const WARREN_ADAPTER_INFO *Info, void *Context) {
    (void)Context;
    if (OutIsJson())
        PrintObject(Info);
    else
        Print(L"left over: %s (%s)\n", Info->Name[0] ? Info->Name : L"(no name)", Info->InstanceId);
    return TRUE;
}

/* Of what has been listed, which was Count. */
static EXIT_CODE RepairListed(const ARGUMENTS *Arguments, DWORD Count, DWORD *Removed) {
    if (!Arguments->Value[REPAIR_YES] && !AskYes(L"Remove them?")) {
        Say(L"Nothing was removed.");
        return EXIT_FAILED;
    }
    *Removed = Library.Repair(FALSE, NULL, NULL);
    if (*Removed != MAXDWORD && *Removed >= Count) return EXIT_GOOD;
    if (*Removed == MAXDWORD) *Removed = 0;
    return LibraryFailed(L"some of them are still there");
}

EXIT_CODE RepairRun(const ARGUMENTS *Arguments) {
    bool Dry = Arguments->Value[REPAIR_DRY] != NULL;
    EXIT_CODE Code = EXIT_GOOD;
    DWORD Count, Removed = 0;

    JsonOpen(NULL, '{');
    JsonOpen(L"leftovers", '[');
    Count = Library.Repair(TRUE, RepairOne, NULL);
    JsonClose(']');
    if (Count == MAXDWORD) {
        Code = LibraryFailed(L"leftovers cannot be looked for");
    } else if (Count) {
        if (!OutIsJson())
            Print(L"%s %u device%s that no program has any more.\n", Dry ? L"Would remove" : L"About to remove", Count,
                  Count == 1 ? L"" : L"s");
        if (!Dry) Code = RepairListed(Arguments, Count, &Removed);
        if (!OutIsJson() && Removed) Print(L"Removed %u.\n", Removed);
    } else if (!OutIsJson()) {
        Print(L"Nothing is left over.\n");
    }
    JsonNumber(L"removed", Removed);
    JsonFailure();
    JsonClose('}');
    return Code;
}
