/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * UTF-16 and UTF-8. Case folds for ASCII only: a note in the export table says so.
 */
#include <stdlib.h>
#include <string.h>

#include "host/win32_private.h"

size_t win32_length(const WCHAR *text) {
    size_t length = 0;
    while (text[length]) length++;
    return length;
}

static unsigned fold(WCHAR character) {
    return character >= 'a' && character <= 'z' ? (unsigned)(character - 'a' + 'A') : character;
}

bool win32_same(const WCHAR *left, const WCHAR *right, bool ignore_case) {
    while (*left && (*left == *right || (ignore_case && fold(*left) == fold(*right)))) left++, right++;
    return *left == *right;
}

const char *win32_base_name(const char *path) {
    const char *base = path;
    for (; *path; path++)
        if (*path == '/' || *path == '\\') base = path + 1;
    return base;
}

/* --- decoding and encoding --------------------------------------------------------------------------------------- */

#define BAD 0xfffd

/* Both advance *at and return a code point; *bad is set when the text was not valid there. */
static uint32_t get_wide(const WCHAR *text, size_t length, size_t *at, bool *bad) {
    uint32_t first = text[(*at)++];
    if (first < 0xd800 || first > 0xdfff) return first;
    if (first < 0xdc00 && *at < length && text[*at] >= 0xdc00 && text[*at] <= 0xdfff)
        return 0x10000 + ((first - 0xd800) << 10) + (text[(*at)++] - 0xdc00u);
    *bad = true;
    return BAD;
}

static uint32_t get_utf8(const char *text, size_t length, size_t *at, bool *bad) {
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    uint8_t first = (uint8_t)text[(*at)++];
    if (first < 0x80) return first;
    unsigned more = first >= 0xf0 && first < 0xf5   ? 3
                    : first >= 0xe0 && first < 0xf0 ? 2
                                                    : first >= 0xc2 && first < 0xe0;
    uint32_t code = first & (0x3fu >> more);
    for (unsigned i = 0; i < more; i++) {
        if (*at >= length || ((uint8_t)text[*at] & 0xc0) != 0x80) {
            *bad = true;
            return BAD;
        }
        code = code << 6 | ((uint8_t)text[(*at)++] & 0x3f);
    }
    if (!more || code < least[more] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        *bad = true;
        return BAD;
    }
    return code;
}

static unsigned put_utf8(uint32_t code, char out[4]) {
    static const uint8_t marks[] = {0, 0xc0, 0xe0, 0xf0};
    unsigned more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    out[0] = (char)(marks[more] | code >> 6 * more);
    for (unsigned i = 1; i <= more; i++) out[i] = (char)(0x80 | (code >> 6 * (more - i) & 0x3f));
    return more + 1;
}

static unsigned put_wide(uint32_t code, WCHAR out[2]) {
    if (code < 0x10000) {
        out[0] = (WCHAR)code;
        return 1;
    }
    out[0] = (WCHAR)(0xd800 + ((code - 0x10000) >> 10));
    out[1] = (WCHAR)(0xdc00 + (code & 0x3ff));
    return 2;
}

/* Both convert into `out` (NULL: only count) as long as there is room; return the units needed in all. */
static size_t to_utf8(const WCHAR *text, size_t length, char *out, size_t room, bool *bad) {
    size_t used = 0;
    for (size_t at = 0; at < length;) {
        char units[4];
        unsigned count = put_utf8(get_wide(text, length, &at, bad), units);
        if (out && used + count <= room) memcpy(out + used, units, count);
        used += count;
    }
    return used;
}

static size_t to_wide(const char *text, size_t length, WCHAR *out, size_t room, bool *bad) {
    size_t used = 0;
    for (size_t at = 0; at < length;) {
        WCHAR units[2];
        unsigned count = put_wide(get_utf8(text, length, &at, bad), units);
        if (out && used + count <= room) memcpy(out + used, units, count * sizeof *units);
        used += count;
    }
    return used;
}

char *win32_narrow_n(const WCHAR *text, size_t length) {
    bool bad;
    size_t size = to_utf8(text, length, NULL, 0, &bad);
    char *out = malloc(size + 1);
    if (!out) return NULL;
    to_utf8(text, length, out, size, &bad);
    out[size] = 0;
    return out;
}

char *win32_narrow(const WCHAR *text) { return win32_narrow_n(text, win32_length(text)); }

