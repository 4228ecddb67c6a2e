/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Output: UTF-8 to files and pipes, UTF-16 to a console. Standard output is buffered; what cannot be written is not
 * forgotten, and makes the program fail.
 */
#include "cli/cli.h"

#define BUFFER 512 /* characters */

typedef struct _STREAM {
    HANDLE Handle;
    WCHAR *Memory; /* NULL, or where it goes instead: Room characters, also for the end */
    size_t Room;
    bool IsConsole;
    DWORD Failed; /* the first error */
    size_t Used;
    WCHAR Buffer[BUFFER];
} STREAM;

static STREAM Out, Err;

static void StreamStart(STREAM *Stream, DWORD Which) {
    DWORD Mode;

    Stream->Handle = GetStdHandle(Which);
    Stream->IsConsole = GetConsoleMode(Stream->Handle, &Mode);
}

void OutStart(void) {
    StreamStart(&Out, STD_OUTPUT_HANDLE);
    StreamStart(&Err, STD_ERROR_HANDLE);
}

static DWORD WriteBytes(HANDLE Handle, const char *Bytes, DWORD Size) {
    while (Size) {
        DWORD Written = 0;

        if (!WriteFile(Handle, Bytes, Size, &Written, NULL)) return GetLastError();
        if (!Written) return ERROR_DISK_FULL;
        Bytes += Written;
        Size -= Written;
    }
    return ERROR_SUCCESS;
}

static DWORD WriteCharacters(HANDLE Console, const WCHAR *Text, DWORD Count) {
    while (Count) {
        DWORD Written = 0;

        if (!WriteConsoleW(Console, Text, Count, &Written, NULL)) return GetLastError();
        if (!Written || Written > Count) return ERROR_WRITE_FAULT;
        Text += Written;
        Count -= Written;
    }
    return ERROR_SUCCESS;
}

static DWORD WriteUtf8(HANDLE Handle, const WCHAR *Text, DWORD Count) {
    char Bytes[3 * BUFFER];
    int Size = WideCharToMultiByte(CP_UTF8, 0, Text, (int)Count, Bytes, sizeof(Bytes), NULL, NULL);

    return Size > 0 ? WriteBytes(Handle, Bytes, (DWORD)Size) : GetLastError();
}

/* Half of a surrogate pair waits for its other half. */
static void Flush(STREAM *Stream) {
    size_t Used = Stream->Used, Kept = 0;
    WCHAR Last = Used ? Stream->Buffer[Used - 1] : 0;

    if (Last >= 0xd800 && Last < 0xdc00 && Used > 1) Kept = 1;
    Used -= Kept;
    if (Used && !Stream->Failed)
        Stream->Failed = (Stream->IsConsole ? WriteCharacters : WriteUtf8)(Stream->Handle, Stream->Buffer, (DWORD)Used);
    if (Kept) Stream->Buffer[0] = Last;
    Stream->Used = Kept;
}

static void PutCharacter(STREAM *Stream, WCHAR Character) {
    if (Stream->Memory) {
        if (Stream->Used + 1 < Stream->Room) Stream->Memory[Stream->Used++] = Character;
        return;
    }
    if (Stream->Used == COUNT_OF(Stream->Buffer)) Flush(Stream);
    Stream->Buffer[Stream->Used++] = Character;
}

static void PutText(STREAM *Stream, LPCWSTR Text) {
    while (*Text) PutCharacter(Stream, *Text++);
}

static void PutNumber(STREAM *Stream, uint64_t Value) {
    WCHAR Number[21];

    TextNumber(Number, COUNT_OF(Number), Value);
    PutText(Stream, Number);
}

static void PutFormat(STREAM *Stream, LPCWSTR Format, va_list Arguments) {
    WCHAR Hex[11];

    for (; *Format; ++Format) {
        if (*Format != '%' || !Format[1]) {
            PutCharacter(Stream, *Format);
            continue;
        }
        switch (*++Format) {
        case 's': PutText(Stream, va_arg(Arguments, LPCWSTR)); break;
        case 'u': PutNumber(Stream, va_arg(Arguments, uint32_t)); break;
        case 'U': PutNumber(Stream, va_arg(Arguments, uint64_t)); break;
        case 'x':
            TextHex(Hex, va_arg(Arguments, uint32_t));
            PutText(Stream, Hex);
            break;
        default: PutCharacter(Stream, *Format); break;
        }
    }
}

