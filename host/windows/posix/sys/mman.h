/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the host uses of it, by VirtualAlloc: private memory of no file, given back as a whole.
 */
#ifndef HOST_WINDOWS_MMAN_H
#define HOST_WINDOWS_MMAN_H

#include <stddef.h>
#include <sys/types.h>

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_NORESERVE 0x4000
#define MAP_FAILED ((void *)-1)

/* Of a file: a copy of its contents, to be read. */
void *posix_mmap(void *address, size_t size, int protection, int flags, int fd, long long offset);
int posix_munmap(void *address, size_t size);
int posix_mprotect(void *address, size_t size, int protection);
#define mmap posix_mmap
#define munmap posix_munmap
#define mprotect posix_mprotect

#endif
