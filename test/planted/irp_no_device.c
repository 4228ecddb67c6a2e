/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is sent to what is no device. */
#define AT_ENTRY                                                                                                       \
    PIRP Own = IoAllocateIrp(1, FALSE);                                                                                \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoCallDriver((PDEVICE_OBJECT)PsGetCurrentProcess(), Own)
#include "test/planted/wdm.h"
