/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pages of the machine at addresses, on Windows: all of them are one section object. A view is of pages side by side
 * only, and lies where Windows wants it; so a list tells which addresses are the kernel's.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host/mm.h"
#include "host/windows/os_windows.h"

uint8_t *mm_direct;

static struct system_view {
    struct system_view *next;
    uint8_t *address;
    uint64_t pages;
} *system_views; /* lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

bool mm_map_start(void) {
    mm_direct = os_shared_create(MM_PHYSICAL);
    return mm_direct;
}

void mm_clear_pages(uint64_t first, uint64_t count) { memset(mm_direct + first * PAGE_SIZE, 0, count * PAGE_SIZE); }

uint8_t *mm_map_pages(uint8_t *address, const ULONG_PTR *pfns, uint64_t count, int protection) {
    if (address || !count) return NULL;
    for (uint64_t at = 1; at < count; at++)
        if (pfns[at] != pfns[0] + at) return NULL;
    return os_shared_view(pfns[0] * PAGE_SIZE, count * PAGE_SIZE, protection);
}

void mm_unmap_pages(uint8_t *address, uint64_t count) {
    (void)count;
    os_shared_unview(address);
}

bool mm_in_system_views(const void *address) {
    bool found = false;
    pthread_mutex_lock(&lock);
    for (struct system_view *view = system_views; view && !found; view = view->next)
        found = (const uint8_t *)address >= view->address &&
                (const uint8_t *)address < view->address + view->pages * PAGE_SIZE;
    pthread_mutex_unlock(&lock);
    return found;
}

uint8_t *mm_map_system(const ULONG_PTR *pfns, uint64_t count, int protection) {
    struct system_view *view = malloc(sizeof *view);
    uint8_t *address = view ? mm_map_pages(NULL, pfns, count, protection) : NULL;
    if (!address) {
        free(view);
        return NULL;
    }
    *view = (struct system_view){.address = address, .pages = count};
    pthread_mutex_lock(&lock);
    view->next = system_views;
    system_views = view;
    pthread_mutex_unlock(&lock);
    return address;
}

void mm_unmap_system(uint8_t *address, uint64_t count) {
    struct system_view *view = NULL;
    pthread_mutex_lock(&lock);
    for (struct system_view **link = &system_views; *link; link = &(*link)->next) {
        if ((*link)->address != address) continue;
        view = *link;
        *link = view->next;
        break;
    }
    pthread_mutex_unlock(&lock);
    if (!view || view->pages != count) host_panic("%p is no view of the kernel's", (void *)address);
    free(view);
    os_shared_unview(address);
}
