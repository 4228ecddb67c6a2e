/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A lock is taken for writing that the thread has for reading. */
#define AT_RESTART                                                                                                     \
    LOCK_STATE_EX Read, Write;                                                                                         \
    PNDIS_RW_LOCK_EX Lock = NdisAllocateRWLock(Adapter->Miniport);                                                     \
    NdisAcquireRWLockRead(Lock, &Read, 0);                                                                             \
    NdisAcquireRWLockWrite(Lock, &Write, 0)
#include "test/planted/miniport.h"
