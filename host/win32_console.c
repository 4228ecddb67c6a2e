/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A program's command line and its standard streams. A terminal is a console.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/fault.h"
#include "host/kernel_private.h"
#include "host/win32_disk.h"
#include "host/win32_private.h"

LPWSTR NTAPI GetCommandLineW(VOID) {
    NT_ENTER(GetCommandLineW);
    static WCHAR none[1];
    PEPROCESS process = ps_current_process();
    return process->command_line ? process->command_line : none;
}

/* --- words -------------------------------------------------------------------------------------------------------- */

static bool blank(WCHAR c) { return c == ' ' || c == '\t'; }

/* The program's name: to the next quotation mark, or the next blank; backslashes are only that. */
static const WCHAR *take_program(const WCHAR *at, WCHAR **to) {
    bool quoted = *at == '"';
    if (quoted) at++;
    while (*at && (quoted ? *at != '"' : !blank(*at))) *(*to)++ = *at++;
    if (quoted && *at) at++;
    *(*to)++ = 0;
    return at;
}

/* 2n backslashes before a quotation mark are n and it counts; 2n+1 are n and a mark as such; others are what they are. Two
 * marks in a quoted part are one. */
static const WCHAR *take_word(const WCHAR *at, WCHAR **to) {
    bool quoted = false;
    while (*at && (quoted || !blank(*at))) {
        size_t slashes = 0;
        while (at[slashes] == '\\') slashes++;
        if (at[slashes] != '"') {
            for (at += slashes; slashes; slashes--) *(*to)++ = '\\';
            if (*at && (quoted || !blank(*at))) *(*to)++ = *at++;
            continue;
        }
        at += slashes;
        for (size_t half = slashes / 2; half; half--) *(*to)++ = '\\';
        if (slashes % 2) {
            *(*to)++ = *at++;
        } else if (quoted && at[1] == '"') {
            *(*to)++ = '"';
            at += 2;
        } else {
            quoted = !quoted;
            at++;
        }
    }
    *(*to)++ = 0;
    return at;
}

LPWSTR *NTAPI CommandLineToArgvW(LPCWSTR lpCmdLine, int *pNumArgs) {
    NT_ENTER(CommandLineToArgvW);
    size_t length = lpCmdLine ? win32_length(lpCmdLine) : 0, most = length / 2 + 2;
    if (!lpCmdLine || !pNumArgs || !length) {
        if (lpCmdLine && pNumArgs) host_log("CommandLineToArgvW: an empty line stands for the program's path");
        win32_set_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    LPWSTR *words = NT_FAULT(CommandLineToArgvW)
                        ? NULL
                        : LocalAlloc(0, (most + 1) * sizeof *words + (length + most + 1) * sizeof(WCHAR));
    if (!words) {
        win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    WCHAR *to = (WCHAR *)(words + most + 1);
    int count = 0;
    words[count++] = to;
    const WCHAR *at = take_program(lpCmdLine, &to);
    for (;;) {
        while (blank(*at)) at++;
        if (!*at) break;
        words[count++] = to;
        at = take_word(at, &to);
    }
    words[count] = NULL;
    *pNumArgs = count;
    return words;
}

/* Every word in quotation marks: the reverse of take_word. */
char *win32_command_line(int argc, char **argv) {
    size_t room = 1;
    for (int at = 0; at < argc; at++) room += 2 * strlen(argv[at]) + 3;
    char *line = malloc(room), *out = line;
    if (!out) return NULL;
    for (int at = 0; at < argc; at++) {
        unsigned slashes = 0; /* just before c */
        if (at) *out++ = ' ';
        *out++ = '"';
        for (const char *c = argv[at]; *c; c++) {
            if (*c == '"')
                for (unsigned more = slashes + 1; more; more--) *out++ = '\\';
            slashes = *c == '\\' ? slashes + 1 : 0;
            *out++ = *c;
        }
        while (slashes--) *out++ = '\\';
        *out++ = '"';
    }
    *out = 0;
    return line;
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

void win32_std_set(const int fds[3]) {
    for (int at = 0; at < 3; at++) ps_current_process()->std[at] = win32_disk_handle(fds[at], true);
}

HANDLE NTAPI GetStdHandle(DWORD nStdHandle) {
    NT_ENTER(GetStdHandle);
    unsigned at = (unsigned)(STD_INPUT_HANDLE - nStdHandle);
    if (at > 2) {
        win32_set_error(ERROR_INVALID_HANDLE);
        return INVALID_HANDLE_VALUE;
    }
    PEPROCESS process = ps_current_process();
    if (!process->std[at]) process->std[at] = win32_disk_handle((int)at, true);
    return process->std[at];
}

/* -1, with the last error: it is none. */
static int console_fd(HANDLE handle) {
    int fd = win32_disk_fd(handle);
    if (fd >= 0 && isatty(fd)) return fd;
    win32_set_error(ERROR_INVALID_HANDLE);
    return -1;
}

BOOL NTAPI GetConsoleMode(HANDLE hConsoleHandle, LPDWORD lpMode) {
    NT_ENTER(GetConsoleMode);
    if (console_fd(hConsoleHandle) < 0) return FALSE;
    *lpMode = hConsoleHandle == ps_current_process()->std[0]
                  ? ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT
                  : ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT;
    return TRUE;
}

BOOL NTAPI WriteConsoleW(HANDLE hConsoleOutput, const VOID *lpBuffer, DWORD nNumberOfCharsToWrite,
                         LPDWORD lpNumberOfCharsWritten, LPVOID lpReserved) {
    NT_ENTER(WriteConsoleW);
    if (lpReserved) verify_violation("win32-parameter", "WriteConsoleW: lpReserved is not NULL");
    if (lpNumberOfCharsWritten) *lpNumberOfCharsWritten = 0;
    int fd = console_fd(hConsoleOutput);
    if (fd < 0) return FALSE;
    if (NT_FAULT(WriteConsoleW)) {
        win32_set_error(fault_error_or(ERROR_NOT_ENOUGH_MEMORY));
        return FALSE;
    }
    WCHAR *text = calloc(nNumberOfCharsToWrite + 1, sizeof *text);
    if (text) memcpy(text, lpBuffer, nNumberOfCharsToWrite * sizeof *text);
    char *bytes = text ? win32_narrow(text) : NULL;
    free(text);
    if (!bytes) win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
    BOOL good = bytes && win32_disk_transfer(fd, true, bytes, (DWORD)strlen(bytes), NULL);
    free(bytes);
    if (good && lpNumberOfCharsWritten) *lpNumberOfCharsWritten = nNumberOfCharsToWrite;
    return good;
}
