/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread waits for memory that is no event. */
#define AT_ENTRY                                                                                                       \
    KEVENT Event;                                                                                                      \
    RtlZeroMemory(&Event, sizeof(Event));                                                                              \
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL)
#include "test/planted/wdm.h"
