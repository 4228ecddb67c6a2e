/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A push lock is taken with normal kernel APCs enabled. */
#define AT_ENTRY                                                                                                       \
    ULONG_PTR Lock = 0;                                                                                                \
    ExAcquirePushLockExclusiveEx(&Lock, 0);                                                                            \
    ExReleasePushLockExclusiveEx(&Lock, 0)
#include "test/planted/wdm.h"
