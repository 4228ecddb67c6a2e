/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An entry is pushed onto a list twice. */
#define AT_ENTRY                                                                                                       \
    static SLIST_HEADER List;                                                                                          \
    static UCHAR Entry[64] __attribute__((aligned(16)));                                                               \
    ExpInterlockedPushEntrySList(&List, (PSLIST_ENTRY)Entry);                                                          \
    ExpInterlockedPushEntrySList(&List, (PSLIST_ENTRY)Entry)
#include "test/planted/wdm.h"
