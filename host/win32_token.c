/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Tokens, as programs ask them.
 */
#include "host/fault.h"
#include "host/kernel_private.h"
#include "host/se.h"
#include "host/win32_private.h"

BOOL NTAPI OpenProcessToken(HANDLE ProcessHandle, DWORD DesiredAccess, PHANDLE TokenHandle) {
    NT_ENTER(OpenProcessToken);
    PEPROCESS process = NULL;
    void *token;
    NTSTATUS status;

    *TokenHandle = NULL;
    if (NT_FAULT(OpenProcessToken)) {
        win32_set_error(fault_error_or(ERROR_NO_SYSTEM_RESOURCES));
        return FALSE;
    }
    if (ProcessHandle == ZwCurrentProcess()) {
        process = ps_current_process();
        ob_reference(process);
    } else if (!win32_check(ob_lookup(ps_current_process(), ProcessHandle, &ob_type_process, 0, (void **)&process))) {
        return FALSE;
    }
    token = se_token_of(process);
    status = ob_insert(ps_current_process(), token, DesiredAccess, TokenHandle);
    ob_dereference(token);
    ob_dereference(process);
    return win32_check(status);
}

BOOL NTAPI GetTokenInformation(HANDLE TokenHandle, TOKEN_INFORMATION_CLASS TokenInformationClass,
                               LPVOID TokenInformation, DWORD TokenInformationLength, PDWORD ReturnLength) {
    NT_ENTER(GetTokenInformation);
    void *token = NULL;
    TOKEN_ELEVATION elevation;

    if (!win32_check(ob_lookup(ps_current_process(), TokenHandle, &se_type_token, TOKEN_QUERY, &token))) return FALSE;
    elevation.TokenIsElevated = se_token_kind_of(token) != SE_TOKEN_USER;
    ob_dereference(token);
    if (TokenInformationClass != TokenElevation) {
        host_log("GetTokenInformation: class %d is not there", (int)TokenInformationClass);
        win32_set_error(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    *ReturnLength = sizeof elevation;
    if (!TokenInformation || TokenInformationLength < sizeof elevation) {
        win32_set_error(ERROR_INSUFFICIENT_BUFFER);
        return FALSE;
    }
    *(TOKEN_ELEVATION *)TokenInformation = elevation;
    return TRUE;
}
