/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A fast mutex is acquired that was never initialized. */
#define AT_ENTRY                                                                                                       \
    FAST_MUTEX Mutex;                                                                                                  \
    RtlZeroMemory(&Mutex, sizeof(Mutex));                                                                              \
    ExAcquireFastMutex(&Mutex)
#include "test/planted/wdm.h"
