/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the host as a guest of Wine's asks of that: a Linux process which knows the names of both systems.
 */
#include "host/guest.h"

#include <stdlib.h>
#include <string.h>

static char *(NTAPI *unix_name)(const WCHAR *name);
static typeof(GetProcessHeap) *heap;
static typeof(HeapFree) *heap_free;

bool guest_system_start(const struct guest_services *services, char *why, unsigned size) {
    unix_name = services->find("kernel32", "wine_get_unix_file_name");
    heap = services->find("kernel32", "GetProcessHeap");
    heap_free = services->find("kernel32", "HeapFree");
    if (unix_name && heap && heap_free) return true;
    snprintf(why, size, "kernel32 has no wine_get_unix_file_name: this is not Wine");
    return false;
}

char *guest_disk_path(const WCHAR *name) {
    char *from = unix_name(name), *path = from ? strdup(from) : NULL;
    if (from) heap_free(heap(), 0, from);
    return path;
}

extern const char __ehdr_start[] __attribute__((visibility("hidden"))), etext[] __attribute__((visibility("hidden")));

bool guest_is_host_code(uint64_t address) { return address >= (uintptr_t)__ehdr_start && address < (uintptr_t)etext; }
