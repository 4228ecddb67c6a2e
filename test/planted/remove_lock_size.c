/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A remove lock is of a size that there is not. */
#define AT_ENTRY                                                                                                       \
    static IO_REMOVE_LOCK Lock;                                                                                        \
    IoInitializeRemoveLockEx(&Lock, TAG, 0, 0, 7)
#include "test/planted/wdm.h"
