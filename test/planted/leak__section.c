/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The handle to a section stays. */
#define AT_ENTRY                                                                                                       \
    OBJECT_ATTRIBUTES Attributes;                                                                                      \
    LARGE_INTEGER Size = {.QuadPart = 4096};                                                                           \
    HANDLE Handle;                                                                                                     \
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);                                      \
    Status = ZwCreateSection(&Handle, SECTION_ALL_ACCESS, &Attributes, &Size, PAGE_READWRITE, SEC_COMMIT, NULL);       \
    if (!NT_SUCCESS(Status)) return Status
#include "test/planted/wdm.h"
