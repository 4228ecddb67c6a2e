/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A push lock that the thread owns is acquired shared. */
#define AT_ENTRY                                                                                                       \
    ULONG_PTR Lock = 0;                                                                                                \
    KeEnterCriticalRegion();                                                                                           \
    ExAcquirePushLockExclusiveEx(&Lock, 0);                                                                            \
    ExAcquirePushLockSharedEx(&Lock, 0)
#include "test/planted/wdm.h"
