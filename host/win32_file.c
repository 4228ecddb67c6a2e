/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Devices as files, handles, views. Only devices: the host has no file system, and says so.
 */
#include <stdlib.h>
#include <string.h>

#include "host/win32_private.h"

void *win32_object(HANDLE handle, struct ob_type *type, ACCESS_MASK access) {
    void *object = NULL;
    if (!win32_check(ob_lookup(ps_current_process(), handle, type, access, &object))) return NULL;
    return object;
}

/* "\\.\name" and "\\?\name" to "\??\name", in memory from malloc; false if it is no device path. */
static bool device_path(const WCHAR *name, UNICODE_STRING *path) {
    size_t length = win32_length(name);
    bool device =
        length > 4 && name[0] == '\\' && name[1] == '\\' && (name[2] == '.' || name[2] == '?') && name[3] == '\\';
    if (!device || length > 32000) return false;
    path->Length = (USHORT)(length * sizeof *name);
    path->MaximumLength = (USHORT)(path->Length + sizeof *name);
    path->Buffer = malloc(path->MaximumLength);
    if (!path->Buffer) return false;
    memcpy(path->Buffer, L"\\??\\", 4 * sizeof *name);
    memcpy(path->Buffer + 4, name + 4, path->MaximumLength - 4 * sizeof *name);
    return true;
}

HANDLE NTAPI CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                         LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition,
                         DWORD dwFlagsAndAttributes, HANDLE hTemplateFile) {
    NT_ENTER(CreateFileW);
    (void)dwShareMode; /* a device's own business, and it is not asked */
    (void)lpSecurityAttributes, (void)dwFlagsAndAttributes, (void)hTemplateFile;
    UNICODE_STRING path;
    HANDLE handle = NULL;
    if (!lpFileName || !*lpFileName) {
        win32_set_error(ERROR_PATH_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    if (NT_FAULT(CreateFileW)) {
        win32_set_error(ERROR_ACCESS_DENIED);
        return INVALID_HANDLE_VALUE;
    }
    if (!device_path(lpFileName, &path)) {
        host_log("CreateFileW: only device paths (\\\\.\\...) can be opened");
        win32_set_error(ERROR_NOT_SUPPORTED);
        return INVALID_HANDLE_VALUE;
    }
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    /* Documented for devices: OPEN_EXISTING. */
    if (dwCreationDisposition == OPEN_EXISTING)
        status = io_open(ps_current_process(), &path, dwDesiredAccess | SYNCHRONIZE | FILE_READ_ATTRIBUTES, &handle);
    free(path.Buffer);
    if (!win32_check(status)) return INVALID_HANDLE_VALUE;
    win32_set_error(ERROR_SUCCESS);
    return handle;
}

/* With lpOverlapped the request is synchronous all the same: it is complete when this returns. */
BOOL NTAPI DeviceIoControl(HANDLE hDevice, DWORD dwIoControlCode, LPVOID lpInBuffer, DWORD nInBufferSize,
                           LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesReturned,
                           LPOVERLAPPED lpOverlapped) {
    NT_ENTER(DeviceIoControl);
    if (!lpBytesReturned && !lpOverlapped) {
        verify_violation("win32-parameter", "DeviceIoControl: lpBytesReturned and lpOverlapped are both NULL");
        win32_set_error(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    if (NT_FAULT(DeviceIoControl)) {
        win32_set_error(ERROR_NO_SYSTEM_RESOURCES);
        return FALSE;
    }
    ULONG_PTR information = 0;
    NTSTATUS status = io_control(ps_current_process(), hDevice, dwIoControlCode, lpInBuffer, nInBufferSize, lpOutBuffer,
                                 nOutBufferSize, &information);
    if ((ULONG)status >= 0xc0000000u) information = 0;
    if (lpBytesReturned) *lpBytesReturned = (DWORD)information;
    if (lpOverlapped) {
        lpOverlapped->Internal = (ULONG_PTR)(ULONG)status;
        lpOverlapped->InternalHigh = information;
        void *event = lpOverlapped->hEvent
                          ? win32_object((HANDLE)((ULONG_PTR)lpOverlapped->hEvent & ~(ULONG_PTR)1), &ob_type_event, 0)
                          : NULL;
        if (event) {
            KeSetEvent(event, IO_NO_INCREMENT, FALSE);
            ob_dereference(event);
        }
    }
    return win32_check(status);
}

BOOL NTAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred,
                               BOOL bWait) {
    NT_ENTER(GetOverlappedResult);
    (void)hFile, (void)bWait; /* no request is ever pending */
    *lpNumberOfBytesTransferred = (DWORD)lpOverlapped->InternalHigh;
    return win32_check((NTSTATUS)lpOverlapped->Internal);
}

BOOL NTAPI CloseHandle(HANDLE hObject) {
    NT_ENTER(CloseHandle);
    return win32_check(ob_close(ps_current_process(), hObject));
}

BOOL NTAPI UnmapViewOfFile(LPCVOID lpBaseAddress) {
    NT_ENTER(UnmapViewOfFile);
    return win32_check(mm_unmap_user_view(ps_current_process(), (void *)(ULONG_PTR)lpBaseAddress));
}

SIZE_T NTAPI VirtualQuery(LPCVOID lpAddress, PMEMORY_BASIC_INFORMATION lpBuffer, SIZE_T dwLength) {
    NT_ENTER(VirtualQuery);
    void *page = (void *)((ULONG_PTR)lpAddress & ~(ULONG_PTR)0xfff);
    size_t size = mm_user_view_size(ps_current_process(), page);
    if (dwLength < sizeof *lpBuffer || !size) {
        win32_set_error(dwLength < sizeof *lpBuffer ? ERROR_BAD_LENGTH : ERROR_INVALID_ADDRESS);
        return 0;
    }
    memset(lpBuffer, 0, sizeof *lpBuffer);
    lpBuffer->BaseAddress = lpBuffer->AllocationBase = page;
    lpBuffer->RegionSize = size;
    lpBuffer->AllocationProtect = lpBuffer->Protect = PAGE_READWRITE;
    lpBuffer->State = MEM_COMMIT;
    lpBuffer->Type = MEM_MAPPED;
    return sizeof *lpBuffer;
}
