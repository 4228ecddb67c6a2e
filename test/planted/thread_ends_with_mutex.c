/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread ends and owns a mutex. */
#define OUTSIDE                                                                                                        \
    static KMUTEX Mutex;                                                                                               \
    static VOID NTAPI Thread(PVOID Context) {                                                                          \
        KeInitializeMutex(&Mutex, 0);                                                                                  \
        KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, NULL);                                             \
    }
#define AT_ENTRY RunThread(Thread, NULL)
#include "test/planted/wdm.h"
