/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread ends while it owns a resource. */
#define OUTSIDE                                                                                                        \
    static ERESOURCE Resource;                                                                                         \
    static VOID NTAPI Routine(PVOID Context) {                                                                         \
        KeEnterCriticalRegion();                                                                                       \
        ExAcquireResourceExclusiveLite(&Resource, TRUE);                                                               \
        KeLeaveCriticalRegion();                                                                                       \
    }
#define AT_ENTRY                                                                                                       \
    ExInitializeResourceLite(&Resource);                                                                               \
    RunThread(Routine, NULL)
#include "test/planted/wdm.h"
