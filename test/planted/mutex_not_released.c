/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is completed, and its thread keeps a mutex. */
#define OUTSIDE static KMUTEX Mutex;
#define AT_CONTROL                                                                                                     \
    KeInitializeMutex(&Mutex, 0);                                                                                      \
    KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, NULL)
#include "test/planted/wdm.h"
