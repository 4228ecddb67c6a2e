/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "host/windows/os_windows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE 4096u
#define GRANULARITY 0x10000u

extern IMAGE_DOS_HEADER __ImageBase;

void os_start(void) {}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

static uint64_t now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* Rounded up: whoever waits to the end shall find it over. */
static DWORD milliseconds_to(uint64_t until) {
    uint64_t begin = now(CLOCK_MONOTONIC), left = until > begin ? (until - begin + 999999u) / 1000000u : 0;
    return left < INFINITE - 1 ? (DWORD)left : INFINITE - 1;
}

bool os_word_wait(uint32_t *word, uint32_t value, const uint64_t *until) {
    return WaitOnAddress(word, &value, sizeof value, until ? milliseconds_to(*until) : INFINITE) ||
           GetLastError() != ERROR_TIMEOUT;
}

void os_word_wake(uint32_t *word, bool all) {
    if (all)
        WakeByAddressAll(word);
    else
        WakeByAddressSingle(word);
}

/* Conditions here know the time of day only. */
bool os_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, const uint64_t *until) {
    if (!until) return pthread_cond_wait(condition, mutex) == 0;
    uint64_t begin = now(CLOCK_MONOTONIC), left = *until > begin ? *until - begin : 0;
    uint64_t end = now(CLOCK_REALTIME) + (left < 1ull << 60 ? left : 1ull << 60);
    struct timespec at = {.tv_sec = (time_t)(end / 1000000000u), .tv_nsec = (long)(end % 1000000000u)};
    return pthread_cond_timedwait(condition, mutex, &at) != ETIMEDOUT || now(CLOCK_MONOTONIC) < *until;
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

void *os_aligned_alloc(size_t alignment, size_t size) {
    void *memory = _aligned_malloc(size, alignment);
    return memory ? memset(memory, 0, size) : NULL;
}

void os_aligned_free(void *memory) { _aligned_free(memory); }

bool os_populate(uintptr_t begin, uintptr_t end, bool write) {
    (void)begin, (void)end, (void)write;
    return false;
}

uintptr_t os_accessible(uintptr_t begin, uintptr_t end, bool write) {
    const DWORD writable = PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    const DWORD readable = writable | PAGE_READONLY | PAGE_EXECUTE_READ;
    MEMORY_BASIC_INFORMATION info;
    while (begin < end && VirtualQuery((const void *)begin, &info, sizeof info) == sizeof info) {
        if (info.State != MEM_COMMIT || (info.Protect & PAGE_GUARD) || !(info.Protect & (write ? writable : readable)))
            break;
        begin = (uintptr_t)info.BaseAddress + info.RegionSize;
    }
    return begin;
}

bool os_stack(uint64_t *low, uint64_t *high) {
    ULONG_PTR begin, end;
    GetCurrentThreadStackLimits(&begin, &end);
    *low = begin;
    *high = end;
    return true;
}

static HANDLE shared;

void *os_shared_create(uint64_t size) {
    shared = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, (DWORD)(size >> 32), (DWORD)size, NULL);
    return shared ? MapViewOfFile(shared, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0) : NULL;
}

/* A view begins at a multiple of 64 KiB of the memory: what is in front of the part is made inaccessible. */
void *os_shared_view(uint64_t offset, uint64_t size, int protection) {
    uint64_t first = offset & ~(uint64_t)(GRANULARITY - 1), front = offset - first;
    DWORD before;
    uint8_t *view = MapViewOfFile(shared, protection & PROT_WRITE ? FILE_MAP_READ | FILE_MAP_WRITE : FILE_MAP_READ,
                                  (DWORD)(first >> 32), (DWORD)first, front + size);
    if (!view) return NULL;
    if ((!front || VirtualProtect(view, front, PAGE_NOACCESS, &before)) &&
        (protection || VirtualProtect(view + front, size, PAGE_NOACCESS, &before)))
        return view + front;
    UnmapViewOfFile(view);
    return NULL;
}

void os_shared_unview(void *view) { UnmapViewOfFile((void *)((uintptr_t)view & ~(uintptr_t)(GRANULARITY - 1))); }

/* --- code and exceptions ------------------------------------------------------------------------------------------ */

static os_exception_handler *exception_handler;

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *pointers) {
    return exception_handler(pointers->ExceptionRecord, pointers->ContextRecord) ? EXCEPTION_CONTINUE_EXECUTION
                                                                                 : EXCEPTION_CONTINUE_SEARCH;
}

void os_stack_keep(uint32_t size) {
    ULONG wanted = size;
    SetThreadStackGuarantee(&wanted);
}

bool os_exceptions_watch(os_exception_handler *handler) {
    if (exception_handler) return true;
    exception_handler = handler;
    return AddVectoredExceptionHandler(1, on_exception) != NULL;
}

