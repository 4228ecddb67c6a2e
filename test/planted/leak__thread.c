/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The reference to a thread that has ended stays. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Routine(PVOID Context) {}
#define AT_ENTRY                                                                                                       \
    OBJECT_ATTRIBUTES Attributes;                                                                                      \
    HANDLE Handle;                                                                                                     \
    PVOID Thread;                                                                                                      \
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);                                      \
    Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, &Attributes, NULL, NULL, Routine, NULL);                 \
    if (!NT_SUCCESS(Status)) return Status;                                                                            \
    ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *PsThreadType, KernelMode, &Thread, NULL);                          \
    ZwClose(Handle);                                                                                                   \
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL)
#include "test/planted/wdm.h"
