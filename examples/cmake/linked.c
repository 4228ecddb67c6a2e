/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Linked against the import library: the functions have the types that the headers name.
 */
#include <stdio.h>

#include <warren.h>
#include <wintun.h>

extern __declspec(dllimport) WINTUN_SET_LOGGER_FUNC WintunSetLogger;
extern __declspec(dllimport) WINTUN_GET_RUNNING_DRIVER_VERSION_FUNC WintunGetRunningDriverVersion;

static VOID CALLBACK Log(WINTUN_LOGGER_LEVEL Level, DWORD64 Timestamp, LPCWSTR Message) {
    (void)Timestamp;
    fprintf(stderr, "%d: %ls\n", Level, Message);
}

int main(void) {
    WintunSetLogger(Log);
    DWORD Version = WintunGetRunningDriverVersion();
    if (Version)
        printf("driver %lu.%lu\n", (unsigned long)(Version >> 16), (unsigned long)(Version & 0xffff));
    else
        printf("no driver: %lu\n", (unsigned long)GetLastError());
    return 0;
}
