/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The command line: what it can do.
 */
#include "cli/cli.h"

#include <shellapi.h>

#define FILE_W BRAND_FILE

#define VERSION_DETAILS(Name)                                                                                          \
    L"Of the library beside this program, the newest driver package in Windows' driver store, and the driver that\n"   \
    L"runs now. They may differ after an update. Needs no rights.\n\n"                                                 \
    L"  " FILE_W L" " Name L"\n"                                                                                       \
    L"  " FILE_W L" " Name L" --json\n"

const COMMAND Commands[] = {
    {L"adapter create",
     L"NAME",
     1,
     1,
     L"Create an adapter",
     L"The adapter lasts as long as this program: until Ctrl-C, or until its input ends. With --persistent it\n"
     L"lasts until it is deleted, also over restarts of the system, and the program returns at once.\n\n"
     L"  " FILE_W L" adapter create Office --mtu 1420\n"
     L"  " FILE_W L" adapter create Office --persistent --sddl \"D:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;GRGW;;;BU)\"\n",
     {{L"type", L"TYPE", L"the kind of tunnel, part of its description (" BRAND_NAME L")"},
      {L"guid", L"{GUID}", L"the device's identity (made from type and name)"},
      {L"persistent", NULL, L"lasts until \"adapter delete\""},
      {L"sddl", L"TEXT", L"who may open it, as a security descriptor (SYSTEM and administrators)"},
      {L"mtu", L"BYTES", L"of IPv4 and IPv6, 1280 to 65535 (65535)"},
      {L"description", L"TEXT", L"what Device Manager shows"},
      {L"timeout", L"MS", L"how long it may take (60000)"}},
     AdapterCreateRun},
    {L"adapter list",
     L"",
     0,
     0,
     L"List this brand's adapters, present or left over",
     L"Left over is what a program did not clean up that was killed: "
     L"\"" FILE_W L" repair\" removes it. Needs no rights.\n\n"
     L"  " FILE_W L" adapter list\n"
     L"  " FILE_W L" adapter list --json\n",
     {{0}},
     AdapterListRun},
    {L"adapter show",
     L"NAME",
     1,
     1,
     L"Show all that is known of an adapter",
     L"  " FILE_W L" adapter show Office\n"
     L"  " FILE_W L" adapter show Office --json\n",
     {{0}},
     AdapterShowRun},
    {L"adapter rename",
     L"NAME NEW",
     2,
     2,
     L"Give an adapter and its network connection another name",
     L"  " FILE_W L" adapter rename Office Branch\n",
     {{0}},
     AdapterRenameRun},
    {L"adapter delete",
     L"NAME",
     1,
     1,
     L"Delete a persistent adapter, or what is left over of another",
     L"An adapter that a running program has created is that program's, and is refused.\n\n"
     L"  " FILE_W L" adapter delete Office\n",
     {{0}},
     AdapterDeleteRun},
    {L"driver install",
     L"",
     0,
     0,
     L"Install the driver package that the library carries",
     L"Creating an adapter does that by itself. A newer package that is there already stays.\n\n"
     L"  " FILE_W L" driver install\n",
     {{0}},
     DriverInstallRun},
    {L"driver remove",
     L"",
     0,
     0,
     L"Remove this brand's driver packages",
     L"Refused while there are adapters; other brands' packages are not touched.\n\n"
     L"  " FILE_W L" driver remove\n",
     {{0}},
     DriverRemoveRun},
    {L"driver version",
     L"",
     0,
     0,
     L"Show the versions of library and driver",
     VERSION_DETAILS(L"driver version"),
     {{0}},
     VersionRun},
    {L"stats",
     L"NAME",
     1,
     1,
     L"Show what an adapter has carried and dropped",
     L"  " FILE_W L" stats Office --watch               rates, once a second, until Ctrl-C\n"
     L"  " FILE_W L" stats Office --watch --json        the same, one object a line\n",
     {{L"watch", NULL, L"rates from now on, and drops by reason"},
      {L"interval", L"MS", L"with --watch: between two lines, 100 to 60000 (1000)"},
      {L"count", L"N", L"with --watch: end after N lines"}},
     StatsRun},
    {L"capture",
     L"NAME",
     1,
     1,
     L"Write the packets of a session to a file for Wireshark",
     L"The file is pcapng, of raw IP packets. What Windows sends is \"outbound\", what the program on the adapter\n"
     L"sends is \"inbound\". Nobody waits for the capture: what the disk is too slow for is dropped from it, and\n"
     L"counted. Ctrl-C ends it, and so does the session.\n\n"
     L"  " FILE_W L" capture Office -w office.pcapng\n"
     L"  " FILE_W L" capture Office -w headers.pcapng --snaplen 128 --count 1000\n",
     {{L"write", L"FILE", L"where to (-w FILE)"},
      {L"count", L"N", L"end after N packets"},
      {L"snaplen", L"BYTES", L"of each packet, 14 to 65519 (all)"},
      {L"seconds", L"N", L"end after N seconds"}},
     CaptureRun},
    {L"echo",
     L"[NAME]",
     0,
     1,
     L"Be a network that answers ping and UDP, to try things out",
     L"Creates an adapter "
     L"(" BRAND_NAME L" Echo) with 10.66.0.1/24 and fd66::1/64. Every other address of the two answers\n"
     L"ping, and sends each UDP datagram back.\n\n"
     L"  " FILE_W L" echo                    then, elsewhere: ping 10.66.0.2, ping fd66::2\n",
     {{L"seconds", L"N", L"end after N seconds"}, {L"no-address", NULL, L"leave the interface without addresses"}},
     EchoRun},
    {L"selftest",
     L"",
     0,
     0,
     L"Try everything out on this machine, and say what works",
     L"Creates an adapter (" BRAND_NAME L" Self-Test) with 10.66.0.1/24 and fd66::1/64, pings through it both ways,\n"
     L"writes many packets, compares what was counted, makes and removes sessions and adapters, and looks for\n"
     L"what is left over. A firewall may drop the pings to Windows: that stage fails then, and says so.\n\n"
     L"  " FILE_W L" selftest\n"
     L"  " FILE_W L" selftest --cycles 100 --packets 10000000 --json\n",
     {{L"cycles", L"N", L"adapters made and removed, and ten times as many sessions (10)"},
      {L"packets", L"N", L"datagrams written to Windows (200000)"},
      {L"pings", L"N", L"in each direction, over IPv4 and over IPv6 (50)"}},
     SelfTestRun},
    {L"repair",
     L"",
     0,
     0,
     L"Find and remove what programs of this brand have left over",
     L"Says what it will do, and asks. Nothing that is present, and nothing of another brand, is touched.\n\n"
     L"  " FILE_W L" repair --dry-run           only look\n"
     L"  " FILE_W L" repair --yes --json        in a script\n",
     {{L"dry-run", NULL, L"only say"}, {L"yes", NULL, L"do not ask"}},
     RepairRun},
    {L"version", L"", 0, 0, L"Show the versions of library and driver", VERSION_DETAILS(L"version"), {{0}}, VersionRun},
    {0},
};