__attribute__((disable_tail_calls)) void os_context(void *context) { RtlCaptureContext(context); }

bool os_unwind(void *context) {
    CONTEXT *at = context;
    DWORD64 base, establisher;
    void *data;
    RUNTIME_FUNCTION *function = RtlLookupFunctionEntry(at->Rip, &base, NULL);
    if (function) {
        RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, at->Rip, function, at, &data, &establisher, NULL);
        return at->Rip != 0;
    }
    ULONG_PTR low, high;
    GetCurrentThreadStackLimits(&low, &high);
    if (at->Rsp % 8 || at->Rsp < low || at->Rsp > high - 8) return false;
    at->Rip = *(const DWORD64 *)at->Rsp;
    at->Rsp += 8;
    return at->Rip != 0;
}

bool os_is_host_code(uint64_t address) {
    const uint8_t *base = (const uint8_t *)&__ImageBase;
    const IMAGE_NT_HEADERS64 *nt = (const void *)(base + __ImageBase.e_lfanew);
    return address - (uintptr_t)base < nt->OptionalHeader.SizeOfImage;
}

bool os_code_describe(const void *address, char *text, size_t size) {
    char path[MAX_PATH];
    HMODULE module;
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            address, &module) ||
        !GetModuleFileNameA(module, path, sizeof path))
        return false;
    const char *slash = strrchr(path, '\\');
    snprintf(text, size, "%s+0x%zx", slash ? slash + 1 : path,
             (size_t)((const uint8_t *)address - (const uint8_t *)module));
    return true;
}

/* --- files -------------------------------------------------------------------------------------------------------- */

void os_temporary(char *path, size_t size) {
    wchar_t name[MAX_PATH + 1];
    char *narrow = GetTempPathW(MAX_PATH + 1, name) ? os_narrow(name) : NULL;
    snprintf(path, size, "%s", narrow ? narrow : ".");
    free(narrow);
    size_t length = strlen(path);
    if (length > 1 && path[length - 1] == '\\') path[length - 1] = 0;
}

struct os_folders {
    HANDLE search;
    WIN32_FIND_DATAA found;
    char base[400];
    bool more;
};

struct os_folders *os_folders_begin(const char *base, const char *pattern) {
    char path[512];
    struct os_folders *folders = calloc(1, sizeof *folders);
    if (!folders) return NULL;
    snprintf(folders->base, sizeof folders->base, "%s", base);
    snprintf(path, sizeof path, "%s\\%s", folders->base, pattern);
    folders->search = FindFirstFileA(path, &folders->found);
    folders->more = folders->search != INVALID_HANDLE_VALUE;
    return folders;
}

bool os_folders_next(struct os_folders **folders, char *path, size_t size) {
    struct os_folders *all = *folders;
    while (all && all->more) {
        const bool is_one = (all->found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) &&
                            !(all->found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT);
        const bool fits = (size_t)snprintf(path, size, "%s/%s", all->base, all->found.cFileName) < size;
        all->more = FindNextFileA(all->search, &all->found);
        if (is_one && fits) return true;
    }
    if (all && all->search != INVALID_HANDLE_VALUE) FindClose(all->search);
    free(all);
    *folders = NULL;
    return false;
}

/* A file that nobody else may open. */
static HANDLE held_file(const char *folder, DWORD creation) {
    char path[600];
    snprintf(path, sizeof path, "%s/held", folder);
    return CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, creation, FILE_ATTRIBUTE_NORMAL, NULL);
}

void *os_hold(const char *folder) {
    HANDLE file = held_file(folder, CREATE_NEW);
    return file == INVALID_HANDLE_VALUE ? NULL : file;
}

void os_let_go(void *held) {
    if (held) CloseHandle(held);
}

enum os_held os_is_held(const char *folder) {
    HANDLE file = held_file(folder, OPEN_EXISTING);
    if (file == INVALID_HANDLE_VALUE) return GetLastError() == ERROR_FILE_NOT_FOUND ? OS_HELD_NEVER : OS_HELD;
    CloseHandle(file);
    return OS_HELD_NO_MORE;
}

/* --- names -------------------------------------------------------------------------------------------------------- */

char *os_narrow(const wchar_t *name) {
    wchar_t plain[1024];
    BOOL lossy = FALSE;
    char *text = malloc(4096);
    if (!text) return NULL;
    if (WideCharToMultiByte(CP_ACP, WC_NO_BEST_FIT_CHARS, name, -1, text, 4096, NULL, &lossy) && !lossy) return text;
    /* The name as it was before names were long. */
    DWORD length = GetShortPathNameW(name, plain, 1024);
    lossy = FALSE;
    if (length && length < 1024 &&
        WideCharToMultiByte(CP_ACP, WC_NO_BEST_FIT_CHARS, plain, -1, text, 4096, NULL, &lossy) && !lossy)
        return text;
    free(text);
    return NULL;
}
