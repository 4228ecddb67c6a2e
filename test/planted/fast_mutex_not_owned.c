/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A fast mutex is released that is not owned. */
#define AT_ENTRY                                                                                                       \
    FAST_MUTEX Mutex;                                                                                                  \
    RtlZeroMemory(&Mutex, sizeof(Mutex));                                                                              \
    Mutex.Count = 1;                                                                                                   \
    KeInitializeEvent(&Mutex.Event, SynchronizationEvent, FALSE);                                                      \
    KIRQL Irql;                                                                                                        \
    KeRaiseIrql(APC_LEVEL, &Irql);                                                                                     \
    ExReleaseFastMutex(&Mutex)
#include "test/planted/wdm.h"
