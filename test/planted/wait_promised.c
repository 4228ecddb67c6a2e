/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An event is set with the promise to wait next, and something else is called. */
#define AT_ENTRY                                                                                                       \
    KEVENT Event;                                                                                                      \
    KeInitializeEvent(&Event, NotificationEvent, FALSE);                                                               \
    KeSetEvent(&Event, IO_NO_INCREMENT, TRUE);                                                                         \
    KeClearEvent(&Event)
#include "test/planted/wdm.h"
