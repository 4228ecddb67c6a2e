/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What a library and a program without a C runtime have to bring along: memory's and text's handling.
 */
#include "lib/text.h"

#ifdef _WIN32
/* There is no C runtime, but the compiler calls these by itself. The loops are theirs: the file must be compiled with
 * -fno-builtin, or each would be turned into a call of itself. None is on the packet path but for a capture's. */
void *memcpy(void *To, const void *From, size_t Size) {
    for (size_t Index = 0; Index < Size; ++Index) ((unsigned char *)To)[Index] = ((const unsigned char *)From)[Index];
    return To;
}

void *memset(void *To, int Value, size_t Size) {
    for (size_t Index = 0; Index < Size; ++Index) ((unsigned char *)To)[Index] = (unsigned char)Value;
    return To;
}

int memcmp(const void *Left, const void *Right, size_t Size) {
    const unsigned char *LeftBytes = Left, *RightBytes = Right;

    for (size_t Index = 0; Index < Size; ++Index)
        if (LeftBytes[Index] != RightBytes[Index]) return LeftBytes[Index] < RightBytes[Index] ? -1 : 1;
    return 0;
}
#endif

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

bool TextNumber(WCHAR *To, size_t Room, uint64_t Value) {
    WCHAR Number[21], *At = &Number[COUNT_OF(Number) - 1];

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

void TextHex(WCHAR To[11], uint32_t Value) {
    To[0] = '0';
    To[1] = 'x';
    *PutHex(To + 2, Value, 8) = 0;
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
