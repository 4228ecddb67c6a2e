/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The logger.
 */
#include "lib/library.h"

#include <stdarg.h>

/* Held shared while the callback runs, exclusively to change it: that is how WintunSetLogger can promise that the old
 * one is no longer running. */
static SRWLOCK LoggerLock = SRWLOCK_INIT;
static WINTUN_LOGGER_CALLBACK Logger;

VOID WINAPI WintunSetLogger(WINTUN_LOGGER_CALLBACK NewLogger) {
    AcquireSRWLockExclusive(&LoggerLock);
    Logger = NewLogger;
    ReleaseSRWLockExclusive(&LoggerLock);
}

#define LINE_ROOM 512

static void AppendNumber(WCHAR *Line, DWORD Value) {
    WCHAR Number[11];

    TextNumber(Number, COUNT_OF(Number), Value);
    TextAppend(Line, LINE_ROOM, Number);
}

static void AppendHex(WCHAR *Line, DWORD Value) {
    WCHAR Number[11];

    TextHex(Number, Value);
    TextAppend(Line, LINE_ROOM, Number);
}

static void AppendFormat(WCHAR *Line, LPCWSTR Format, va_list Arguments) {
    for (; *Format; ++Format) {
        WCHAR Literal[2] = {*Format, 0};

        if (*Format != '%' || !Format[1]) {
            TextAppend(Line, LINE_ROOM, Literal);
            continue;
        }
        switch (*++Format) {
        case 's': TextAppend(Line, LINE_ROOM, va_arg(Arguments, LPCWSTR)); break;
        case 'u': AppendNumber(Line, va_arg(Arguments, DWORD)); break;
        case 'x': AppendHex(Line, va_arg(Arguments, DWORD)); break;
        default:
            Literal[0] = *Format;
            TextAppend(Line, LINE_ROOM, Literal);
            break;
        }
    }
}

/* With LoggerLock held shared and Logger not NULL. */
static void Deliver(WINTUN_LOGGER_LEVEL Level, LPCWSTR Line) {
    FILETIME Now;

    GetSystemTimeAsFileTime(&Now);
    Logger(Level, (DWORD64)Now.dwHighDateTime << 32 | Now.dwLowDateTime, Line);
}

void LogLine(WINTUN_LOGGER_LEVEL Level, LPCWSTR Format, ...) {
    DWORD LastError = GetLastError();
    WCHAR Line[LINE_ROOM] = {0};
    va_list Arguments;

    AcquireSRWLockShared(&LoggerLock);
    if (Logger) {
        va_start(Arguments, Format);
        AppendFormat(Line, Format, Arguments);
        va_end(Arguments);
        Deliver(Level, Line);
    }
    ReleaseSRWLockShared(&LoggerLock);
    SetLastError(LastError);
}

DWORD LogError(WARREN_STAGE Stage, DWORD Error, LPCWSTR Format, ...) {
    WCHAR Line[LINE_ROOM] = {0};
    va_list Arguments;

    va_start(Arguments, Format);
    AppendFormat(Line, Format, Arguments);
    va_end(Arguments);
    TextAppend(Line, LINE_ROOM, L" (Windows error ");
    if (Error >> 16) /* as documentation has these */
        AppendHex(Line, Error);
    else
        AppendNumber(Line, Error);
    TextAppend(Line, LINE_ROOM, L")");
    ErrorKeep(Stage, Error, Line);
    AcquireSRWLockShared(&LoggerLock);
    if (Logger) Deliver(WINTUN_LOG_ERR, Line);
    ReleaseSRWLockShared(&LoggerLock);
    SetLastError(Error);
    return Error;
}
