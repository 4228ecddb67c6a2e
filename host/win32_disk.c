/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Files on disk, which are Linux's. C: is a folder of this world's own that goes with it, Z: is the root of the real file
 * system, and names without a drive are Linux's, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/win32_disk.h"
#include "host/win32_private.h"

/* --- where -------------------------------------------------------------------------------------------------------- */

static pthread_mutex_t drive_lock = PTHREAD_MUTEX_INITIALIZER;

void win32_disk_stop(void) { win32_drive_remove(); }

char *win32_disk_path(const WCHAR *name) {
    char *text = name ? win32_narrow(name) : NULL, *path = NULL;
    const char *drive;
    if (!text) return NULL;
    bool has_drive = text[0] && text[1] == ':', is_c = has_drive && (text[0] | 0x20) == 'c';
    for (char *at = text; *at; at++) {
        if (*at == '\\') *at = '/';
        /* As on the file systems of Windows: capitals or not make no difference. */
        if (is_c && *at >= 'A' && *at <= 'Z') *at = (char)(*at - 'A' + 'a');
    }
    pthread_mutex_lock(&drive_lock);
    if (!is_c)
        path = !has_drive || (text[0] | 0x20) == 'z' ? strdup(has_drive ? text + 2 : text) : NULL;
    else if ((drive = win32_drive_make()) != NULL && asprintf(&path, "%s%s", drive, text + 2) < 0)
        path = NULL;
    pthread_mutex_unlock(&drive_lock);
    free(text);
    return path;
}

static DWORD error_of(int error) {
    switch (error) {
    case ENOENT: return ERROR_FILE_NOT_FOUND;
    case ENOTDIR: return ERROR_PATH_NOT_FOUND;
    case EEXIST: return ERROR_FILE_EXISTS;
    case ENOTEMPTY: return ERROR_DIR_NOT_EMPTY;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return ERROR_DISK_FULL;
    case ENAMETOOLONG: return ERROR_FILENAME_EXCED_RANGE;
    case EMFILE:
    case ENFILE: return ERROR_TOO_MANY_OPEN_FILES;
    case EPIPE: return ERROR_BROKEN_PIPE;
    case EPERM:
    case EACCES:
    case EISDIR:
    case EROFS: return ERROR_ACCESS_DENIED;
    default: return ERROR_GEN_FAILURE;
    }
}

static bool linux_check(bool good) {
    if (!good) win32_set_error(error_of(errno));
    return good;
}

/* --- open files --------------------------------------------------------------------------------------------------- */

struct disk_file {
    int fd;
    bool keep; /* not this object's to close */
};

static void disk_file_delete(void *object) {
    struct disk_file *file = object;
    if (!file->keep) close(file->fd);
}

static struct ob_type disk_file_type = {.name = "DiskFile", .delete = disk_file_delete};

