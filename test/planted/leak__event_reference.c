/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The reference to an event stays. */
#define AT_ENTRY                                                                                                       \
    OBJECT_ATTRIBUTES Attributes;                                                                                      \
    HANDLE Handle;                                                                                                     \
    PVOID Event;                                                                                                       \
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);                                      \
    Status = ZwCreateEvent(&Handle, EVENT_ALL_ACCESS, &Attributes, NotificationEvent, FALSE);                          \
    if (!NT_SUCCESS(Status)) return Status;                                                                            \
    ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *ExEventObjectType, KernelMode, &Event, NULL);                      \
    ZwClose(Handle)
#include "test/planted/wdm.h"
