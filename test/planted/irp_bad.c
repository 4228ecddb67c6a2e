/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What is no request is completed. */
#define AT_ENTRY                                                                                                       \
    PIRP Own = Allocate(sizeof(IRP));                                                                                  \
    if (Own == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                             \
    IoCompleteRequest(Own, IO_NO_INCREMENT)
#include "test/planted/wdm.h"
