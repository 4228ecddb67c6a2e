/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Fiber-local storage, of threads: a value for each thread and index, and a callback for each value that goes with its
 * thread or with its index.
 */
#include <stdlib.h>

#include "host/kernel_private.h"
#include "host/win32_private.h"

#define INDEXES 128

struct fls_block {
    struct fls_block *next; /* L */
    PVOID values[INDEXES];  /* its thread's; others only under L, when their index goes */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* L */
static struct fls_block *blocks;                         /* L */
static bool used[INDEXES];                               /* L */
static PFLS_CALLBACK_FUNCTION callbacks[INDEXES];        /* L */
static PEPROCESS owners[INDEXES];                        /* L */

DWORD NTAPI FlsAlloc(PFLS_CALLBACK_FUNCTION lpCallback) {
    NT_ENTER(FlsAlloc);
    DWORD index = FLS_OUT_OF_INDEXES;
    if (!NT_FAULT(FlsAlloc)) {
        pthread_mutex_lock(&lock);
        /* Index 0 is never given out, as on Windows. */
        for (DWORD at = 1; at < INDEXES && index == FLS_OUT_OF_INDEXES; at++) {
            if (used[at]) continue;
            used[at] = true;
            callbacks[at] = lpCallback;
            owners[at] = ps_current_process();
            index = at;
        }
        pthread_mutex_unlock(&lock);
    }
    if (index == FLS_OUT_OF_INDEXES) win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
    return index;
}

static bool index_good(DWORD index) {
    pthread_mutex_lock(&lock);
    bool good = index > 0 && index < INDEXES && used[index];
    pthread_mutex_unlock(&lock);
    if (!good) win32_set_error(ERROR_INVALID_PARAMETER);
    return good;
}

PVOID NTAPI FlsGetValue(DWORD dwFlsIndex) {
    NT_ENTER(FlsGetValue);
    if (!index_good(dwFlsIndex)) return NULL;
    win32_set_error(ERROR_SUCCESS); /* NULL may be a value */
    struct fls_block *block = ((PETHREAD)ps_self())->fls;
    return block ? block->values[dwFlsIndex] : NULL;
}

BOOL NTAPI FlsSetValue(DWORD dwFlsIndex, PVOID lpFlsData) {
    NT_ENTER(FlsSetValue);
    PETHREAD self = (PETHREAD)ps_self();
    if (!index_good(dwFlsIndex)) return FALSE;
    if (!self->fls) {
        struct fls_block *block = NT_FAULT(FlsSetValue) ? NULL : calloc(1, sizeof *block);
        if (!block) {
            win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
            return FALSE;
        }
        pthread_mutex_lock(&lock);
        block->next = blocks;
        blocks = block;
        pthread_mutex_unlock(&lock);
        self->fls = block;
    }
    self->fls->values[dwFlsIndex] = lpFlsData;
    return TRUE;
}

/* Takes a value out; NULL if there is none for the callback. */
static PVOID take(struct fls_block *block, DWORD index, PFLS_CALLBACK_FUNCTION *callback) {
    pthread_mutex_lock(&lock);
    PVOID value = block->values[index];
    block->values[index] = NULL;
    *callback = used[index] ? callbacks[index] : NULL;
    pthread_mutex_unlock(&lock);
    return *callback ? value : NULL;
}

BOOL NTAPI FlsFree(DWORD dwFlsIndex) {
    NT_ENTER(FlsFree);
    if (!index_good(dwFlsIndex)) return FALSE;
    for (;;) {
        PFLS_CALLBACK_FUNCTION callback = NULL;
        PVOID value = NULL;
        pthread_mutex_lock(&lock);
        for (struct fls_block *block = blocks; block && !value; block = block->next) {
            value = block->values[dwFlsIndex];
            block->values[dwFlsIndex] = NULL;
        }
        callback = callbacks[dwFlsIndex];
        if (!value) used[dwFlsIndex] = false;
        pthread_mutex_unlock(&lock);
        if (!value) return TRUE;
        if (callback) callback(value);
    }
}

void win32_fls_thread_ends(PETHREAD thread) {
    struct fls_block *block = thread->fls, **link = &blocks;
    if (!block) return;
    for (DWORD index = 1; index < INDEXES && !thread->killed; index++) {
        PFLS_CALLBACK_FUNCTION callback;
        PVOID value = take(block, index, &callback);
        if (value) callback(value);
    }
    thread->fls = NULL;
    pthread_mutex_lock(&lock);
    while (*link != block) link = &(*link)->next;
    *link = block->next;
    pthread_mutex_unlock(&lock);
    free(block);
}

void win32_fls_process_ends(PEPROCESS process) {
    pthread_mutex_lock(&lock);
    for (DWORD index = 1; index < INDEXES; index++) {
        if (!used[index] || owners[index] != process) continue;
        for (struct fls_block *block = blocks; block; block = block->next) block->values[index] = NULL;
        used[index] = false;
    }
    pthread_mutex_unlock(&lock);
}
