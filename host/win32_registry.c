/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The registry as programs see it: keys are objects with handles.
 */
#include <stdlib.h>
#include <string.h>

#include "host/registry.h"
#include "host/win32_private.h"

struct key_object {
    struct reg_key *key;
};

static void key_delete(void *object) {
    struct key_object *self = object;
    if (self->key) reg_close(self->key);
}

struct ob_type win32_key_type = {.name = "Key", .valid_access = KEY_ALL_ACCESS, .delete = key_delete};

NTSTATUS win32_key_insert(struct reg_key *key, ACCESS_MASK access, HKEY *handle) {
    struct key_object *object = ob_create(&win32_key_type, sizeof *object);
    HANDLE made = NULL;
    if (!object) {
        reg_close(key);
        return STATUS_NO_MEMORY;
    }
    object->key = key;
    NTSTATUS status = ob_insert(ps_current_process(), object, access, &made);
    ob_dereference(object);
    *handle = (HKEY)made;
    return status;
}

/* The key behind a handle, with a reference to `object`; a predefined handle is opened. */
static LSTATUS key_of(HKEY handle, ACCESS_MASK access, struct reg_key **key, void **object) {
    *object = NULL;
    if (handle == HKEY_LOCAL_MACHINE || handle == HKEY_CURRENT_USER) {
        *key = reg_open(handle == HKEY_LOCAL_MACHINE ? "HKLM" : "HKCU", true);
        return *key ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
    }
    NTSTATUS status = ob_lookup(ps_current_process(), (HANDLE)handle, &win32_key_type, access, object);
    if (!NT_SUCCESS(status)) return (LSTATUS)win32_error(status);
    *key = ((struct key_object *)*object)->key;
    return ERROR_SUCCESS;
}

static void key_done(struct reg_key *key, void *object) {
    if (object)
        ob_dereference(object);
    else
        reg_close(key);
}

static LSTATUS open_below(HKEY handle, LPCWSTR name, bool create, REGSAM access, PHKEY result, LPDWORD disposition) {
    struct reg_key *key = NULL;
    void *object = NULL;
    bool created = false;
    LSTATUS error = key_of(handle, 0, &key, &object);
    if (error) return error;
    char *path = win32_narrow(name ? name : L"");
    struct reg_key *found = path ? reg_open_below(key, path, create, &created) : NULL;
    key_done(key, object);
    if (!found) error = !path || create ? ERROR_NOT_ENOUGH_MEMORY : ERROR_FILE_NOT_FOUND;
    free(path);
    if (error) return error;
    if (disposition) *disposition = created ? REG_CREATED_NEW_KEY : REG_OPENED_EXISTING_KEY;
    return (LSTATUS)win32_error(win32_key_insert(found, access & ~(REGSAM)(KEY_WOW64_64KEY | KEY_WOW64_32KEY), result));
}

LSTATUS NTAPI RegOpenKeyExW(HKEY hKey, LPCWSTR lpSubKey, DWORD ulOptions, REGSAM samDesired, PHKEY phkResult) {
    NT_ENTER(RegOpenKeyExW);
    if (!phkResult || ulOptions) return ERROR_INVALID_PARAMETER;
    return open_below(hKey, lpSubKey, false, samDesired, phkResult, NULL);
}

LSTATUS NTAPI RegCreateKeyExW(HKEY hKey, LPCWSTR lpSubKey, DWORD Reserved, LPWSTR lpClass, DWORD dwOptions,
                              REGSAM samDesired, const LPSECURITY_ATTRIBUTES lpSecurityAttributes, PHKEY phkResult,
                              LPDWORD lpdwDisposition) {
    NT_ENTER(RegCreateKeyExW);
    (void)lpClass, (void)dwOptions, (void)lpSecurityAttributes; /* every key here is volatile */
    if (!phkResult || !lpSubKey || Reserved) return ERROR_INVALID_PARAMETER;
    return open_below(hKey, lpSubKey, true, samDesired, phkResult, lpdwDisposition);
}

LSTATUS NTAPI RegCloseKey(HKEY hKey) {
    NT_ENTER(RegCloseKey);
    if (hKey == HKEY_LOCAL_MACHINE || hKey == HKEY_CURRENT_USER) return ERROR_SUCCESS;
    return (LSTATUS)win32_error(ob_close(ps_current_process(), (HANDLE)hKey));
}

