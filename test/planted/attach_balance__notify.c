/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A process-notify routine stays attached to a process. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Notify(HANDLE Parent, HANDLE Process, BOOLEAN Create) {                                          \
        static KAPC_STATE State;                                                                                       \
        KeStackAttachProcess((PRKPROCESS)PsGetCurrentProcess(), &State);                                               \
    }
#define AT_ENTRY PsSetCreateProcessNotifyRoutine(Notify, FALSE)
#include "test/planted/wdm.h"
