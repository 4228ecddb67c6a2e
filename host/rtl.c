/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Strings, GUIDs, versions, and the few functions of C that drivers import.
 */
#include <stdarg.h>
#include <string.h>

#include "host/ex_pool.h"

void NTAPI RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString) {
    NT_ENTER(RtlInitUnicodeString);
    size_t length = 0;
    while (SourceString && SourceString[length] && length < 32766) length++;
    DestinationString->Length = (USHORT)(length * sizeof(WCHAR));
    DestinationString->MaximumLength = SourceString ? (USHORT)((length + 1) * sizeof(WCHAR)) : 0;
    DestinationString->Buffer = (PWCH)(ULONG_PTR)SourceString;
}

NTSTATUS NTAPI RtlStringFromGUID(REFGUID Guid, PUNICODE_STRING GuidString) {
    NT_ENTER(RtlStringFromGUID);
    char text[40];
    WCHAR *out = NULL;

    if (!NT_FAULT(RtlStringFromGUID)) out = ex_pool_for(CALLER, sizeof(text) * sizeof(WCHAR), 'dIuG', true);
    if (out == NULL) return STATUS_NO_MEMORY;
    snprintf(text, sizeof(text), "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", Guid->Data1, Guid->Data2,
             Guid->Data3, Guid->Data4[0], Guid->Data4[1], Guid->Data4[2], Guid->Data4[3], Guid->Data4[4],
             Guid->Data4[5], Guid->Data4[6], Guid->Data4[7]);
    for (unsigned at = 0; at <= 38; at++) out[at] = (WCHAR)text[at];
    *GuidString = (UNICODE_STRING){76, 78, out};
    return STATUS_SUCCESS;
}

void NTAPI RtlFreeUnicodeString(PUNICODE_STRING UnicodeString) {
    NT_ENTER(RtlFreeUnicodeString);
    if (UnicodeString->Buffer) ExFreePoolWithTag(UnicodeString->Buffer, 0);
    *UnicodeString = (UNICODE_STRING){0};
}

NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW lpVersionInformation) {
    NT_ENTER(RtlGetVersion);
    lpVersionInformation->dwMajorVersion = 10;
    lpVersionInformation->dwMinorVersion = 0;
    lpVersionInformation->dwBuildNumber = 17763; /* Windows 10 1809 */
    lpVersionInformation->dwPlatformId = 2;
    return STATUS_SUCCESS;
}

void *NTAPI nt_memmove(void *to, const void *from, size_t size) { return memmove(to, from, size); }
int NTAPI nt_memcmp(const void *a, const void *b, size_t size) { return memcmp(a, b, size); }
