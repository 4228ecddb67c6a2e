/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Memory that processes share under a name.
 */
#include "host/mm.h"
#include "host/win32_private.h"

struct section_kind {
    uint64_t size;
    ULONG protection;
};

static void *section_make(const void *context) {
    const struct section_kind *kind = context;
    return mm_section_make(kind->size, kind->protection);
}

HANDLE NTAPI CreateFileMappingW(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes, DWORD flProtect,
                                DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow, LPCWSTR lpName) {
    NT_ENTER(CreateFileMappingW);
    struct section_kind kind = {(uint64_t)dwMaximumSizeHigh << 32 | dwMaximumSizeLow, flProtect};
    if (hFile != INVALID_HANDLE_VALUE || flProtect != PAGE_READWRITE || !kind.size) {
        if (hFile != INVALID_HANDLE_VALUE) host_log("CreateFileMapping: files on disk cannot be mapped");
        win32_set_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    /* Names that all sessions see take a privilege that users do not have. */
    static const WCHAR global[] = L"Global\\";
    bool is_global = lpName && !memcmp(lpName, global, (win32_length(lpName) < 7 ? 0 : 7) * sizeof *global) &&
                     win32_length(lpName) > 7;
    if ((is_global && !win32_is_administrator()) || NT_FAULT(CreateFileMappingW)) {
        win32_set_error(ERROR_ACCESS_DENIED);
        return NULL;
    }
    return win32_create(&ob_type_section, section_make, &kind, lpName, lpFileMappingAttributes, SECTION_ALL_ACCESS);
}

HANDLE NTAPI OpenFileMappingW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName) {
    NT_ENTER(OpenFileMappingW);
    (void)bInheritHandle;
    return win32_open(&ob_type_section, lpName, dwDesiredAccess);
}

LPVOID NTAPI MapViewOfFile(HANDLE hFileMappingObject, DWORD dwDesiredAccess, DWORD dwFileOffsetHigh,
                           DWORD dwFileOffsetLow, SIZE_T dwNumberOfBytesToMap) {
    NT_ENTER(MapViewOfFile);
    PVOID base = NULL;
    SIZE_T size = 0;
    void *section = win32_object(hFileMappingObject, &ob_type_section, dwDesiredAccess & 6);
    if (!section) return NULL;
    bool whole = !dwFileOffsetHigh && !dwFileOffsetLow && dwNumberOfBytesToMap <= mm_section_size(section);
    ob_dereference(section);
    if (!whole || NT_FAULT(MapViewOfFile)) {
        win32_set_error(whole ? ERROR_NOT_ENOUGH_MEMORY : ERROR_ACCESS_DENIED);
        return NULL;
    }
    NTSTATUS status = ZwMapViewOfSection(hFileMappingObject, ZwCurrentProcess(), &base, 0, 0, NULL, &size, ViewUnmap, 0,
                                         dwDesiredAccess & 2 ? PAGE_READWRITE : PAGE_READONLY);
    return win32_check(status) ? base : NULL;
}
