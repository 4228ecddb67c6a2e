/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Resources of modules. What a native library would have as a resource is a symbol: resource_<type>_<id>, and its size.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/image.h"
#include "host/win32_private.h"

/* What an HRSRC points to; they are as many as there are resources, and stay until the world ends. */
struct found {
    struct found *next;
    const void *data;
    size_t size;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct found *all; /* lock */

static const void *native_resource(struct image *image, unsigned type, unsigned id, size_t *size) {
    char name[48];
    snprintf(name, sizeof name, "resource_%u_%u", type, id);
    const char *data = image_symbol(image, name);
    snprintf(name, sizeof name, "resource_%u_%u_end", type, id);
    const char *end = image_symbol(image, name);
    *size = data && end ? (size_t)(end - data) : 0;
    return data;
}

HRSRC NTAPI FindResourceW(HMODULE hModule, LPCWSTR lpName, LPCWSTR lpType) {
    NT_ENTER(FindResourceW);
    struct image *image = image_find(hModule);
    size_t size = 0;
    const void *data = NULL;
    if (image && !((ULONG_PTR)lpName >> 16) && !((ULONG_PTR)lpType >> 16)) {
        unsigned type = (unsigned)(ULONG_PTR)lpType, id = (unsigned)(ULONG_PTR)lpName;
        data =
            image_is_native(image) ? native_resource(image, type, id, &size) : image_resource(image, type, id, &size);
    }
    if (NT_FAULT(FindResourceW)) data = NULL;
    if (!data) {
        win32_set_error(image ? ERROR_RESOURCE_NAME_NOT_FOUND : ERROR_RESOURCE_DATA_NOT_FOUND);
        return NULL;
    }
    pthread_mutex_lock(&lock);
    struct found *found = all;
    while (found && (found->data != data || found->size != size)) found = found->next;
    if (!found && (found = calloc(1, sizeof *found)) != NULL) {
        *found = (struct found){.next = all, .data = data, .size = size};
        all = found;
    }
    pthread_mutex_unlock(&lock);
    if (!found) win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
    return (HRSRC)found;
}

DWORD NTAPI SizeofResource(HMODULE hModule, HRSRC hResInfo) {
    NT_ENTER(SizeofResource);
    (void)hModule;
    return hResInfo ? (DWORD)((struct found *)hResInfo)->size : 0;
}

HGLOBAL NTAPI LoadResource(HMODULE hModule, HRSRC hResInfo) {
    NT_ENTER(LoadResource);
    (void)hModule;
    return hResInfo ? (HGLOBAL)(ULONG_PTR)((struct found *)hResInfo)->data : NULL;
}

LPVOID NTAPI LockResource(HGLOBAL hResData) {
    NT_ENTER(LockResource);
    return hResData;
}

void win32_resources_stop(void) {
    while (all) {
        struct found *found = all;
        all = found->next;
        free(found);
    }
}
