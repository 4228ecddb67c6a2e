/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A remove lock is released that was not acquired. */
#define AT_ENTRY                                                                                                       \
    static IO_REMOVE_LOCK Lock;                                                                                        \
    IoInitializeRemoveLockEx(&Lock, TAG, 0, 0, sizeof(Lock));                                                          \
    IoReleaseRemoveLockEx(&Lock, NULL, sizeof(Lock))
#include "test/planted/wdm.h"
