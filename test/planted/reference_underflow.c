/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An event is dereferenced more often than it was referenced. */
#define AT_ENTRY                                                                                                       \
    HANDLE Handle;                                                                                                     \
    PVOID Event;                                                                                                       \
    OBJECT_ATTRIBUTES Kernel;                                                                                          \
    InitializeObjectAttributes(&Kernel, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);                                          \
    if (!NT_SUCCESS(ZwCreateEvent(&Handle, EVENT_ALL_ACCESS, &Kernel, NotificationEvent, FALSE)))                      \
        return STATUS_UNSUCCESSFUL;                                                                                    \
    ObReferenceObjectByHandle(Handle, EVENT_ALL_ACCESS, *ExEventObjectType, KernelMode, &Event, NULL);                 \
    ObDereferenceObject(Event);                                                                                        \
    ObDereferenceObject(Event);                                                                                        \
    ZwClose(Handle)
#include "test/planted/wdm.h"
