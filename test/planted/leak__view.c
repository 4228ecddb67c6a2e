/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The view of a section stays mapped. */
#define AT_ENTRY                                                                                                       \
    OBJECT_ATTRIBUTES Attributes;                                                                                      \
    LARGE_INTEGER Size = {.QuadPart = 4096};                                                                           \
    HANDLE Handle;                                                                                                     \
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);                                      \
    Status = ZwCreateSection(&Handle, SECTION_ALL_ACCESS, &Attributes, &Size, PAGE_READWRITE, SEC_COMMIT, NULL);       \
    if (!NT_SUCCESS(Status)) return Status;                                                                            \
    PVOID Section, View;                                                                                               \
    SIZE_T ViewSize = 0;                                                                                               \
    ObReferenceObjectByHandle(Handle, SECTION_ALL_ACCESS, NULL, KernelMode, &Section, NULL);                           \
    MmMapViewInSystemSpace(Section, &View, &ViewSize);                                                                 \
    ObDereferenceObject(Section);                                                                                      \
    ZwClose(Handle)
#include "test/planted/wdm.h"
