/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An event is set at DISPATCH_LEVEL with the promise of a wait. */
#define AT_ENTRY                                                                                                       \
    KEVENT Event;                                                                                                      \
    KeInitializeEvent(&Event, NotificationEvent, FALSE);                                                               \
    KIRQL Irql;                                                                                                        \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    KeSetEvent(&Event, IO_NO_INCREMENT, TRUE);                                                                         \
    KeLowerIrql(Irql)
#include "test/planted/wdm.h"
