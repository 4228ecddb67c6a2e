/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The logger, and the text handling that a library without a C runtime has to bring along.
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

size_t TextLength(LPCWSTR Text) {
    size_t Length = 0;

    while (Text[Length]) ++Length;
    return Length;
}

bool TextAppend(WCHAR *To, size_t Room, LPCWSTR From) {
    size_t Length = TextLength(To);

    while (*From && Length + 1 < Room) To[Length++] = *From++;
    To[Length] = 0;
    return !*From;
}

bool TextCopy(WCHAR *To, size_t Room, LPCWSTR From) {
    To[0] = 0;
    return TextAppend(To, Room, From);
}

bool TextNumber(WCHAR *To, size_t Room, DWORD Value) {
    WCHAR Number[11], *At = &Number[COUNT_OF(Number) - 1];

    *At = 0;
    do *--At = (WCHAR)('0' + Value % 10);
    while (Value /= 10);
    return TextCopy(To, Room, At);
}

static WCHAR FoldCase(WCHAR Character) {
    return Character >= 'a' && Character <= 'z' ? (WCHAR)(Character - 'a' + 'A') : Character;
}

bool TextEqualNoCase(LPCWSTR Left, LPCWSTR Right) {
    while (*Left && FoldCase(*Left) == FoldCase(*Right)) ++Left, ++Right;
    return FoldCase(*Left) == FoldCase(*Right);
}

static WCHAR *PutHex(WCHAR *To, uint64_t Value, unsigned Digits) {
    while (Digits--) *To++ = (WCHAR) "0123456789ABCDEF"[Value >> Digits * 4 & 15];
    return To;
}

/* A GUID's text starts with three little-endian numbers and goes on with bytes in order. */
void TextFromGuid(const GUID *Guid, WCHAR Text[GUID_TEXT]) {
    WCHAR *To = Text;

    *To++ = '{';
    To = PutHex(To, Guid->Data1, 8);
    *To++ = '-';
    To = PutHex(To, Guid->Data2, 4);
    *To++ = '-';
    To = PutHex(To, Guid->Data3, 4);
    *To++ = '-';
    for (unsigned Index = 0; Index < 8; ++Index) {
        if (Index == 2) *To++ = '-';
        To = PutHex(To, Guid->Data4[Index], 2);
    }
    *To++ = '}';
    *To = 0;
}

static bool GetHex(LPCWSTR *From, unsigned Digits, uint32_t *Value) {
    for (*Value = 0; Digits; --Digits, ++*From) {
        WCHAR Character = FoldCase(**From);
        if (Character >= '0' && Character <= '9')
            *Value = *Value << 4 | (uint32_t)(Character - '0');
        else if (Character >= 'A' && Character <= 'F')
            *Value = *Value << 4 | (uint32_t)(Character - 'A' + 10);
        else
            return false;
    }
    return true;
}

static bool GetCharacter(LPCWSTR *From, WCHAR Character) {
    if (**From != Character) return false;
    ++*From;
    return true;
}

bool TextToGuid(LPCWSTR Text, GUID *Guid) {
    uint32_t Value1, Value2, Value3, Byte;

    if (!GetCharacter(&Text, '{') || !GetHex(&Text, 8, &Value1) || !GetCharacter(&Text, '-') ||
        !GetHex(&Text, 4, &Value2) || !GetCharacter(&Text, '-') || !GetHex(&Text, 4, &Value3) ||
        !GetCharacter(&Text, '-'))
        return false;
    Guid->Data1 = Value1;
    Guid->Data2 = (uint16_t)Value2;
    Guid->Data3 = (uint16_t)Value3;
    for (unsigned Index = 0; Index < 8; ++Index) {
        if ((Index == 2 && !GetCharacter(&Text, '-')) || !GetHex(&Text, 2, &Byte)) return false;
        Guid->Data4[Index] = (uint8_t)Byte;
    }
    return GetCharacter(&Text, '}') && !*Text;
}

#define LINE_ROOM 512

static void AppendNumber(WCHAR *Line, DWORD Value) {
    WCHAR Number[11];

    TextNumber(Number, COUNT_OF(Number), Value);
    TextAppend(Line, LINE_ROOM, Number);
}

static void AppendHex(WCHAR *Line, DWORD Value) {
    WCHAR Number[11] = {'0', 'x'};

    *PutHex(Number + 2, Value, 8) = 0;
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
    AppendNumber(Line, Error);
    TextAppend(Line, LINE_ROOM, L")");
    ErrorKeep(Stage, Error, Line);
    AcquireSRWLockShared(&LoggerLock);
    if (Logger) Deliver(WINTUN_LOG_ERR, Line);
    ReleaseSRWLockShared(&LoggerLock);
    SetLastError(Error);
    return Error;
}
