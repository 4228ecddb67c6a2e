/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An event lies in paged pool. */
#define AT_ENTRY                                                                                                       \
    PKEVENT Event = ExAllocatePoolWithTag(PagedPool, sizeof(*Event), TAG);                                             \
    if (Event == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                           \
    KeInitializeEvent(Event, NotificationEvent, FALSE);                                                                \
    ExFreePoolWithTag(Event, TAG)
#include "test/planted/wdm.h"
