/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A remove lock is waited for by one who did not acquire it. */
#define OUTSIDE static IO_REMOVE_LOCK Lock;
#define AT_ENTRY                                                                                                       \
    IoInitializeRemoveLockEx(&Lock, TAG, 0, 0, sizeof(Lock));                                                          \
    IoReleaseRemoveLockAndWaitEx(&Lock, NULL, sizeof(Lock))
#include "test/planted/wdm.h"
