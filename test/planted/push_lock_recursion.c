/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A push lock is taken by its holder. */
#define AT_ENTRY                                                                                                       \
    ULONG_PTR Lock = 0;                                                                                                \
    KeEnterCriticalRegion();                                                                                           \
    ExAcquirePushLockExclusiveEx(&Lock, 0);                                                                            \
    ExAcquirePushLockExclusiveEx(&Lock, 0)
#include "test/planted/wdm.h"