LSTATUS NTAPI RegQueryValueExW(HKEY hKey, LPCWSTR lpValueName, LPDWORD lpReserved, LPDWORD lpType, LPBYTE lpData,
                               LPDWORD lpcbData) {
    NT_ENTER(RegQueryValueExW);
    struct reg_key *key = NULL;
    void *object = NULL;
    if (lpReserved || (lpData && !lpcbData)) return ERROR_INVALID_PARAMETER;
    if (NT_FAULT(RegQueryValueExW)) return ERROR_NOT_ENOUGH_MEMORY;
    LSTATUS error = key_of(hKey, KEY_QUERY_VALUE, &key, &object);
    if (error) return error;
    ULONG type = REG_NONE, size = lpData ? *lpcbData : 0;
    NTSTATUS status = reg_get(key, lpValueName, &type, lpData, &size);
    key_done(key, object);
    /* Without a buffer only type and size were asked for. */
    if (status == STATUS_BUFFER_OVERFLOW && !lpData) status = STATUS_SUCCESS;
    if (status == STATUS_SUCCESS || status == STATUS_BUFFER_OVERFLOW) {
        if (lpType) *lpType = type;
        if (lpcbData) *lpcbData = size;
    }
    return (LSTATUS)win32_error(status);
}

LSTATUS NTAPI RegSetValueExW(HKEY hKey, LPCWSTR lpValueName, DWORD Reserved, DWORD dwType, const BYTE *lpData,
                             DWORD cbData) {
    NT_ENTER(RegSetValueExW);
    struct reg_key *key = NULL;
    void *object = NULL;
    if (Reserved) return ERROR_INVALID_PARAMETER;
    LSTATUS error = key_of(hKey, KEY_SET_VALUE, &key, &object);
    if (error) return error;
    NTSTATUS status = reg_set(key, lpValueName, dwType, lpData, cbData);
    key_done(key, object);
    return (LSTATUS)win32_error(status);
}

LSTATUS NTAPI RegDeleteValueW(HKEY hKey, LPCWSTR lpValueName) {
    NT_ENTER(RegDeleteValueW);
    struct reg_key *key = NULL;
    void *object = NULL;
    LSTATUS error = key_of(hKey, KEY_SET_VALUE, &key, &object);
    if (error) return error;
    NTSTATUS status = reg_unset(key, lpValueName);
    key_done(key, object);
    return (LSTATUS)win32_error(status);
}

LSTATUS NTAPI RegDeleteTreeW(HKEY hKey, LPCWSTR lpSubKey) {
    NT_ENTER(RegDeleteTreeW);
    struct reg_key *key = NULL;
    void *object = NULL;
    if (!lpSubKey || !*lpSubKey) return ERROR_NOT_SUPPORTED;
    LSTATUS error = key_of(hKey, 0, &key, &object);
    if (error) return error;
    char *path = win32_narrow(lpSubKey);
    struct reg_key *found = path ? reg_open_below(key, path, false, NULL) : NULL;
    free(path);
    key_done(key, object);
    if (!found) return ERROR_FILE_NOT_FOUND;
    NTSTATUS status = reg_delete_key(found);
    reg_close(found);
    return (LSTATUS)win32_error(status);
}

LSTATUS NTAPI RegEnumKeyExW(HKEY hKey, DWORD dwIndex, LPWSTR lpName, LPDWORD lpcchName, LPDWORD lpReserved,
                            LPWSTR lpClass, LPDWORD lpcchClass, PFILETIME lpftLastWriteTime) {
    NT_ENTER(RegEnumKeyExW);
    struct reg_key *key = NULL;
    void *object = NULL;
    char name[512];
    (void)lpReserved, (void)lpftLastWriteTime;
    if (lpClass || lpcchClass) return ERROR_INVALID_PARAMETER;
    LSTATUS error = key_of(hKey, KEY_ENUMERATE_SUB_KEYS, &key, &object);
    if (error) return error;
    bool found = reg_subkey_name(key, dwIndex, name, sizeof name);
    key_done(key, object);
    if (!found) return ERROR_NO_MORE_ITEMS;
    WCHAR *wide = win32_widen(name);
    if (!wide) return ERROR_NOT_ENOUGH_MEMORY;
    size_t length = win32_length(wide);
    if (length >= *lpcchName) {
        error = ERROR_MORE_DATA;
    } else {
        memcpy(lpName, wide, (length + 1) * sizeof *wide);
        *lpcchName = (DWORD)length;
    }
    free(wide);
    return error;
}
