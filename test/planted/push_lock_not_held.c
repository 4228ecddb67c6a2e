/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A push lock is released that is not held. */
#define AT_ENTRY                                                                                                       \
    ULONG_PTR Lock = 0;                                                                                                \
    KeEnterCriticalRegion();                                                                                           \
    ExReleasePushLockExclusiveEx(&Lock, 0);                                                                            \
    KeLeaveCriticalRegion()
#include "test/planted/wdm.h"
