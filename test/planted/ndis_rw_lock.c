/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A lock is freed that is held. */
#define AT_RESTART                                                                                                     \
    LOCK_STATE_EX State;                                                                                               \
    PNDIS_RW_LOCK_EX Lock = NdisAllocateRWLock(Adapter->Miniport);                                                     \
    NdisAcquireRWLockRead(Lock, &State, 0);                                                                            \
    NdisFreeRWLock(Lock)
#include "test/planted/miniport.h"
