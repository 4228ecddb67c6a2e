/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Memory of the process by pages. It is of the machine's physical memory, so that a driver that locks and maps it sees
 * the same bytes at another address, with protections of its own.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host/mm.h"
#include "host/win32_private.h"

#define GRANULARITY 0x10000ull

/* Anywhere, at a multiple of 64 KiB. */
static uint8_t *place(uint64_t size) {
    uint8_t *room = mmap(NULL, size + GRANULARITY, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    uint8_t *address = (uint8_t *)(((ULONG_PTR)room + GRANULARITY - 1) & ~(GRANULARITY - 1));

    if (room == MAP_FAILED) return NULL;
    if (address != room) munmap(room, (size_t)(address - room));
    munmap(address + size, GRANULARITY - (size_t)(address - room));
    return address;
}

static struct mm_view *make(SIZE_T size) {
    uint64_t pages = ROUND_TO_PAGES(size) / PAGE_SIZE;
    struct mm_view *view = calloc(1, sizeof *view);
    struct run *run = mm_run_make(pages);
    ULONG_PTR *pfns = malloc(pages * sizeof *pfns);
    uint8_t *address = place(pages * PAGE_SIZE);
    UCHAR *protection = calloc(1, pages);

    if (view && run && pfns && address && protection) {
        for (uint64_t at = 0; at < pages; at++) pfns[at] = mm_run_first(run) + at;
        *view = (struct mm_view){
            .address = address, .pages = pages, .run = run, .first = pfns[0], .protection = protection};
        if (mm_map_pages(address, pfns, pages, PROT_NONE)) {
            free(pfns);
            return view;
        }
    }
    if (address) munmap(address, pages * PAGE_SIZE);
    if (run) mm_run_release(run);
    free(protection);
    free(pfns);
    free(view);
    return NULL;
}

/* The pages that a range touches, of one allocation; the process is locked then. NULL: there is no such. */
static struct mm_view *range_lock(PEPROCESS process, const void *address, SIZE_T size, uint64_t *first,
                                  uint64_t *count) {
    const uint8_t *begin = PAGE_ALIGN((ULONG_PTR)address), *end = (const uint8_t *)address + size;

    pthread_mutex_lock(&process->lock);
    for (struct mm_view *view = process->views; view; view = view->next) {
        if (!view->protection || begin < view->address || end > view->address + view->pages * PAGE_SIZE || end <= begin)
            continue;
        *first = (uint64_t)(begin - view->address) / PAGE_SIZE;
        *count = (uint64_t)(ROUND_TO_PAGES((ULONG_PTR)end) - (ULONG_PTR)begin) / PAGE_SIZE;
        return view;
    }
    pthread_mutex_unlock(&process->lock);
    return NULL;
}

static bool protect(struct mm_view *view, uint64_t first, uint64_t count, DWORD protection) {
    if (mprotect(view->address + first * PAGE_SIZE, count * PAGE_SIZE,
                 protection ? mm_protection(protection) : PROT_NONE) != 0)
        return false;
    memset(view->protection + first, (int)protection, count);
    return true;
}

LPVOID NTAPI VirtualAlloc(LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType, DWORD flProtect) {
    NT_ENTER(VirtualAlloc);
    PEPROCESS process = ps_current_process();
    uint64_t first = 0, count = 0;
    struct mm_view *view;

    if (dwSize == 0 || mm_protection(flProtect) < 0 || !(flAllocationType & (MEM_COMMIT | MEM_RESERVE)) ||
        dwSize > 8ull << 30) {
        win32_set_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (NT_FAULT(VirtualAlloc)) {
        win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (lpAddress) {
        view = flAllocationType & MEM_RESERVE ? NULL : range_lock(process, lpAddress, dwSize, &first, &count);
        if (view == NULL) {
            win32_set_error(ERROR_INVALID_ADDRESS); /* memory of one's own choice is not given */
            return NULL;
        }
        bool done = protect(view, first, count, flProtect);
        pthread_mutex_unlock(&process->lock);
        return done ? PAGE_ALIGN((ULONG_PTR)lpAddress) : NULL;
    }
    view = make(dwSize);
    if (view == NULL || !protect(view, 0, view->pages, flAllocationType & MEM_COMMIT ? flProtect : 0)) {
        if (view) mm_view_end(view);
        win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    uint8_t *address = view->address; /* another thread may free it as soon as it is known */
    mm_view_add(process, view);
    return address;
}

BOOL NTAPI VirtualFree(LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType) {
    NT_ENTER(VirtualFree);
    PEPROCESS process = ps_current_process();
    uint64_t first, count;
    struct mm_view *view;

    if (dwFreeType == MEM_RELEASE && dwSize == 0 && lpAddress && (view = mm_view_take(process, lpAddress)) != NULL) {
        if (view->protection) {
            mm_view_end(view);
            return TRUE;
        }
        mm_view_add(process, view);
    } else if (dwFreeType == MEM_DECOMMIT && (view = range_lock(process, lpAddress, dwSize, &first, &count)) != NULL) {
        bool done = protect(view, first, count, 0);
        pthread_mutex_unlock(&process->lock);
        return done;
    }
    win32_set_error(dwFreeType == MEM_RELEASE && dwSize == 0 ? ERROR_INVALID_ADDRESS : ERROR_INVALID_PARAMETER);
    return FALSE;
}

BOOL NTAPI VirtualProtect(LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect, PDWORD lpflOldProtect) {
    NT_ENTER(VirtualProtect);
    PEPROCESS process = ps_current_process();
    uint64_t first, count;
    struct mm_view *view = NULL;
    bool done = false;

    if (mm_protection(flNewProtect) >= 0 && lpflOldProtect)
        view = range_lock(process, lpAddress, dwSize, &first, &count);
    if (view) {
        *lpflOldProtect = view->protection[first];
        done = memchr(view->protection + first, 0, count) == NULL && protect(view, first, count, flNewProtect);
        pthread_mutex_unlock(&process->lock);
    }
    if (!done) win32_set_error(view ? ERROR_INVALID_ADDRESS : ERROR_INVALID_PARAMETER);
    return done;
}
