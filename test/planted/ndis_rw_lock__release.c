/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A lock is released twice. */
#define AT_RESTART                                                                                                     \
    LOCK_STATE_EX State;                                                                                               \
    PNDIS_RW_LOCK_EX Lock = NdisAllocateRWLock(Adapter->Miniport);                                                     \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    NdisAcquireRWLockRead(Lock, &State, 0);                                                                            \
    NdisReleaseRWLock(Lock, &State);                                                                                   \
    NdisReleaseRWLock(Lock, &State)
#include "test/planted/miniport.h"
