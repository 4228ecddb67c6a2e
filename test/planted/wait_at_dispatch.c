/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread waits at DISPATCH_LEVEL. */
#define AT_ENTRY                                                                                                       \
    KEVENT Event;                                                                                                      \
    KIRQL Irql;                                                                                                        \
    LARGE_INTEGER Timeout = {.QuadPart = -10000};                                                                      \
    KeInitializeEvent(&Event, NotificationEvent, FALSE);                                                               \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Timeout);                                             \
    KeLowerIrql(Irql)
#include "test/planted/wdm.h"
