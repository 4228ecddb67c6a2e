/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A work item is left at unload. */
#define AT_ENTRY                                                                                                       \
    PIO_WORKITEM Item = IoAllocateWorkItem(Device);                                                                    \
    if (Item == NULL) return STATUS_INSUFFICIENT_RESOURCES
#include "test/planted/wdm.h"
