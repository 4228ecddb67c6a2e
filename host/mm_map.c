/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pages of the machine at addresses: all of them are one sparse memfd.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/mm.h"

#define SYSTEM_VIEWS (16ull << 30)

uint8_t *mm_direct;
static int physical = -1;
static uint8_t *system_views;
static struct mm_span *free_views; /* lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

bool mm_map_start(void) {
    physical = memfd_create("nt-physical", MFD_CLOEXEC);
    if (physical < 0 || ftruncate(physical, (off_t)MM_PHYSICAL) != 0) return false;
    void *direct = mmap(NULL, MM_PHYSICAL, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, physical, 0);
    system_views = mmap(NULL, SYSTEM_VIEWS, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (direct == MAP_FAILED || system_views == MAP_FAILED) return false;
    mm_direct = direct;
    mm_span_give(&free_views, 1, SYSTEM_VIEWS / PAGE_SIZE - 1);
    return true;
}

/* And back to the system; as MADV_REMOVE, which qemu takes for a hint. */
void mm_clear_pages(uint64_t first, uint64_t count) {
    if (fallocate(physical, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)(first * PAGE_SIZE),
                  (off_t)(count * PAGE_SIZE)) != 0)
        memset(mm_direct + first * PAGE_SIZE, 0, count * PAGE_SIZE);
}

uint8_t *mm_map_pages(uint8_t *address, const ULONG_PTR *pfns, uint64_t count, int protection) {
    uint8_t *at = address;

    if (at == NULL) {
        at = mmap(NULL, count * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (at == MAP_FAILED) return NULL;
    }
    for (uint64_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && pfns[next] == pfns[first] + (next - first); next++);
        if (mmap(at + first * PAGE_SIZE, (next - first) * PAGE_SIZE, protection, MAP_SHARED | MAP_FIXED, physical,
                 (off_t)(pfns[first] * PAGE_SIZE)) == MAP_FAILED)
            return NULL;
    }
    return at;
}

void mm_unmap_pages(uint8_t *address, uint64_t count) { munmap(address, count * PAGE_SIZE); }

bool mm_in_system_views(const void *address) {
    return (const uint8_t *)address >= system_views && (const uint8_t *)address < system_views + SYSTEM_VIEWS;
}

uint8_t *mm_map_system(const ULONG_PTR *pfns, uint64_t count, int protection) {
    pthread_mutex_lock(&lock);
    uint64_t page = mm_span_take(&free_views, count);
    pthread_mutex_unlock(&lock);
    return page ? mm_map_pages(system_views + page * PAGE_SIZE, pfns, count, protection) : NULL;
}

void mm_unmap_system(uint8_t *address, uint64_t count) {
    /* Reserved again, so that a use after this faults. */
    if (mmap(address, count * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) ==
        MAP_FAILED)
        host_panic("cannot reserve address space again");
    pthread_mutex_lock(&lock);
    mm_span_give(&free_views, (uint64_t)(address - system_views) / PAGE_SIZE, count);
    pthread_mutex_unlock(&lock);
}
