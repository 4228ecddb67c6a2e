/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A DPC object lies in paged pool. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Routine(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second) {}
#define AT_ENTRY                                                                                                       \
    PKDPC Dpc = ExAllocatePoolWithTag(PagedPool, sizeof(*Dpc), TAG);                                                   \
    if (Dpc == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    KeInitializeDpc(Dpc, Routine, NULL);                                                                               \
    ExFreePoolWithTag(Dpc, TAG)
#include "test/planted/wdm.h"
