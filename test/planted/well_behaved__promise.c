/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Breaks no rule: an event is set with the promise to wait next, and that is done; a mutex is taken twice and given back
 * as often, and a thread that has it may take a fast mutex unsafely. */
#define AT_ENTRY                                                                                                       \
    static KMUTEX Mutex;                                                                                               \
    static FAST_MUTEX Fast;                                                                                            \
    KEVENT Event;                                                                                                      \
    KeInitializeEvent(&Event, NotificationEvent, FALSE);                                                               \
    KeSetEvent(&Event, IO_NO_INCREMENT, TRUE);                                                                         \
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);                                                 \
    KeInitializeMutex(&Mutex, 0);                                                                                      \
    ExInitializeFastMutex(&Fast);                                                                                      \
    KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, NULL);                                                 \
    KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, NULL);                                                 \
    ExAcquireFastMutexUnsafe(&Fast);                                                                                   \
    ExReleaseFastMutexUnsafe(&Fast);                                                                                   \
    KeReleaseMutex(&Mutex, FALSE);                                                                                     \
    KeReleaseMutex(&Mutex, FALSE)
#include "test/planted/wdm.h"
