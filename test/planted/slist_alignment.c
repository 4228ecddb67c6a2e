/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An entry of a list is not aligned. */
#define AT_ENTRY                                                                                                       \
    static SLIST_HEADER List;                                                                                          \
    static UCHAR Entry[64] __attribute__((aligned(16)));                                                               \
    ExpInterlockedPushEntrySList(&List, (PSLIST_ENTRY)(Entry + 4))
#include "test/planted/wdm.h"
