/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread of the driver's passes a wild pointer. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Routine(PVOID Context) { RtlInitUnicodeString(Context, L"x"); }
#define AT_ENTRY RunThread(Routine, (PVOID)0xFFFF900000000000)
#include "test/planted/wdm.h"
