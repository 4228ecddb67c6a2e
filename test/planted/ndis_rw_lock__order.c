/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Of two locks the first is released first, and the IRQL with it. */
#define AT_RESTART                                                                                                     \
    LOCK_STATE_EX One, Two;                                                                                            \
    PNDIS_RW_LOCK_EX Lock = NdisAllocateRWLock(Adapter->Miniport), Other = NdisAllocateRWLock(Adapter->Miniport);      \
    NdisAcquireRWLockRead(Lock, &One, 0);                                                                              \
    NdisAcquireRWLockRead(Other, &Two, 0);                                                                             \
    NdisReleaseRWLock(Lock, &One)
#include "test/planted/miniport.h"
