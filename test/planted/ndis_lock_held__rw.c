/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A completion with a read-write lock held. */
#define AT_COMPLETE                                                                                                    \
    LOCK_STATE_EX State;                                                                                               \
    NdisAcquireRWLockRead(NdisAllocateRWLock(Adapter->Miniport), &State, 0)
#include "test/planted/miniport.h"
