/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The spin lock of an interlocked list is taken for something else. */
#define OUTSIDE                                                                                                        \
    static KSPIN_LOCK Lock;                                                                                            \
    static LIST_ENTRY List, Entry;
#define AT_ENTRY                                                                                                       \
    KIRQL Irql;                                                                                                        \
    InitializeListHead(&List);                                                                                         \
    ExInterlockedInsertHeadList(&List, &Entry, &Lock);                                                                 \
    KeAcquireSpinLock(&Lock, &Irql);                                                                                   \
    RemoveEntryList(&Entry);                                                                                           \
    KeReleaseSpinLock(&Lock, Irql)
#include "test/planted/wdm.h"
