/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A fast mutex is acquired by its owner. */
#define AT_ENTRY                                                                                                       \
    FAST_MUTEX Mutex;                                                                                                  \
    RtlZeroMemory(&Mutex, sizeof(Mutex));                                                                              \
    Mutex.Count = 1;                                                                                                   \
    KeInitializeEvent(&Mutex.Event, SynchronizationEvent, FALSE);                                                      \
    ExAcquireFastMutex(&Mutex);                                                                                        \
    ExAcquireFastMutex(&Mutex)
#include "test/planted/wdm.h"
