/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the Win32 half shares, and what the rest of the host calls in it.
 *
 * Every function here is a thin layer over NT objects: a handle is one of the calling process, an event is a KEVENT, a
 * wait is a wait of the kernel half.
 */
#ifndef HOST_WIN32_H
#define HOST_WIN32_H

#include "host/kernel.h"
#include "host/status.h"
#include "nt/win32.h"

/* --- start and end (win32_module.c) ------------------------------------------------------------------------------ */

/* `library` is what LoadLibrary("<its base name>") loads, from any folder and, as programs bring it along, under the
 * name wintun.dll, too. May be NULL. */
void win32_start(const char *library);
/* Unloads what programs left loaded. */
void win32_stop(void);
/* Tells the program's handlers (SetConsoleCtrlHandler), in a thread of its own as Windows does. `unhandled` is called
 * there if none of them says that it was its business. */
void win32_console_event(DWORD event, void (*unhandled)(DWORD event));
/* The same for another process than the client. */
void win32_console_event_to(PEPROCESS process, DWORD event);
/* What ExitProcess calls: must not return. NULL: exit(). */
extern void (*win32_exit_hook)(DWORD code);

/* IMAGE_FILE_MACHINE_...: what the system says that it runs on; for tests of emulated programs (win32_system.c). */
extern USHORT win32_native_machine;
void win32_resources_stop(void); /* win32_resource.c */

/* Runs a program's file (a PE) in the calling process and thread: its entry point, which ends in ExitProcess. False: it cannot
 * be loaded, and `why` says why. */
bool win32_program_run(int argc, char **argv, char *why, size_t why_size);

/* --- errors (win32_error.c) -------------------------------------------------------------------------------------- */

DWORD win32_error(NTSTATUS status); /* RtlNtStatusToDosError without the entry checks */
/* Sets the last error from the status; false when the status is an error (a warning is one, too). */
bool win32_check(NTSTATUS status);
void win32_set_error(DWORD error);

/* --- objects ----------------------------------------------------------------------------------------------------- */

/* The object behind a handle of the calling process, referenced; NULL with the last error set. */
void *win32_object(HANDLE handle, struct ob_type *type, ACCESS_MASK access);

/* --- text (win32_text.c) ----------------------------------------------------------------------------------------- */

size_t win32_length(const WCHAR *text);
bool win32_same(const WCHAR *left, const WCHAR *right, bool ignore_case);
/* UTF-16 to UTF-8 in memory from malloc; NULL without memory. Lone surrogates become U+FFFD. */
char *win32_narrow(const WCHAR *text);
char *win32_narrow_n(const WCHAR *text, size_t length);
WCHAR *win32_widen(const char *text);
/* The part of a path behind the last separator of either system. */
const char *win32_base_name(const char *path);

#endif
