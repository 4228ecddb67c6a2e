/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A semaphore is released with the promise to wait next, and the routine returns. */
#define OUTSIDE static KSEMAPHORE Semaphore;
#define AT_ENTRY                                                                                                       \
    KeInitializeSemaphore(&Semaphore, 0, 1);                                                                           \
    KeReleaseSemaphore(&Semaphore, IO_NO_INCREMENT, 1, TRUE)
#include "test/planted/wdm.h"
