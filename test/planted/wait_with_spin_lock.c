/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A wait begins with a spin lock held. */
#define OUTSIDE static KSPIN_LOCK Lock;
#define AT_ENTRY                                                                                                       \
    KEVENT Event;                                                                                                      \
    KIRQL Irql;                                                                                                        \
    KeInitializeEvent(&Event, NotificationEvent, TRUE);                                                                \
    KeAcquireSpinLock(&Lock, &Irql);                                                                                   \
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL)
#include "test/planted/wdm.h"
