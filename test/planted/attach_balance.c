/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread ends attached to another process. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Routine(PVOID Context) {                                                                         \
        static KAPC_STATE State;                                                                                       \
        KeStackAttachProcess((PRKPROCESS)PsGetCurrentProcess(), &State);                                               \
    }
#define AT_ENTRY RunThread(Routine, NULL)
#include "test/planted/wdm.h"
