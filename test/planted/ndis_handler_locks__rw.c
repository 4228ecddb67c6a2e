/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A handler returns with a read-write lock held. */
#define AT_RESTART                                                                                                     \
    LOCK_STATE_EX State;                                                                                               \
    NdisAcquireRWLockWrite(NdisAllocateRWLock(Adapter->Miniport), &State, 0)
#include "test/planted/miniport.h"
