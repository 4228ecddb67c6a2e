/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The last reference to an event goes at DISPATCH_LEVEL. */
#define AT_ENTRY                                                                                                       \
    OBJECT_ATTRIBUTES Attributes;                                                                                      \
    HANDLE Handle;                                                                                                     \
    PVOID Event;                                                                                                       \
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);                                      \
    Status = ZwCreateEvent(&Handle, EVENT_ALL_ACCESS, &Attributes, NotificationEvent, FALSE);                          \
    if (!NT_SUCCESS(Status)) return Status;                                                                            \
    ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *ExEventObjectType, KernelMode, &Event, NULL);                      \
    ZwClose(Handle);                                                                                                   \
    KIRQL Irql;                                                                                                        \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    ObDereferenceObject(Event);                                                                                        \
    KeLowerIrql(Irql)
#include "test/planted/wdm.h"
