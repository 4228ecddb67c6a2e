/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A process-notify routine stays registered. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Notify(HANDLE Parent, HANDLE Process, BOOLEAN Create) {}
#define AT_ENTRY PsSetCreateProcessNotifyRoutine(Notify, FALSE)
#include "test/planted/wdm.h"
