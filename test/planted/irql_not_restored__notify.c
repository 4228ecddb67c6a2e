/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A process-notify routine returns at another IRQL. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Notify(HANDLE Parent, HANDLE Process, BOOLEAN Create) {                                          \
        KIRQL Irql;                                                                                                    \
        KeRaiseIrql(APC_LEVEL, &Irql);                                                                                 \
    }
#define AT_ENTRY PsSetCreateProcessNotifyRoutine(Notify, FALSE)
#include "test/planted/wdm.h"
