/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the files of the command line share.
 *
 *   main.c     the table of subcommands
 *   args.c     arguments: what the tables say, parsed and explained
 *   out.c      text and JSON, to a console or not
 *   fail.c     what went wrong, said once, and once more in JSON
 *   library.c  the client library, from the program's own folder
 *   cmd_*.c    the subcommands
 *
 * There is no C runtime: one source gives the same program for every machine, from the rules that make the library.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <winsock2.h>

#include <windows.h>
#include <ws2ipdef.h>

#include <iphlpapi.h>

#include <stdarg.h>

#include "include/warren.h"
#include "lib/text.h"

#include <gen/brand.h>

/* ---- exit codes -------------------------------------------------------------------------------------------------- */

typedef enum _EXIT_CODE {
    EXIT_GOOD,
    EXIT_FAILED,
    EXIT_USAGE,
    EXIT_RIGHTS,
    EXIT_NOT_FOUND,
    EXIT_IN_USE,
    EXIT_DRIVER,
    EXIT_OUTPUT
} EXIT_CODE;

/* ---- args.c ------------------------------------------------------------------------------------------------------ */

typedef struct _OPTION {
    LPCWSTR Name;  /* without the dashes */
    LPCWSTR Value; /* what stands for its value in the help; NULL: it has none */
    LPCWSTR Help;
} OPTION;

#define OPTIONS_MAX 12
#define OPERANDS_MAX 2

/* The options that every subcommand has come first in Value, then the subcommand's own. */
enum { OPTION_JSON, OPTION_VERBOSE, OPTION_HELP, OPTION_OWN };

typedef struct _ARGUMENTS {
    LPCWSTR Operand[OPERANDS_MAX];           /* NULL behind the last */
    LPCWSTR Value[OPTION_OWN + OPTIONS_MAX]; /* NULL: not given; L"" for one without a value */
} ARGUMENTS;

typedef struct _COMMAND {
    LPCWSTR Name;     /* "adapter create" */
    LPCWSTR Operands; /* "NAME", "NAME [NEW]": as the help shows them */
    DWORD Least, Most;
    LPCWSTR Summary;
    LPCWSTR Details; /* examples and more, complete lines */
    OPTION Options[OPTIONS_MAX];
    EXIT_CODE (*Run)(const ARGUMENTS *Arguments);
} COMMAND;

extern const COMMAND Commands[]; /* ends with a Name of NULL */

/* Finds the subcommand and what it is given. NULL: the exit code says whether that was help or a mistake. */
const COMMAND *ArgumentsParse(LPWSTR *Words, int Count, ARGUMENTS *Arguments, EXIT_CODE *Code);
/* Whether JSON is wanted, even if the arguments make no sense. */
bool ArgumentsWantJson(LPWSTR *Words, int Count);
/* A decimal number within limits. False: it has been said what is wrong. */
bool ArgumentNumber(LPCWSTR Option, LPCWSTR Text, DWORD Least, DWORD Most, DWORD *Number);

/* ---- out.c ------------------------------------------------------------------------------------------------------- */

void OutStart(void);
bool OutJson(bool Want); /* whether answers are JSON from now on */
bool OutIsJson(void);
/* Format: %s LPCWSTR; %u uint32_t, %U uint64_t in decimal; %x uint32_t in hexadecimal; %% itself. */
void Print(LPCWSTR Format, ...); /* to standard output */
void Say(LPCWSTR Format, ...);   /* to standard error, with a line end */
/* The same to memory: as much as fits, always terminated. */
void FormatText(WCHAR *To, size_t Room, LPCWSTR Format, va_list Arguments);
void PrintPadded(LPCWSTR Text, unsigned Width);
/* All out. False: something could not be written, which has been said. */
bool OutEnd(void);
/* Whether standard input says yes to what has been said. */
bool AskYes(LPCWSTR Question);

/* JSON, when it is wanted; otherwise these do nothing. Key may be NULL in an array. */
void JsonOpen(LPCWSTR Key, WCHAR Bracket);
void JsonClose(WCHAR Bracket);
void JsonText(LPCWSTR Key, LPCWSTR Text);
void JsonNumber(LPCWSTR Key, uint64_t Number);
void JsonBool(LPCWSTR Key, bool Value);

/* One object a line from now on. */
void JsonLines(void);

