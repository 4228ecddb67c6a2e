/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread ends inside a guarded region. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Routine(PVOID Context) { KeEnterGuardedRegion(); }
#define AT_ENTRY RunThread(Routine, NULL)
#include "test/planted/wdm.h"
