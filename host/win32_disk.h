/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Files on disk, for the Win32 half.
 */
#ifndef HOST_WIN32_DISK_H
#define HOST_WIN32_DISK_H

#include "host/win32.h"

/* The Linux path of a Windows one, from malloc. NULL: there is no such drive, or no memory. */
char *win32_disk_path(const WCHAR *name);
/* As CreateFileW. */
HANDLE win32_disk_open(const WCHAR *name, DWORD access, DWORD creation);
/* A handle of the calling process for a file descriptor, which it takes over unless `keep`. NULL with the last error. */
HANDLE win32_disk_handle(int fd, bool keep);
int win32_disk_fd(HANDLE handle); /* -1: it is no file on disk */
BOOL win32_disk_transfer(int fd, bool write_it, void *buffer, DWORD size, LPDWORD transferred);
void win32_disk_stop(void); /* C: goes */

/* win32_drive.c, and for the build as a Windows DLL host/windows/win32_drive.c: the folder that is C:, made at the first
 * question; NULL if it cannot be. One caller at a time. */
const char *win32_drive_make(void);
void win32_drive_remove(void);

#endif