/* ---- fail.c ------------------------------------------------------------------------------------------------------ */

/* Says "error: " and what, and keeps it for JSON. Returns Code. */
EXIT_CODE Fail(EXIT_CODE Code, LPCWSTR Format, ...);
/* To the failure that has just been said: what the library knows about it. */
void FailDetails(const WARREN_ERROR *Details);
/* The members of a failure that JSON has not shown yet, if there is one, into the object that is open. */
void JsonFailure(void);
/* The same as an object of its own. */
void FailEnd(void);

/* ---- library.c --------------------------------------------------------------------------------------------------- */

typedef struct _LIBRARY {
    HMODULE Module;
    WINTUN_CREATE_ADAPTER_FUNC *CreateAdapter;
    WINTUN_OPEN_ADAPTER_FUNC *OpenAdapter;
    WINTUN_CLOSE_ADAPTER_FUNC *CloseAdapter;
    WINTUN_DELETE_DRIVER_FUNC *DeleteDriver;
    WINTUN_GET_ADAPTER_LUID_FUNC *GetAdapterLUID;
    WINTUN_SET_LOGGER_FUNC *SetLogger;
    WINTUN_START_SESSION_FUNC *StartSession;
    WINTUN_END_SESSION_FUNC *EndSession;
    WINTUN_GET_READ_WAIT_EVENT_FUNC *GetReadWaitEvent;
    WARREN_CREATE_ADAPTER_FUNC *CreateAdapterEx;
    WARREN_DELETE_ADAPTER_FUNC *DeleteAdapter;
    WARREN_RENAME_ADAPTER_FUNC *RenameAdapter;
    WARREN_ENUMERATE_ADAPTERS_FUNC *EnumerateAdapters;
    WARREN_REPAIR_FUNC *Repair;
    WARREN_INSTALL_DRIVER_FUNC *InstallDriver;
    WARREN_GET_VERSIONS_FUNC *GetVersions;
    WARREN_GET_LAST_ERROR_FUNC *GetLastError;
    WARREN_GET_ADAPTER_STATISTICS_FUNC *GetAdapterStatistics;
    WARREN_GET_WRITE_WAIT_EVENT_FUNC *GetWriteWaitEvent;
    WARREN_RECEIVE_PACKETS_FUNC *ReceivePackets;
    WARREN_RELEASE_PACKETS_FUNC *ReleasePackets;
    WARREN_ALLOCATE_PACKETS_FUNC *AllocatePackets;
    WARREN_SEND_PACKETS_FUNC *SendPackets;
    WARREN_START_CAPTURE_FUNC *StartCapture;
    WARREN_READ_CAPTURE_FUNC *ReadCapture;
    WARREN_GET_CAPTURE_STATISTICS_FUNC *GetCaptureStatistics;
    WARREN_END_CAPTURE_FUNC *EndCapture;
} LIBRARY;

extern LIBRARY Library;

bool LibraryLoad(bool Verbose); /* false: it has been said why not */
void LibraryUnload(void);
/* Says what the library's last failure was, and what to do about it. */
EXIT_CODE LibraryFailed(LPCWSTR What);

/* ---- main.c ------------------------------------------------------------------------------------------------------ */

/* An event that is set when the user wants the program to end (Ctrl-C, the window is closed). NULL: it has been said. */
HANDLE QuitEvent(void);

/* cmd_echo.c: the adapter's own of the responder's addresses. False: it has been said why not. */
bool AddressSet(const NET_LUID *Luid, bool Six);

EXIT_CODE AdapterCreateRun(const ARGUMENTS *Arguments), AdapterListRun(const ARGUMENTS *Arguments),
    AdapterShowRun(const ARGUMENTS *Arguments), AdapterRenameRun(const ARGUMENTS *Arguments),
    AdapterDeleteRun(const ARGUMENTS *Arguments), DriverInstallRun(const ARGUMENTS *Arguments),
    DriverRemoveRun(const ARGUMENTS *Arguments), VersionRun(const ARGUMENTS *Arguments),
    RepairRun(const ARGUMENTS *Arguments), StatsRun(const ARGUMENTS *Arguments), EchoRun(const ARGUMENTS *Arguments),
    CaptureRun(const ARGUMENTS *Arguments), SelfTestRun(const ARGUMENTS *Arguments);

#endif
