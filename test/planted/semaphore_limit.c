/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A semaphore is initialized above its limit. */
#define AT_ENTRY                                                                                                       \
    KSEMAPHORE Semaphore;                                                                                              \
    KeInitializeSemaphore(&Semaphore, 5, 2)
#include "test/planted/wdm.h"
