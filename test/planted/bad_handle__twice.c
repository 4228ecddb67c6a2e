/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A handle is closed twice. */
#define AT_ENTRY                                                                                                       \
    OBJECT_ATTRIBUTES Attributes;                                                                                      \
    HANDLE Handle;                                                                                                     \
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);                                      \
    Status = ZwCreateEvent(&Handle, EVENT_ALL_ACCESS, &Attributes, NotificationEvent, FALSE);                          \
    if (!NT_SUCCESS(Status)) return Status;                                                                            \
    ZwClose(Handle);                                                                                                   \
    ObCloseHandle(Handle, KernelMode)
#include "test/planted/wdm.h"
