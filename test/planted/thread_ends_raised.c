/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread ends at APC_LEVEL. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Routine(PVOID Context) {                                                                         \
        KIRQL Irql;                                                                                                    \
        KeRaiseIrql(APC_LEVEL, &Irql);                                                                                 \
    }
#define AT_ENTRY RunThread(Routine, NULL)
#include "test/planted/wdm.h"