WCHAR *win32_widen(const char *text) {
    bool bad;
    size_t length = strlen(text), size = to_wide(text, length, NULL, 0, &bad);
    WCHAR *out = malloc((size + 1) * sizeof *out);
    if (!out) return NULL;
    to_wide(text, length, out, size, &bad);
    out[size] = 0;
    return out;
}

/* --- Win32 ------------------------------------------------------------------------------------------------------- */

int NTAPI lstrlenW(LPCWSTR lpString) {
    NT_ENTER(lstrlenW);
    return lpString ? (int)win32_length(lpString) : 0;
}

int NTAPI lstrlenA(LPCSTR lpString) {
    NT_ENTER(lstrlenA);
    return lpString ? (int)strlen(lpString) : 0;
}

int NTAPI CompareStringOrdinal(LPCWSTR lpString1, int cchCount1, LPCWSTR lpString2, int cchCount2, BOOL bIgnoreCase) {
    NT_ENTER(CompareStringOrdinal);
    if (!lpString1 || !lpString2 || cchCount1 < -1 || cchCount2 < -1) {
        win32_set_error(ERROR_INVALID_PARAMETER);
        return 0;
    }
    size_t left = cchCount1 < 0 ? win32_length(lpString1) : (size_t)cchCount1;
    size_t right = cchCount2 < 0 ? win32_length(lpString2) : (size_t)cchCount2;
    for (size_t i = 0; i < left && i < right; i++) {
        unsigned a = bIgnoreCase ? fold(lpString1[i]) : lpString1[i],
                 b = bIgnoreCase ? fold(lpString2[i]) : lpString2[i];
        if (a != b) return a < b ? CSTR_LESS_THAN : CSTR_GREATER_THAN;
    }
    return left == right ? CSTR_EQUAL : left < right ? CSTR_LESS_THAN : CSTR_GREATER_THAN;
}

static bool code_page_known(UINT code_page) {
    if (code_page == CP_UTF8 || code_page == CP_ACP) /* as on a Windows whose ANSI code page is UTF-8 */
        return true;
    win32_set_error(ERROR_INVALID_PARAMETER);
    return false;
}

/* What remains of both conversions: flags, room, the end. */
static int converted(size_t needed, int room, bool strict, bool bad) {
    if (strict && bad) {
        win32_set_error(ERROR_NO_UNICODE_TRANSLATION);
        return 0;
    }
    if (room && needed > (size_t)room) {
        win32_set_error(ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    return (int)needed;
}

int NTAPI MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCSTR lpMultiByteStr, int cbMultiByte,
                              LPWSTR lpWideCharStr, int cchWideChar) {
    NT_ENTER(MultiByteToWideChar);
    bool bad = false;
    if (!code_page_known(CodePage)) return 0;
    if (!lpMultiByteStr || !cbMultiByte || cbMultiByte < -1 || cchWideChar < 0 ||
        (dwFlags & ~(DWORD)MB_ERR_INVALID_CHARS)) {
        win32_set_error(ERROR_INVALID_PARAMETER);
        return 0;
    }
    size_t length = cbMultiByte < 0 ? strlen(lpMultiByteStr) + 1 : (size_t)cbMultiByte;
    size_t needed = to_wide(lpMultiByteStr, length, cchWideChar ? lpWideCharStr : NULL, (size_t)cchWideChar, &bad);
    return converted(needed, cchWideChar, dwFlags & MB_ERR_INVALID_CHARS, bad);
}

int NTAPI WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWSTR lpWideCharStr, int cchWideChar,
                              LPSTR lpMultiByteStr, int cbMultiByte, LPCSTR lpDefaultChar, LPBOOL lpUsedDefaultChar) {
    NT_ENTER(WideCharToMultiByte);
    bool bad = false;
    if (!code_page_known(CodePage)) return 0;
    if (!lpWideCharStr || !cchWideChar || cchWideChar < -1 || cbMultiByte < 0 || lpDefaultChar || lpUsedDefaultChar ||
        (dwFlags & ~(DWORD)WC_ERR_INVALID_CHARS)) {
        win32_set_error(ERROR_INVALID_PARAMETER);
        return 0;
    }
    size_t length = cchWideChar < 0 ? win32_length(lpWideCharStr) + 1 : (size_t)cchWideChar;
    size_t needed = to_utf8(lpWideCharStr, length, cbMultiByte ? lpMultiByteStr : NULL, (size_t)cbMultiByte, &bad);
    return converted(needed, cbMultiByte, dwFlags & WC_ERR_INVALID_CHARS, bad);
}
