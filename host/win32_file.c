/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Devices as files, handles, views. Files on disk are win32_disk.c's.
 */
#include <stdlib.h>
#include <string.h>

#include "host/fault.h"
#include "host/win32_disk.h"
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
    (void)lpSecurityAttributes, (void)hTemplateFile;
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
    if (!device_path(lpFileName, &path)) return win32_disk_open(lpFileName, dwDesiredAccess, dwCreationDisposition);
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    /* Documented for devices: OPEN_EXISTING. */
    if (dwCreationDisposition == OPEN_EXISTING)
        status = io_open_ex(ps_current_process(), &path, dwDesiredAccess | SYNCHRONIZE | FILE_READ_ATTRIBUTES,
                            !(dwFlagsAndAttributes & FILE_FLAG_OVERLAPPED), &handle);
    free(path.Buffer);
    if (!win32_check(status)) return INVALID_HANDLE_VALUE;
    win32_set_error(ERROR_SUCCESS);
    return handle;
}

/* --- requests ---------------------------------------------------------------------------------------------------- */

/* Where the end of a request with an OVERLAPPED is told. Its first two members are an IO_STATUS_BLOCK. */
static const struct io_async *async_of(LPOVERLAPPED overlapped, struct io_async *async) {
    if (!overlapped) return NULL;
    overlapped->Internal = (ULONG_PTR)STATUS_PENDING;
    /* The lowest bit says that no completion port shall hear of it. */
    *async = (struct io_async){.iosb = (PIO_STATUS_BLOCK)overlapped,
                               .event = (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1)};
    return async;
}

static BOOL requested(NTSTATUS status, ULONG_PTR information, LPDWORD transferred, LPOVERLAPPED overlapped) {
    if ((ULONG)status >= 0xc0000000u) information = 0;
    if (transferred && status != STATUS_PENDING) *transferred = (DWORD)information;
    if (status == STATUS_PENDING) {
        if (transferred && overlapped) *transferred = 0;
        win32_set_error(ERROR_IO_PENDING);
        return FALSE;
    }
    return win32_check(status);
}

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
        win32_set_error(fault_error_or(ERROR_NO_SYSTEM_RESOURCES));
        return FALSE;
    }
    ULONG_PTR information = 0;
    struct io_async async;
    NTSTATUS status = io_control_async(ps_current_process(), hDevice, dwIoControlCode, lpInBuffer, nInBufferSize,
                                       lpOutBuffer, nOutBufferSize, async_of(lpOverlapped, &async), &information);
    return requested(status, information, lpBytesReturned, lpOverlapped);
}

static BOOL transfer(HANDLE file, UCHAR major, void *buffer, DWORD size, LPDWORD transferred, LPOVERLAPPED overlapped) {
    if (!transferred && !overlapped) {
        verify_violation("win32-parameter", "ReadFile, WriteFile: the count and lpOverlapped are both NULL");
        win32_set_error(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    int fd = win32_disk_fd(file);
    if (fd >= 0) return win32_disk_transfer(fd, major == IRP_MJ_WRITE, buffer, size, transferred);
    ULONG_PTR information = 0;
    uint64_t offset = overlapped ? (uint64_t)overlapped->OffsetHigh << 32 | overlapped->Offset : 0;
    struct io_async async;
    NTSTATUS status = io_transfer(ps_current_process(), file, major, buffer, size, overlapped ? &offset : NULL,
                                  async_of(overlapped, &async), &information);
    if (major == IRP_MJ_READ && status == STATUS_END_OF_FILE && !overlapped) status = STATUS_SUCCESS;
    return requested(status, information, transferred, overlapped);
}

BOOL NTAPI ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead, LPDWORD lpNumberOfBytesRead,
                    LPOVERLAPPED lpOverlapped) {
    NT_ENTER(ReadFile);
    if (NT_FAULT(ReadFile)) {
        win32_set_error(ERROR_NO_SYSTEM_RESOURCES);
        return FALSE;
    }
    return transfer(hFile, IRP_MJ_READ, lpBuffer, nNumberOfBytesToRead, lpNumberOfBytesRead, lpOverlapped);
}

BOOL NTAPI WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite, LPDWORD lpNumberOfBytesWritten,
                     LPOVERLAPPED lpOverlapped) {
    NT_ENTER(WriteFile);
    if (NT_FAULT(WriteFile)) {
        win32_set_error(ERROR_NO_SYSTEM_RESOURCES);
        return FALSE;
    }
    return transfer(hFile, IRP_MJ_WRITE, (void *)(ULONG_PTR)lpBuffer, nNumberOfBytesToWrite, lpNumberOfBytesWritten,
                    lpOverlapped);
}

BOOL NTAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred,
                               BOOL bWait) {
    NT_ENTER(GetOverlappedResult);
    if ((NTSTATUS)__atomic_load_n(&lpOverlapped->Internal, __ATOMIC_ACQUIRE) == STATUS_PENDING) {
        if (!bWait) {
            win32_set_error(ERROR_IO_INCOMPLETE);
            return FALSE;
        }
        /* Without an event of its own the file is signalled, by whichever of its requests ends first. */
        HANDLE event = (HANDLE)((ULONG_PTR)lpOverlapped->hEvent & ~(ULONG_PTR)1);
        PFILE_OBJECT file = NULL;
        PKEVENT object = NULL;
        if (event)
            object = win32_object(event, &ob_type_event, 0);
        else if ((file = win32_object(hFile, &ob_type_file, 0)) != NULL)
            object = &file->Event;
        if (!object) return FALSE;
        KeWaitForSingleObject(object, Executive, KernelMode, FALSE, NULL);
        ob_dereference(event ? (void *)object : (void *)file);
    }
    *lpNumberOfBytesTransferred = (DWORD)lpOverlapped->InternalHigh;
    return win32_check((NTSTATUS)lpOverlapped->Internal);
}

static BOOL cancel(HANDLE file, bool own_thread, LPOVERLAPPED overlapped, bool must_find) {
    NTSTATUS status = io_cancel(ps_current_process(), file, own_thread, (PIO_STATUS_BLOCK)overlapped);
    if (status == STATUS_NOT_FOUND && !must_find) status = STATUS_SUCCESS;
    return win32_check(status);
}

BOOL NTAPI CancelIo(HANDLE hFile) {
    NT_ENTER(CancelIo);
    return cancel(hFile, true, NULL, false);
}

BOOL NTAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped) {
    NT_ENTER(CancelIoEx);
    return cancel(hFile, false, lpOverlapped, true);
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
