/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A handle of user mode is taken for an object of any type. */
#define AT_CONTROL                                                                                                     \
    PVOID Object;                                                                                                      \
    if (NT_SUCCESS(ObReferenceObjectByHandle((HANDLE)(ULONG_PTR)4, 0, NULL, UserMode, &Object, NULL)))                 \
    ObDereferenceObject(Object)
#include "test/planted/wdm.h"
