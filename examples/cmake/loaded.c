/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Loads the library at run time, as most programs do.
 */
#include <stdio.h>

#include <wintun.h>

int main(void) {
    HMODULE Module =
        LoadLibraryExW(L"warren.dll", NULL, LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
    WINTUN_GET_RUNNING_DRIVER_VERSION_FUNC *GetRunningDriverVersion;

    if (!Module) {
        fprintf(stderr, "warren.dll: error %lu\n", (unsigned long)GetLastError());
        return 1;
    }
    GetRunningDriverVersion =
        (WINTUN_GET_RUNNING_DRIVER_VERSION_FUNC *)(void *)GetProcAddress(Module, "WintunGetRunningDriverVersion");
    if (!GetRunningDriverVersion) return 1;
    DWORD Version = GetRunningDriverVersion();
    if (Version)
        printf("driver %lu.%lu\n", (unsigned long)(Version >> 16), (unsigned long)(Version & 0xffff));
    else
        printf("no driver: %lu\n", (unsigned long)GetLastError());
    return 0;
}
