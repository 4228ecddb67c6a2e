/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A process-notify routine removes itself. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Notify(HANDLE Parent, HANDLE Process, BOOLEAN Create) {                                          \
        PsSetCreateProcessNotifyRoutine(Notify, TRUE);                                                                 \
    }
#define AT_ENTRY PsSetCreateProcessNotifyRoutine(Notify, FALSE)
#include "test/planted/wdm.h"