HANDLE win32_disk_handle(int fd, bool keep) {
    struct disk_file *file = ob_create(&disk_file_type, sizeof *file);
    HANDLE handle = NULL;
    if (!file) {
        if (!keep) close(fd);
        win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    file->fd = fd;
    file->keep = keep;
    NTSTATUS status = ob_insert(ps_current_process(), file, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &handle);
    ob_dereference(file);
    return win32_check(status) ? handle : NULL;
}

HANDLE win32_disk_open(const WCHAR *name, DWORD access, DWORD creation) {
    static const int how[] = {[CREATE_NEW] = O_CREAT | O_EXCL,
                              [CREATE_ALWAYS] = O_CREAT | O_TRUNC,
                              [OPEN_EXISTING] = 0,
                              [OPEN_ALWAYS] = O_CREAT,
                              [TRUNCATE_EXISTING] = O_TRUNC};
    if (creation < CREATE_NEW || creation > TRUNCATE_EXISTING) {
        win32_set_error(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    char *path = win32_disk_path(name);
    if (!path) {
        win32_set_error(ERROR_PATH_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    bool write = access & (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA | FILE_APPEND_DATA);
    bool read = access & (GENERIC_READ | GENERIC_ALL | FILE_READ_DATA);
    int fd = open(path, how[creation] | O_CLOEXEC | (write ? read ? O_RDWR : O_WRONLY : O_RDONLY), 0666);
    linux_check(fd >= 0);
    free(path);
    HANDLE handle = fd < 0 ? NULL : win32_disk_handle(fd, false);
    if (!handle) return INVALID_HANDLE_VALUE;
    win32_set_error(ERROR_SUCCESS);
    return handle;
}

int win32_disk_fd(HANDLE handle) {
    void *object = NULL;
    if (!NT_SUCCESS(ob_lookup(ps_current_process(), handle, &disk_file_type, 0, &object))) return -1;
    int fd = ((struct disk_file *)object)->fd;
    ob_dereference(object);
    return fd;
}

BOOL win32_disk_transfer(int fd, bool write_it, void *buffer, DWORD size, LPDWORD transferred) {
    DWORD done = 0;
    while (done < size) {
        ssize_t got =
            write_it ? write(fd, (char *)buffer + done, size - done) : read(fd, (char *)buffer + done, size - done);
        if (got < 0 && errno == EINTR) continue;
        if (!linux_check(got >= 0)) {
            if (transferred) *transferred = done;
            return FALSE;
        }
        done += (DWORD)got;
        if (!write_it) break; /* as much as there is */
    }
    if (transferred) *transferred = done;
    return TRUE;
}

BOOL NTAPI GetFileSizeEx(HANDLE hFile, PLARGE_INTEGER lpFileSize) {
    NT_ENTER(GetFileSizeEx);
    struct stat status;
    int fd = win32_disk_fd(hFile);
    if (fd < 0) {
        win32_set_error(ERROR_INVALID_HANDLE);
        return FALSE;
    }
    if (!linux_check(fstat(fd, &status) == 0)) return FALSE;
    lpFileSize->QuadPart = status.st_size;
    return TRUE;
}

/* --- folders ------------------------------------------------------------------------------------------------------ */

/* Whom a folder's descriptor lets in shows in its mode: everybody, unless it names none of everybody's groups. */
static mode_t mode_of(const SECURITY_ATTRIBUTES *attributes) {
    if (!attributes || !attributes->lpSecurityDescriptor) return 0755;
    return se_descriptor_is_private(attributes->lpSecurityDescriptor) ? 0700 : 0755;
}

BOOL NTAPI CreateDirectoryW(LPCWSTR lpPathName, LPSECURITY_ATTRIBUTES lpSecurityAttributes) {
    NT_ENTER(CreateDirectoryW);
    char *path = win32_disk_path(lpPathName);
    if (!path || NT_FAULT(CreateDirectoryW)) {
        win32_set_error(path ? ERROR_ACCESS_DENIED : ERROR_PATH_NOT_FOUND);
        free(path);
        return FALSE;
    }
    bool good = mkdir(path, mode_of(lpSecurityAttributes)) == 0;
    if (!good)
        win32_set_error(errno == EEXIST   ? ERROR_ALREADY_EXISTS
                        : errno == ENOENT ? ERROR_PATH_NOT_FOUND
                                          : error_of(errno));
    free(path);
    return good;
}

static BOOL take_away(LPCWSTR name, int (*how)(const char *path)) {
    char *path = win32_disk_path(name);
    if (!path) {
        win32_set_error(ERROR_PATH_NOT_FOUND);
        return FALSE;
    }
    bool good = linux_check(how(path) == 0);
    free(path);
    return good;
}

BOOL NTAPI DeleteFileW(LPCWSTR lpFileName) {
    NT_ENTER(DeleteFileW);
    return take_away(lpFileName, unlink);
}

BOOL NTAPI RemoveDirectoryW(LPCWSTR lpPathName) {
    NT_ENTER(RemoveDirectoryW);
    return take_away(lpPathName, rmdir);
}

UINT NTAPI GetSystemWindowsDirectoryW(LPWSTR lpBuffer, UINT uSize) {
    NT_ENTER(GetSystemWindowsDirectoryW);
    static const WCHAR path[] = L"C:\\Windows";
    const UINT length = sizeof path / sizeof *path - 1;
    if (uSize <= length) return length + 1;
    memcpy(lpBuffer, path, sizeof path);
    return length;
}
