/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#include "host/os.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

void os_start(void) { signal(SIGPIPE, SIG_IGN); /* Windows knows closed pipes only as errors */ }

/* --- waiting ------------------------------------------------------------------------------------------------------ */

static struct timespec time_of(uint64_t nanoseconds) {
    return (struct timespec){.tv_sec = (time_t)(nanoseconds / 1000000000u),
                             .tv_nsec = (long)(nanoseconds % 1000000000u)};
}

bool os_word_wait(uint32_t *word, uint32_t value, const uint64_t *until) {
    struct timespec at;
    if (until) at = time_of(*until);
    return syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value, until ? &at : NULL, NULL,
                   FUTEX_BITSET_MATCH_ANY) == 0 ||
           errno != ETIMEDOUT;
}

void os_word_wake(uint32_t *word, bool all) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, all ? INT32_MAX : 1, NULL, NULL, 0);
}

bool os_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, const uint64_t *until) {
    if (!until) return pthread_cond_wait(condition, mutex) == 0;
    struct timespec at = time_of(*until);
    return pthread_cond_timedwait(condition, mutex, &at) != ETIMEDOUT;
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

void *os_aligned_alloc(size_t alignment, size_t size) {
    void *memory;
    return posix_memalign(&memory, alignment, size) ? NULL : memset(memory, 0, size);
}

void os_aligned_free(void *memory) { free(memory); }

bool os_populate(uintptr_t begin, uintptr_t end, bool write) {
#if defined(__x86_64__) /* qemu-user, which runs the others, says yes to any advice */
    return madvise((void *)begin, end - begin, write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ) == 0;
#else
    (void)begin, (void)end, (void)write;
    return false;
#endif
}

uintptr_t os_accessible(uintptr_t begin, uintptr_t end, bool write) {
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];

    if (maps == NULL) {
        fputs("host: /proc/self/maps cannot be read\n", stderr);
        abort();
    }
    while (begin < end && fgets(line, sizeof(line), maps)) {
        char *at;
        uintptr_t first = strtoull(line, &at, 16), last = *at == '-' ? strtoull(at + 1, &at, 16) : 0;
        if (*at != ' ' || last <= begin) continue;
        if (first > begin || at[1] != 'r' || (write && at[2] != 'w')) break;
        begin = last;
    }
    fclose(maps);
    return begin;
}

bool os_stack(uint64_t *low, uint64_t *high) {
    pthread_attr_t attributes;
    void *begin;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes)) return false;
    bool known = pthread_attr_getstack(&attributes, &begin, &size) == 0;
    pthread_attr_destroy(&attributes);
    if (!known) return false;
    *low = (uint64_t)(uintptr_t)begin;
    *high = *low + size;
    return true;
}

/* --- files -------------------------------------------------------------------------------------------------------- */

void os_temporary(char *path, size_t size) {
    const char *base = getenv("TMPDIR");
    snprintf(path, size, "%s", base && *base ? base : "/tmp");
}

/* --- the system's own code ---------------------------------------------------------------------------------------- */

bool os_code_describe(const void *address, char *text, size_t size) {
    Dl_info info;
    if (!dladdr(address, &info)) return false;
    const char *slash = strrchr(info.dli_fname, '/'), *file = slash ? slash + 1 : info.dli_fname;
    size_t at = (size_t)((const char *)address - (const char *)info.dli_fbase);
    if (info.dli_sname)
        snprintf(text, size, "%s+0x%zx (%s+0x%zx)", file, at, info.dli_sname,
                 (size_t)((const char *)address - (const char *)info.dli_saddr));
    else
        snprintf(text, size, "%s+0x%zx", file, at);
    return true;
}
