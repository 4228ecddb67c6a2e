/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list is used whose neighbours do not know it. */
#define AT_ENTRY                                                                                                       \
    static LIST_ENTRY Head, Entry;                                                                                     \
    static KSPIN_LOCK Lock;                                                                                            \
    Head.Flink = Head.Blink = &Entry;                                                                                  \
    Entry.Flink = Entry.Blink = &Entry;                                                                                \
    ExInterlockedInsertTailList(&Head, &Entry, &Lock)
#include "test/planted/wdm.h"
