/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An event is released as if it were a semaphore. */
#define AT_ENTRY                                                                                                       \
    KSEMAPHORE Semaphore;                                                                                              \
    RtlZeroMemory(&Semaphore, sizeof(Semaphore));                                                                      \
    KeInitializeEvent((PRKEVENT) & Semaphore, NotificationEvent, FALSE);                                               \
    KeReleaseSemaphore(&Semaphore, 0, 1, FALSE)
#include "test/planted/wdm.h"
