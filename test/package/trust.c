/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Asks WinVerifyTrust what the signatures of files are worth: trust.exe FILE... prints its answer to each, a number.
 */
#include <stdio.h>
#include <windows.h>

#include <softpub.h>
#include <wincrypt.h>
#include <wintrust.h>

static void verify(const wchar_t *path) {
    GUID action = WINTRUST_ACTION_GENERIC_VERIFY_V2;
    WINTRUST_FILE_INFO file = {.cbStruct = sizeof file, .pcwszFilePath = path};
    WINTRUST_DATA data = {.cbStruct = sizeof data,
                          .dwUIChoice = WTD_UI_NONE,
                          .fdwRevocationChecks = WTD_REVOKE_NONE,
                          .dwUnionChoice = WTD_CHOICE_FILE,
                          .dwStateAction = WTD_STATEACTION_VERIFY,
                          .pFile = &file};
    LONG status = WinVerifyTrust(INVALID_HANDLE_VALUE, &action, &data);
    data.dwStateAction = WTD_STATEACTION_CLOSE;
    WinVerifyTrust(INVALID_HANDLE_VALUE, &action, &data);
    printf("%08lx\n", (unsigned long)status);
}

int wmain(int count, wchar_t **arguments) {
    for (int i = 1; i < count; i++) verify(arguments[i]);
    return 0;
}
