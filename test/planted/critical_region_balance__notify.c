/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A process-notify routine leaves the critical region that it is called in. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Notify(HANDLE Parent, HANDLE Process, BOOLEAN Create) { KeLeaveCriticalRegion(); }
#define AT_ENTRY PsSetCreateProcessNotifyRoutine(Notify, FALSE)
#include "test/planted/wdm.h"
