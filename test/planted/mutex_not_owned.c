/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A mutex is released that is not owned. */
#define AT_ENTRY                                                                                                       \
    KMUTEX Mutex;                                                                                                      \
    KeInitializeMutex(&Mutex, 0);                                                                                      \
    KeReleaseMutex(&Mutex, FALSE)
#include "test/planted/wdm.h"
