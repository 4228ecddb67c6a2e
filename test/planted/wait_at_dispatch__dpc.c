/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A DPC waits. */
#define OUTSIDE                                                                                                        \
    static KEVENT Event;                                                                                               \
    static KDPC TheDpc;                                                                                                \
    static VOID NTAPI Routine(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second) {                                   \
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);                                             \
    }
#define AT_ENTRY                                                                                                       \
    KeInitializeEvent(&Event, NotificationEvent, FALSE);                                                               \
    KeInitializeDpc(&TheDpc, Routine, NULL);                                                                           \
    KeInsertQueueDpc(&TheDpc, NULL, NULL);                                                                             \
    KeFlushQueuedDpcs()
#include "test/planted/wdm.h"
