/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * More objects are waited for than there are wait blocks. */
#define AT_ENTRY                                                                                                       \
    KEVENT Event;                                                                                                      \
    PVOID Objects[4] = {&Event, &Event, &Event, &Event};                                                               \
    KeInitializeEvent(&Event, NotificationEvent, TRUE);                                                                \
    KeWaitForMultipleObjects(4, Objects, WaitAny, Executive, KernelMode, FALSE, NULL, NULL)
#include "test/planted/wdm.h"
