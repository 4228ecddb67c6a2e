/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The last error, and NTSTATUS to Windows error codes.
 */
#include <stdlib.h>
#include <string.h>

#include "host/guest.h"
#include "host/win32_private.h"

static __thread DWORD last_error;

DWORD NTAPI GetLastError(VOID) {
    NT_ENTER(GetLastError);
    return last_error;
}

VOID NTAPI SetLastError(DWORD dwErrCode) {
    NT_ENTER(SetLastError);
    win32_set_error(dwErrCode);
}

void win32_set_error(DWORD error) {
    last_error = error;
    if (guest) guest_set_error(error);
}

/* --- NTSTATUS ---------------------------------------------------------------------------------------------------- */

static const struct {
    NTSTATUS status;
    DWORD error;
} map[] = {
    {STATUS_SUCCESS, ERROR_SUCCESS},
    {STATUS_PENDING, ERROR_IO_PENDING},
    {STATUS_TIMEOUT, ERROR_TIMEOUT},
    {STATUS_BUFFER_OVERFLOW, ERROR_MORE_DATA},
    {STATUS_NO_MORE_ENTRIES, ERROR_NO_MORE_ITEMS},
    {STATUS_NO_MORE_FILES, ERROR_NO_MORE_FILES},
    {STATUS_DEVICE_BUSY, ERROR_BUSY},
    {STATUS_UNSUCCESSFUL, ERROR_GEN_FAILURE},
    {STATUS_NOT_IMPLEMENTED, ERROR_INVALID_FUNCTION},
    {STATUS_INVALID_INFO_CLASS, ERROR_INVALID_PARAMETER},
    {STATUS_INFO_LENGTH_MISMATCH, ERROR_BAD_LENGTH},
    {STATUS_ACCESS_VIOLATION, ERROR_NOACCESS},
    {STATUS_DATATYPE_MISALIGNMENT, ERROR_NOACCESS},
    {STATUS_INVALID_HANDLE, ERROR_INVALID_HANDLE},
    {STATUS_INVALID_PARAMETER, ERROR_INVALID_PARAMETER},
    {STATUS_INVALID_PARAMETER_1, ERROR_INVALID_PARAMETER},
    {STATUS_INVALID_PARAMETER_2, ERROR_INVALID_PARAMETER},
    {STATUS_INVALID_PARAMETER_3, ERROR_INVALID_PARAMETER},
    {STATUS_INVALID_PARAMETER_4, ERROR_INVALID_PARAMETER},
    {STATUS_NO_SUCH_DEVICE, ERROR_FILE_NOT_FOUND},
    {STATUS_NO_SUCH_FILE, ERROR_FILE_NOT_FOUND},
    {STATUS_INVALID_DEVICE_REQUEST, ERROR_INVALID_FUNCTION},
    {STATUS_END_OF_FILE, ERROR_HANDLE_EOF},
    {STATUS_MORE_PROCESSING_REQUIRED, ERROR_MORE_DATA},
    {STATUS_NO_MEMORY, ERROR_NOT_ENOUGH_MEMORY},
    {STATUS_CONFLICTING_ADDRESSES, ERROR_INVALID_ADDRESS},
    {STATUS_NOT_MAPPED_VIEW, ERROR_INVALID_ADDRESS},
    {STATUS_ACCESS_DENIED, ERROR_ACCESS_DENIED},
    {STATUS_BUFFER_TOO_SMALL, ERROR_INSUFFICIENT_BUFFER},
    {STATUS_OBJECT_TYPE_MISMATCH, ERROR_INVALID_HANDLE},
    {STATUS_OBJECT_NAME_INVALID, ERROR_INVALID_NAME},
    {STATUS_OBJECT_NAME_NOT_FOUND, ERROR_FILE_NOT_FOUND},
    {STATUS_OBJECT_NAME_COLLISION, ERROR_ALREADY_EXISTS},
    {STATUS_OBJECT_PATH_INVALID, ERROR_BAD_PATHNAME},
    {STATUS_OBJECT_PATH_NOT_FOUND, ERROR_PATH_NOT_FOUND},
    {STATUS_OBJECT_PATH_SYNTAX_BAD, ERROR_BAD_PATHNAME},
    {STATUS_SHARING_VIOLATION, ERROR_SHARING_VIOLATION},
    {STATUS_MUTANT_NOT_OWNED, ERROR_NOT_OWNER},
    {STATUS_DELETE_PENDING, ERROR_ACCESS_DENIED},
    {STATUS_PRIVILEGE_NOT_HELD, ERROR_PRIVILEGE_NOT_HELD},
    {STATUS_INSUFFICIENT_RESOURCES, ERROR_NO_SYSTEM_RESOURCES},
    {STATUS_DEVICE_NOT_READY, ERROR_NOT_READY},
    {STATUS_DEVICE_NOT_CONNECTED, ERROR_DEVICE_NOT_CONNECTED},
    {STATUS_NOT_SUPPORTED, ERROR_NOT_SUPPORTED},
    {STATUS_INTERNAL_ERROR, ERROR_INTERNAL_ERROR},
    {STATUS_CANCELLED, ERROR_OPERATION_ABORTED},
    {STATUS_FILE_CLOSED, ERROR_INVALID_HANDLE},
    {STATUS_DEVICE_DOES_NOT_EXIST, ERROR_DEV_NOT_EXIST},
    {STATUS_DEVICE_REMOVED, ERROR_DEVICE_REMOVED},
    {STATUS_REVISION_MISMATCH, ERROR_REVISION_MISMATCH},
    {STATUS_UNKNOWN_REVISION, ERROR_UNKNOWN_REVISION},
    {STATUS_INVALID_DEVICE_STATE, ERROR_BAD_COMMAND},
    {STATUS_NOT_FOUND, ERROR_NOT_FOUND},
    {STATUS_KEY_DELETED, ERROR_KEY_DELETED},
    {STATUS_INVALID_BUFFER_SIZE, ERROR_INVALID_USER_BUFFER},
    {STATUS_ALREADY_REGISTERED, ERROR_ALREADY_REGISTERED},
    {STATUS_INVALID_IMAGE_FORMAT, ERROR_BAD_EXE_FORMAT},
    {STATUS_QUOTA_EXCEEDED, ERROR_NOT_ENOUGH_QUOTA},
    {STATUS_TOO_MANY_OPENED_FILES, ERROR_TOO_MANY_OPEN_FILES},
    {STATUS_INVALID_SID, ERROR_INVALID_SID},
    {STATUS_INVALID_ACL, ERROR_INVALID_ACL},
    {STATUS_INVALID_SECURITY_DESCR, ERROR_INVALID_SECURITY_DESCR},
    {STATUS_IO_DEVICE_ERROR, ERROR_IO_DEVICE},
    {STATUS_IO_TIMEOUT, ERROR_SEM_TIMEOUT},
    {STATUS_INTEGER_OVERFLOW, ERROR_ARITHMETIC_OVERFLOW},
    {STATUS_MEMORY_NOT_ALLOCATED, ERROR_INVALID_ADDRESS},
    {STATUS_WORKING_SET_QUOTA, ERROR_WORKING_SET_QUOTA},
    {STATUS_COMMITMENT_LIMIT, ERROR_COMMITMENT_LIMIT},
    {STATUS_SECTION_TOO_BIG, ERROR_NOT_ENOUGH_MEMORY},
    {STATUS_SECTION_PROTECTION, ERROR_INVALID_PARAMETER},
    {STATUS_INVALID_PAGE_PROTECTION, ERROR_INVALID_PARAMETER},
    {STATUS_INVALID_USER_BUFFER, ERROR_INVALID_USER_BUFFER},
    {STATUS_PROCESS_IS_TERMINATING, ERROR_ACCESS_DENIED},
};

