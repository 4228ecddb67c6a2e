/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Memory that is no event is set. */
#define AT_ENTRY                                                                                                       \
    KEVENT Event;                                                                                                      \
    RtlFillMemory(&Event, sizeof(Event), 0x5a);                                                                        \
    KeSetEvent(&Event, 0, FALSE)
#include "test/planted/wdm.h"