/* ---- Ctrl-C ------------------------------------------------------------------------------------------------------ */

static HANDLE Quit;
static bool Quitting; /* atomic */

/* In a thread of its own. When it returns from anything but Ctrl-C and Ctrl-Break, Windows ends the process, whatever the
 * main thread is about: so it does not return, and the process ends when that thread is done, or Windows loses patience. */
static BOOL WINAPI OnControl(DWORD Event) {
    bool Again = __atomic_exchange_n(&Quitting, true, __ATOMIC_RELAXED);

    SetEvent(Quit);
    if (Event != CTRL_C_EVENT && Event != CTRL_BREAK_EVENT) Sleep(INFINITE);
    return !Again; /* whoever asks twice is not kept waiting: the default is to end the process */
}

HANDLE QuitEvent(void) {
    if (Quit) return Quit;
    Quit = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (Quit && SetConsoleCtrlHandler(OnControl, TRUE)) return Quit;
    Fail(EXIT_FAILED, L"Ctrl-C cannot be listened for (Windows error %u)", GetLastError());
    if (Quit) CloseHandle(Quit);
    return Quit = NULL;
}

/* ---- start ------------------------------------------------------------------------------------------------------- */

static EXIT_CODE Run(LPWSTR *Words, int Count) {
    ARGUMENTS Arguments;
    EXIT_CODE Code;
    const COMMAND *Command;

    OutJson(ArgumentsWantJson(Words, Count));
    Command = ArgumentsParse(Words, Count, &Arguments, &Code);
    if (Command) {
        if (!LibraryLoad(Arguments.Value[OPTION_VERBOSE] != NULL)) {
            Code = EXIT_FAILED;
        } else {
            Code = Command->Run(&Arguments);
            LibraryUnload();
        }
    }
    FailEnd();
    return OutEnd() ? Code : EXIT_OUTPUT;
}

/* The entry point. */
void WINAPI Start(void);
void WINAPI Start(void) {
    int Count = 0;
    LPWSTR *Words = CommandLineToArgvW(GetCommandLineW(), &Count);
    EXIT_CODE Code = EXIT_FAILED;

    OutStart();
    if (Words && Count)
        Code = Run(Words + 1, Count - 1);
    else
        Fail(EXIT_FAILED, L"the command line cannot be read (Windows error %u)", GetLastError());
    LocalFree(Words);
    ExitProcess((UINT)Code);
}