void FormatText(WCHAR *To, size_t Room, LPCWSTR Format, va_list Arguments) {
    STREAM Stream;

    Stream.Memory = To;
    Stream.Room = Room;
    Stream.Used = 0;
    PutFormat(&Stream, Format, Arguments);
    To[Stream.Used] = 0;
}

void Print(LPCWSTR Format, ...) {
    va_list Arguments;

    va_start(Arguments, Format);
    PutFormat(&Out, Format, Arguments);
    va_end(Arguments);
}

void Say(LPCWSTR Format, ...) {
    va_list Arguments;

    Flush(&Out); /* what was said before comes before */
    va_start(Arguments, Format);
    PutFormat(&Err, Format, Arguments);
    va_end(Arguments);
    PutCharacter(&Err, '\n');
    Flush(&Err);
}

void PrintPadded(LPCWSTR Text, unsigned Width) {
    size_t Length = TextLength(Text);

    PutText(&Out, Text);
    for (; Length < Width; ++Length) PutCharacter(&Out, ' ');
    PutCharacter(&Out, ' ');
}

bool OutEnd(void) {
    Flush(&Out);
    if (!Out.Failed) return true;
    Say(L"error: the output cannot be written (Windows error %u)", Out.Failed);
    Out.Failed = 0;
    return false;
}

bool AskYes(LPCWSTR Question) {
    char Answer[16] = {0};
    DWORD Size = 0;

    Flush(&Out);
    PutText(&Err, Question);
    PutText(&Err, L" [y/N] ");
    Flush(&Err);
    if (!ReadFile(GetStdHandle(STD_INPUT_HANDLE), Answer, sizeof(Answer) - 1, &Size, NULL)) Size = 0;
    return Size && (Answer[0] == 'y' || Answer[0] == 'Y');
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static bool Json, Lines;
static unsigned Depth;
static bool First = true; /* nothing yet inside the innermost bracket */

bool OutJson(bool Want) { return Json = Want; }
bool OutIsJson(void) { return Json; }
void JsonLines(void) { Lines = true; }

static void Quote(LPCWSTR Text) {
    static const WCHAR Hex[] = L"0123456789abcdef";

    PutCharacter(&Out, '"');
    for (; *Text; ++Text) {
        bool High = *Text >= 0xd800 && *Text < 0xdc00, Low = *Text >= 0xdc00 && *Text < 0xe000;

        if (*Text == '"' || *Text == '\\') {
            PutCharacter(&Out, '\\');
            PutCharacter(&Out, *Text);
        } else if (High && Text[1] >= 0xdc00 && Text[1] < 0xe000) {
            PutCharacter(&Out, *Text++);
            PutCharacter(&Out, *Text);
        } else if (*Text < ' ' || *Text == 0x7f || High || Low) { /* UTF-8 has no half of a pair */
            PutText(&Out, L"\\u");
            for (unsigned Shift = 16; Shift; Shift -= 4) PutCharacter(&Out, Hex[*Text >> (Shift - 4) & 15]);
        } else {
            PutCharacter(&Out, *Text);
        }
    }
    PutCharacter(&Out, '"');
}

static void Indent(void) {
    PutCharacter(&Out, '\n');
    for (unsigned At = 0; At < Depth; ++At) PutText(&Out, L"  ");
}

static void Begin(LPCWSTR Key) {
    if (Depth && !First) PutText(&Out, Lines ? L", " : L",");
    if (Depth && !Lines) Indent();
    First = false;
    if (!Key) return;
    Quote(Key);
    PutText(&Out, L": ");
}

void JsonOpen(LPCWSTR Key, WCHAR Bracket) {
    if (!Json) return;
    Begin(Key);
    PutCharacter(&Out, Bracket);
    Depth++;
    First = true;
}

void JsonClose(WCHAR Bracket) {
    if (!Json) return;
    Depth--;
    if (!First && !Lines) Indent();
    First = false;
    PutCharacter(&Out, Bracket);
    if (!Depth) PutCharacter(&Out, '\n');
}

void JsonText(LPCWSTR Key, LPCWSTR Text) {
    if (!Json) return;
    Begin(Key);
    Quote(Text);
}

void JsonNumber(LPCWSTR Key, uint64_t Number) {
    if (!Json) return;
    Begin(Key);
    PutNumber(&Out, Number);
}

void JsonBool(LPCWSTR Key, bool Value) {
    if (!Json) return;
    Begin(Key);
    PutText(&Out, Value ? L"true" : L"false");
}
