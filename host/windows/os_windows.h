/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What only the build as a Windows DLL asks of Windows. Without NT's headers, as host/os.h.
 */
#ifndef HOST_WINDOWS_OS_WINDOWS_H
#define HOST_WINDOWS_OS_WINDOWS_H

#include "host/os.h"

/* Memory of `size` bytes that can be seen at several addresses, and where all of it is; NULL without memory. */
void *os_shared_create(uint64_t size);
/* A part of it by pages once more, in the protection of POSIX; NULL without memory. */
void *os_shared_view(uint64_t offset, uint64_t size, int protection);
void os_shared_unview(void *view);

/* Has the handler called first when an exception happens anywhere in the process, with Windows's own EXCEPTION_RECORD and
 * CONTEXT. True: it has changed the context, where the thread goes on. */
typedef bool os_exception_handler(void *record, void *context);
bool os_exceptions_watch(os_exception_handler *handler);
void os_stack_keep(uint32_t size); /* of the calling thread's, for what handles its overflow */
/* The calling thread's registers, of a Windows CONTEXT; and from a frame of any module to its caller's. */
void os_context(void *context);
bool os_unwind(void *context);
bool os_is_host_code(uint64_t address);

/* Folders that match, one at a time; false when there are no more. */
struct os_folders *os_folders_begin(const char *base, const char *pattern);
bool os_folders_next(struct os_folders **folders, char *path, size_t size);
/* A folder that a process holds until it ends, however it does; one that none ever held is not known to be free. */
void *os_hold(const char *folder);
void os_let_go(void *held);
enum os_held { OS_HELD, OS_HELD_NO_MORE, OS_HELD_NEVER };
enum os_held os_is_held(const char *folder);

/* A name of Windows's in the code page that file names have in C; from malloc, NULL if it has none there. */
char *os_narrow(const wchar_t *name);

#endif
