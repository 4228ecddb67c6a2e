/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Threads, the process, its heap, the console's control events.
 */
#include <pthread.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "host/kernel_private.h"
#include "host/program.h"
#include "host/win32_private.h"

/* --- threads ----------------------------------------------------------------------------------------------------- */

struct thread_start {
    LPTHREAD_START_ROUTINE routine;
    LPVOID parameter;
    DWORD id;
    KEVENT started; /* the creator has the structure until then, the thread afterwards */
    KEVENT released;
};

static void thread_main(void *context) {
    struct thread_start *start = context;
    start->id = GetCurrentThreadId();
    KeSetEvent(&start->started, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(&start->released, Executive, KernelMode, FALSE, NULL);
    LPTHREAD_START_ROUTINE routine = start->routine;
    LPVOID parameter = start->parameter;
    free(start);
    routine(parameter);
}

HANDLE NTAPI CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize,
                          LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter, DWORD dwCreationFlags,
                          LPDWORD lpThreadId) {
    NT_ENTER(CreateThread);
    (void)lpThreadAttributes, (void)dwStackSize;
    if (dwCreationFlags & ~(DWORD)STACK_SIZE_PARAM_IS_A_RESERVATION) {
        host_log("CreateThread: a thread cannot be created suspended");
        win32_set_error(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    struct thread_start *start = malloc(sizeof *start);
    if (!start || NT_FAULT(CreateThread)) {
        free(start);
        win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    start->routine = lpStartAddress;
    start->parameter = lpParameter;
    KeInitializeEvent(&start->started, NotificationEvent, FALSE);
    KeInitializeEvent(&start->released, NotificationEvent, FALSE);
    PETHREAD thread = ps_thread_create(ps_current_process(), thread_main, start, "win32");
    if (!thread) {
        free(start);
        win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    HANDLE handle = NULL;
    NTSTATUS status = ob_insert(ps_current_process(), thread, THREAD_ALL_ACCESS, &handle);
    KeWaitForSingleObject(&start->started, Executive, KernelMode, FALSE, NULL);
    if (lpThreadId) *lpThreadId = start->id;
    KeSetEvent(&start->released, IO_NO_INCREMENT, FALSE);
    ob_dereference(thread);
    return win32_check(status) ? handle : NULL;
}

HANDLE NTAPI GetCurrentThread(VOID) {
    NT_ENTER(GetCurrentThread);
    return (HANDLE)(LONG_PTR)-2;
}

DWORD NTAPI GetCurrentThreadId(VOID) {
    NT_ENTER(GetCurrentThreadId);
    return ps_thread_id();
}

HANDLE NTAPI GetCurrentProcess(VOID) {
    NT_ENTER(GetCurrentProcess);
    return (HANDLE)(LONG_PTR)-1;
}

DWORD NTAPI GetCurrentProcessId(VOID) {
    NT_ENTER(GetCurrentProcessId);
    return (DWORD)(ULONG_PTR)PsGetCurrentProcessId();
}

void (*win32_exit_hook)(DWORD code);

VOID NTAPI ExitProcess(UINT uExitCode) {
    NT_ENTER(ExitProcess);
    program_exit(uExitCode);
    if (win32_exit_hook) win32_exit_hook(uExitCode);
    exit((int)uExitCode);
}

/* --- the heap ---------------------------------------------------------------------------------------------------- */

/* A process has one heap, whose blocks are malloc's: so AddressSanitizer sees each of them. They are remembered in a tree,
 * because what a process leaves goes with it, and because a block of another process's is none. */
static char process_heap;

static bool heap_check(HANDLE heap, const char *call) {
    if (heap == (HANDLE)&process_heap) return true;
    verify_violation("win32-heap", "%s: %p is not the process heap", call, heap);
    return false;
}

static int block_order(const void *left, const void *right) {
    return ((uintptr_t)left > (uintptr_t)right) - ((uintptr_t)left < (uintptr_t)right);
}

static bool block_add(void *block) {
    PEPROCESS process = ps_current_process();
    pthread_mutex_lock(&process->lock);
    bool added = block && tsearch(block, &process->heap, block_order);
    pthread_mutex_unlock(&process->lock);
    return added;
}

/* False: it is no block of the calling process. */
static bool block_take(void *block, const char *call) {
    PEPROCESS process = ps_current_process();
    pthread_mutex_lock(&process->lock);
    bool found = tdelete(block, &process->heap, block_order);
    pthread_mutex_unlock(&process->lock);
    if (!found) verify_violation("win32-heap", "%s: %p is no block of this process's", call, block);
    return found;
}

static void *block_make(bool zero, SIZE_T size) {
    if (!size) size = 1;
    void *block = zero ? calloc(1, size) : malloc(size);
    if (block && block_add(block)) return block;
    free(block);
    return NULL;
}

void win32_heap_ends(PEPROCESS process) {
    pthread_mutex_lock(&process->lock);
    void *heap = process->heap;
    process->heap = NULL;
    pthread_mutex_unlock(&process->lock);
    tdestroy(heap, free);
}

HANDLE NTAPI GetProcessHeap(VOID) {
    NT_ENTER(GetProcessHeap);
    return (HANDLE)&process_heap;
}

LPVOID NTAPI HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes) {
    NT_ENTER(HeapAlloc);
    /* HeapAlloc does not set the last error. */
    if (!heap_check(hHeap, "HeapAlloc") || NT_FAULT(HeapAlloc)) return NULL;
    return block_make(dwFlags & HEAP_ZERO_MEMORY, dwBytes);
}

LPVOID NTAPI HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem, SIZE_T dwBytes) {
    NT_ENTER(HeapReAlloc);
    if (!heap_check(hHeap, "HeapReAlloc") || !lpMem || NT_FAULT(HeapReAlloc)) return NULL;
    if (dwFlags & HEAP_ZERO_MEMORY) { /* the old size is not known, so it cannot be told what is new */
        host_log("HeapReAlloc: HEAP_ZERO_MEMORY is not supported");
        return NULL;
    }
    if (!block_take(lpMem, "HeapReAlloc")) return NULL;
    void *block = realloc(lpMem, dwBytes ? dwBytes : 1);
    if (block_add(block ? block : lpMem)) return block;
    host_panic("no memory for a heap's bookkeeping");
}

BOOL NTAPI HeapFree(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem) {
    NT_ENTER(HeapFree);
    (void)dwFlags;
    if (!heap_check(hHeap, "HeapFree")) return FALSE;
    if (lpMem && !block_take(lpMem, "HeapFree")) return FALSE;
    free(lpMem);
    return TRUE;
}

HLOCAL NTAPI LocalAlloc(UINT uFlags, SIZE_T uBytes) {
    NT_ENTER(LocalAlloc);
    void *memory = NULL;
    if (!NT_FAULT(LocalAlloc) && !(uFlags & LMEM_MOVEABLE)) memory = block_make(uFlags & LMEM_ZEROINIT, uBytes);
    if (!memory) win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
    return memory;
}

HLOCAL NTAPI LocalFree(HLOCAL hMem) {
    NT_ENTER(LocalFree);
    if (hMem && !block_take(hMem, "LocalFree")) return hMem;
    free(hMem);
    return NULL;
}

/* --- console control events -------------------------------------------------------------------------------------- */

#define HANDLERS_MAX 32

static pthread_mutex_t handlers_lock = PTHREAD_MUTEX_INITIALIZER;
static PHANDLER_ROUTINE handlers[HANDLERS_MAX]; /* handlers_lock; the newest last, which is asked first */
static PEPROCESS handler_owners[HANDLERS_MAX];  /* handlers_lock */
static unsigned handler_count;                  /* handlers_lock */
static bool ignore_ctrl_c;                      /* handlers_lock */

static void handler_remove(unsigned at) {
    handler_count--;
    memmove(&handlers[at], &handlers[at + 1], (handler_count - at) * sizeof *handlers);
    memmove(&handler_owners[at], &handler_owners[at + 1], (handler_count - at) * sizeof *handler_owners);
}

void win32_console_silence(PEPROCESS process) {
    pthread_mutex_lock(&handlers_lock);
    for (unsigned at = handler_count; at--;)
        if (handler_owners[at] == process) handler_remove(at);
    pthread_mutex_unlock(&handlers_lock);
}

BOOL NTAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add) {
    NT_ENTER(SetConsoleCtrlHandler);
    DWORD error = ERROR_SUCCESS;
    pthread_mutex_lock(&handlers_lock);
    if (!HandlerRoutine) {
        ignore_ctrl_c = Add;
    } else if (Add) {
        if (handler_count < HANDLERS_MAX) {
            handler_owners[handler_count] = ps_current_process();
            handlers[handler_count++] = HandlerRoutine;
        } else {
            error = ERROR_NOT_ENOUGH_MEMORY;
        }
    } else {
        unsigned at = handler_count;
        while (at && (handlers[at - 1] != HandlerRoutine || handler_owners[at - 1] != ps_current_process())) at--;
        if (at)
            handler_remove(at - 1);
        else
            error = ERROR_INVALID_PARAMETER;
    }
    pthread_mutex_unlock(&handlers_lock);
    if (error) win32_set_error(error);
    return !error;
}

struct console_event {
    DWORD event;
    void (*unhandled)(DWORD event);
};

static void console_main(void *context) {
    struct console_event what = *(struct console_event *)context;
    PHANDLER_ROUTINE asked[HANDLERS_MAX];
    free(context);
    pthread_mutex_lock(&handlers_lock);
    unsigned count = 0;
    for (unsigned at = 0; at < handler_count; at++)
        if (handler_owners[at] == ps_current_process()) asked[count++] = handlers[at];
    bool handled = what.event == CTRL_C_EVENT && ignore_ctrl_c;
    pthread_mutex_unlock(&handlers_lock);
    while (count && !handled) handled = asked[--count](what.event);
    if (!handled && what.unhandled) what.unhandled(what.event);
    /* What is closed, logged off or shut down is no question. */
    if (what.event >= CTRL_CLOSE_EVENT) program_terminate(ps_current_process());
}

static void console_event(PEPROCESS process, DWORD event, void (*unhandled)(DWORD event)) {
    struct console_event *what = malloc(sizeof *what);
    PETHREAD thread = NULL;
    if (what) {
        *what = (struct console_event){.event = event, .unhandled = unhandled};
        thread = ps_thread_create(process, console_main, what, "console");
    }
    if (thread) {
        ob_dereference(thread);
        return;
    }
    free(what);
    if (unhandled) unhandled(event);
}

void win32_console_event(DWORD event, void (*unhandled)(DWORD event)) {
    console_event(ps_client_process, event, unhandled);
}

void win32_console_event_to(PEPROCESS process, DWORD event) { console_event(process, event, NULL); }
