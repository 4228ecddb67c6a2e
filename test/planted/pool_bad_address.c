/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What is no pool is freed. */
#define AT_ENTRY                                                                                                       \
    static ULONG64 Variable[4];                                                                                        \
    ExFreePoolWithTag(Variable, TAG)
#include "test/planted/wdm.h"
