/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Text and memory, for code without a C runtime: the library and the command line.
 */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT_OF(Array) (sizeof(Array) / sizeof((Array)[0]))

/* There is no <string.h> to include when there is no C runtime. */
void *memcpy(void *To, const void *From, size_t Size);
void *memset(void *To, int Value, size_t Size);
int memcmp(const void *Left, const void *Right, size_t Size);

#define GUID_TEXT 39 /* "{8-4-4-4-12}" and its end */

void TextFromGuid(const GUID *Guid, WCHAR Text[GUID_TEXT]);
bool TextToGuid(LPCWSTR Text, GUID *Guid);
size_t TextLength(LPCWSTR Text);
/* Copies as much as fits, always terminated. Returns whether all of it did. */
bool TextCopy(WCHAR *To, size_t Room, LPCWSTR From);
bool TextAppend(WCHAR *To, size_t Room, LPCWSTR From);
bool TextNumber(WCHAR *To, size_t Room, uint64_t Value); /* in decimal */
void TextHex(WCHAR To[11], uint32_t Value);              /* "0x0000001F" */
bool TextEqualNoCase(LPCWSTR Left, LPCWSTR Right);       /* ASCII letters only fold */

#endif