DWORD win32_error(NTSTATUS status) {
    for (size_t i = 0; i < sizeof map / sizeof *map; i++)
        if (map[i].status == status) return map[i].error;
    /* A Windows error in an NTSTATUS: severity, reserved bit as in HRESULT, facility NTWIN32 (7). */
    if (((ULONG)status & 0xffff0000u) == 0xc0070000u || ((ULONG)status & 0xffff0000u) == 0x80070000u)
        return (ULONG)status & 0xffff;
    return ERROR_MR_MID_NOT_FOUND;
}

ULONG NTAPI RtlNtStatusToDosError(NTSTATUS Status) {
    NT_ENTER(RtlNtStatusToDosError);
    return win32_error(Status);
}

bool win32_check(NTSTATUS status) {
    if ((ULONG)status < 0x80000000u) return true;
    win32_set_error(win32_error(status));
    return false;
}

/* --- messages ---------------------------------------------------------------------------------------------------- */

static const struct {
    DWORD error;
    const char *text;
} messages[] = {
    {ERROR_SUCCESS, "No error."},
    {ERROR_INVALID_FUNCTION, "The device does not know this request."},
    {ERROR_FILE_NOT_FOUND, "There is no file or device of this name."},
    {ERROR_PATH_NOT_FOUND, "There is no such path."},
    {ERROR_ACCESS_DENIED, "Access is denied."},
    {ERROR_INVALID_HANDLE, "The handle is not valid."},
    {ERROR_NOT_ENOUGH_MEMORY, "There is not enough memory."},
    {ERROR_INVALID_DATA, "The data is not valid."},
    {ERROR_GEN_FAILURE, "The device does not work."},
    {ERROR_SHARING_VIOLATION, "Somebody else uses it."},
    {ERROR_HANDLE_EOF, "The end has been reached."},
    {ERROR_NOT_SUPPORTED, "This is not supported."},
    {ERROR_INVALID_PARAMETER, "A parameter is wrong."},
    {ERROR_BUFFER_OVERFLOW, "There is no room at the moment."},
    {ERROR_INSUFFICIENT_BUFFER, "The buffer is too small."},
    {ERROR_MOD_NOT_FOUND, "The module was not found."},
    {ERROR_PROC_NOT_FOUND, "The module has no function of this name."},
    {ERROR_ALREADY_EXISTS, "It exists already."},
    {ERROR_BAD_EXE_FORMAT, "The file is no valid image."},
    {ERROR_FILENAME_EXCED_RANGE, "The name is too long."},
    {ERROR_MORE_DATA, "There is more data."},
    {ERROR_NO_MORE_ITEMS, "There is nothing more."},
    {ERROR_TIMEOUT, "It took too long."},
    {ERROR_NOT_FOUND, "It was not found."},
    {ERROR_SERVICE_DOES_NOT_EXIST, "No driver is installed for it."},
    {ERROR_ALREADY_INITIALIZED, "It has been set up already."},
    {ERROR_REVISION_MISMATCH, "The two are of different versions."},
    {ERROR_NO_SYSTEM_RESOURCES, "The system lacks resources."},
    {ERROR_DEVICE_REMOVED, "The device has been removed."},
    {ERROR_CALL_NOT_IMPLEMENTED, "The function is not implemented."},
};

