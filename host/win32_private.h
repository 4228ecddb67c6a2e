/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What only the Win32 half's own files share.
 */
#ifndef HOST_WIN32_PRIVATE_H
#define HOST_WIN32_PRIVATE_H

#include "host/win32.h"

struct reg_key;

/* Whether the calling process has the rights of an administrator. */
bool win32_is_administrator(void); /* win32_owner.c */

/* A process ends (win32_owner.c): */
void win32_devices_silence(PEPROCESS process);       /* swdevice.c */
void win32_notifications_silence(PEPROCESS process); /* cfgmgr.c */
void win32_console_silence(PEPROCESS process);       /* win32_process.c */
void win32_modules_end(PEPROCESS process);           /* win32_module.c */
void win32_fls_process_ends(PEPROCESS process);      /* win32_fls.c */
void win32_info_sets_end(PEPROCESS process);         /* setupapi.c */
void win32_heap_ends(PEPROCESS process);             /* win32_process.c */
/* Whether the code is of an image that the process has loaded, outside of its entry point (win32_module.c). */
bool win32_module_has(PEPROCESS process, const void *code);

/* win32_module.c: the calling process's program; its entry point, or NULL and why. */
void *win32_program_load(const char *file, char *why, size_t why_size);
/* win32_console.c: the line that CommandLineToArgvW takes apart into these; from malloc. */
char *win32_command_line(int argc, char **argv);
/* win32_console.c: the calling process's input, output and errors; they stay the caller's to close. */
void win32_std_set(const int fds[3]);
void win32_names_start(void); /* win32_sync.c */
/* A handle for a new object, or for the one that has the name; as CreateEventW and its like. */
typedef void *win32_make(const void *context); /* referenced; NULL without memory */
HANDLE win32_create(struct ob_type *type, win32_make *make, const void *context, const WCHAR *name,
                    const SECURITY_ATTRIBUTES *attributes, ACCESS_MASK access);
HANDLE win32_open(struct ob_type *type, const WCHAR *name, ACCESS_MASK access);
extern struct ob_type win32_key_type; /* win32_registry.c */
/* A handle of the calling process for the key, which it takes over in any case. */
NTSTATUS win32_key_insert(struct reg_key *key, ACCESS_MASK access, HKEY *handle);

#endif
