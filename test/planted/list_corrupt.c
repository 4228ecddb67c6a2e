/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An entry is inserted into a list whose head was overwritten. */
#define OUTSIDE static KSPIN_LOCK Lock;
#define AT_ENTRY                                                                                                       \
    static LIST_ENTRY Head, Other, Entry;                                                                              \
    InitializeListHead(&Head);                                                                                         \
    InitializeListHead(&Other);                                                                                        \
    Head.Flink = &Other;                                                                                               \
    ExInterlockedInsertHeadList(&Head, &Entry, &Lock)
#include "test/planted/wdm.h"
