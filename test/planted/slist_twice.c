/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An entry is pushed twice. */
#define AT_ENTRY                                                                                                       \
    static SLIST_HEADER List;                                                                                          \
    static SLIST_ENTRY Entry;                                                                                          \
    ExpInterlockedPushEntrySList(&List, &Entry);                                                                       \
    ExpInterlockedPushEntrySList(&List, &Entry)
#include "test/planted/wdm.h"
