/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is written to after it was freed. */
#define AT_ENTRY                                                                                                       \
    PIRP Own = IoAllocateIrp(1, FALSE);                                                                                \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoFreeIrp(Own);                                                                                                    \
    ((volatile IRP *)Own)->Flags = 1
#include "test/planted/wdm.h"