static const char *message_of(DWORD error) {
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (messages[i].error == error) return messages[i].text;
    return NULL;
}

/* The message with the end of line that Windows puts behind it, in UTF-8. Returns 0 with the last error set. */
static size_t format(DWORD flags, DWORD error, char line[256]) {
    const DWORD understood = FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                             FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK;
    const char *text = message_of(error);
    if (!(flags & FORMAT_MESSAGE_FROM_SYSTEM) || (flags & ~understood)) {
        win32_set_error(ERROR_NOT_SUPPORTED);
        return 0;
    }
    if (!text) {
        win32_set_error(ERROR_MR_MID_NOT_FOUND);
        return 0;
    }
    return (size_t)snprintf(line, 256, "%s%s", text, flags & FORMAT_MESSAGE_MAX_WIDTH_MASK ? " " : "\r\n");
}

static DWORD deliver(DWORD flags, const void *text, size_t length, size_t unit, void *buffer, DWORD room) {
    void *to = buffer;
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
        to = calloc(length + 1 > room ? length + 1 : room, unit); /* freed by LocalFree */
        if (!to) {
            win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
            return 0;
        }
        memcpy(buffer, &to, sizeof to);
    } else if (length + 1 > room) {
        win32_set_error(ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    memcpy(to, text, (length + 1) * unit);
    return (DWORD)length;
}

DWORD NTAPI FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId, LPSTR lpBuffer,
                           DWORD nSize, va_list *Arguments) {
    NT_ENTER(FormatMessageA);
    (void)lpSource, (void)dwLanguageId, (void)Arguments;
    char line[256];
    size_t length = format(dwFlags, dwMessageId, line);
    return length ? deliver(dwFlags, line, length, 1, lpBuffer, nSize) : 0;
}

DWORD NTAPI FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId, LPWSTR lpBuffer,
                           DWORD nSize, va_list *Arguments) {
    NT_ENTER(FormatMessageW);
    (void)lpSource, (void)dwLanguageId, (void)Arguments;
    char line[256];
    WCHAR wide[256];
    size_t length = format(dwFlags, dwMessageId, line);
    for (size_t i = 0; i <= length; i++) wide[i] = length ? (WCHAR)(unsigned char)line[i] : 0;
    return length ? deliver(dwFlags, wide, length, sizeof(WCHAR), lpBuffer, nSize) : 0;
}
